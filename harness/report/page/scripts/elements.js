// Elements of the page. What a run brings is set as text, never as markup.

const Elements = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  // html("a", { class: "test", href: "#x", onclick }, "text", element, …).
  function html(name, attributes, ...children) {
    return filled(document.createElement(name), attributes, children);
  }

  function svg(name, attributes, ...children) {
    return filled(document.createElementNS(SVG, name), attributes, children);
  }

  function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    return add(element, ...children);
  }

  // What is null, undefined or false is left out, so that a part can be there or not.
  function add(element, ...children) {
    element.append(
      ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
    );
    return element;
  }

  const byId = (id) => document.getElementById(id);

  // A text that only a screen reader says.
  const said = (text) => html("span", { class: "said" }, text);

  return { add, byId, html, said, svg };
})();
