// Puts the page together and follows its address: #test=… opens a test.

const Main = (() => {
  const { byId, html } = Elements;

  function start() {
    Verdict.show(byId("verdict"));
    Picture.show(byId("picture"));
    Matrix.show(byId("tests"));
    Summary.show(byId("summary"));
    sections();
    colophon();
    icon();
    byId("page").hidden = false;
    window.addEventListener("hashchange", follow);
    document.addEventListener("keydown", shortcut);
    byId("detail").addEventListener("close", leave);
    follow();
    document.documentElement.dataset.ready = "true";
  }

  function sections() {
    const counted = { Verdict: Run.broken || null, Surface: null, Tests: Run.tests.length.toLocaleString("en") };
    document
      .querySelector(".sections")
      .append(
        ...Object.entries(counted).map(([name, count]) =>
          html(
            "a",
            { href: `#${name === "Surface" ? "picture" : name.toLowerCase()}` },
            name,
            count ? html("span", { class: name === "Verdict" ? "count bad" : "count" }, String(count)) : null,
          ),
        ),
      );
  }

  function colophon() {
    const runs = Run.runs.length ? `Run ${Run.runs.join(", ")}. ` : "";
    document.querySelector(".colophon").append(html("p", {}, `${runs}Written by serverless-harness ${Run.version}.`));
  }

  // A disc in the colour of the outcome, for the tab of the browser.
  function icon() {
    const colour = { bad: "%23d0402b", good: "%231f8a63" }[Run.ran || Run.ended ? Run.state : "open"] ?? "%238a8f9c";
    const disc = `<circle cx='8' cy='8' r='7' fill='${colour}'/>`;
    const drawing = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${disc}</svg>`;
    document.head.append(html("link", { rel: "icon", href: `data:image/svg+xml,${drawing}` }));
  }

  function follow() {
    const wanted = location.hash.match(/^#test=(.*)$/);
    const test = wanted && Run.testOf(decoded(wanted[1]));
    if (test) Detail.show(test);
    else Detail.hide();
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  // A test that was closed leaves the address too, without a jump to the top.
  function leave() {
    if (location.hash.startsWith("#test=")) history.pushState(null, "", location.pathname + location.search);
  }

  function shortcut(event) {
    const typing = event.target.matches?.("input, textarea");
    if (event.key === "/" && !typing && !byId("detail").open) {
      event.preventDefault();
      Matrix.focusSearch();
    }
  }

  return { start };
})();

Main.start();
