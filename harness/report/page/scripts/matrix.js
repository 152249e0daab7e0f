// All tests, a row each, with their outcomes along the modes.

const Matrix = (() => {
  const { html, said } = Elements;
  const STATES = {
    all: { words: "All", holds: () => true },
    broken: { words: "Failed", holds: (one) => one.broken },
    disagreeing: { words: "Modes disagree", holds: (one) => one.disagreeing },
    skipped: { words: "Skipped", holds: (one) => one.skipped },
  };
  // From so many tests on, a browser lays out only the rows in sight.
  const LARGE = 200;
  const asked = { text: "", state: "all" };
  let rows = [];
  let files = [];
  let found, nothing;

  function show(place) {
    place.append(html("h2", { id: "tests-title" }, "Tests"));
    if (!Run.tests.length) {
      place.append(
        html("p", { class: "empty" }, "No test ran. Were they all left out, or was the wrong folder named?"),
      );
      return;
    }
    found = html("p", { class: "found", role: "status" });
    nothing = html("p", { class: "empty", hidden: true }, "No test is like that.");
    const list = html(
      "div",
      { class: Run.tests.length > LARGE ? "matrix large" : "matrix", onkeydown: move },
      grouped().map(system),
    );
    place.append(html("div", { class: "filters" }, search(), states(), found), list, nothing);
    narrow();
  }

  function search() {
    const input = html("input", {
      type: "search",
      id: "search",
      placeholder: "Find a test",
      autocomplete: "off",
      "aria-label": "Find a test by its name or file",
      oninput: () => {
        asked.text = input.value;
        narrow();
      },
    });
    return html("div", { class: "search" }, input, html("kbd", { "aria-hidden": "true" }, "/"));
  }

  function states() {
    const buttons = Object.entries(STATES).map(([state, { words, holds }]) => {
      const count = Run.tests.filter(holds).length;
      return html(
        "button",
        {
          type: "button",
          "aria-pressed": String(state === asked.state),
          "data-state": state,
          disabled: !count && state !== "all",
          onclick: () => choose(state),
        },
        words,
        html("span", { class: "count" }, count.toLocaleString("en")),
      );
    });
    return html("div", { class: "states", role: "group", "aria-label": "Which tests" }, buttons);
  }

  function choose(state) {
    asked.state = state;
    document
      .querySelectorAll(".states button")
      .forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.state === state)));
    narrow();
  }

  function grouped() {
    const systems = new Map();
    for (const one of Run.tests) {
      if (!systems.has(one.system)) systems.set(one.system, new Map());
      const its = systems.get(one.system);
      if (!its.has(one.file)) its.set(one.file, []);
      its.get(one.file).push(one);
    }
    return [...systems];
  }

  function system([name, its]) {
    return html(
      "section",
      { class: "system" },
      html(
        "div",
        { class: "matrix-head" },
        html("h3", {}, name || "Without a stage"),
        html(
          "div",
          { class: "modes", "aria-hidden": "true" },
          name ? Run.modes.map((mode) => html("span", {}, mode)) : null,
        ),
      ),
      [...its].map(file),
    );
  }

  function file([name, tests]) {
    const bad = tests.filter((one) => one.broken).length;
    const list = html("ul", { class: "rows" }, tests.map(row));
    const section = html(
      "section",
      { class: "tests-of-file" },
      html(
        "h4",
        {},
        html("span", { class: "path" }, name),
        html(
          "span",
          { class: bad ? "file-count bad" : "file-count" },
          bad ? `${bad} of ${tests.length} failed` : Words.count(tests.length, "test"),
        ),
      ),
      list,
    );
    files.push({ section, tests });
    return section;
  }

  function row(one) {
    const cells = (one.plain ? [""] : Run.modes).map((mode) => {
      const [outcome, seconds] = one.modes[mode] ?? [];
      return html(
        "span",
        { class: "cell" },
        Outcomes.mark(outcome, { mode }),
        html("span", { class: "took" }, outcome && outcome !== "skipped" ? Words.seconds(seconds) : ""),
      );
    });
    const link = html(
      "a",
      { class: one.broken ? "row broken" : "row", href: Run.addressOf(one), title: one.test },
      html("span", { class: "name" }, one.name, html("span", { class: "parameters" }, one.parameters)),
      area(one),
      said(": "),
      cells,
    );
    const item = html("li", {}, link);
    rows.push({ item, test: one, text: `${one.test} ${one.name} ${one.system}`.toLowerCase() });
    return item;
  }

  // Where the fault lies, for who looks down the list.
  function area(one) {
    const found = one.broken && (Run.verdictOf(one)?.area ?? one.cause?.area);
    return found ? Outcomes.pill(found) : null;
  }

  function narrow() {
    const words = asked.text.toLowerCase().split(/\s+/).filter(Boolean);
    const { holds } = STATES[asked.state];
    const shown = new Set();
    for (const { item, test, text } of rows) {
      item.hidden = !(holds(test) && words.every((word) => text.includes(word)));
      if (!item.hidden) shown.add(test);
    }
    for (const { section, tests } of files) section.hidden = !tests.some((one) => shown.has(one));
    for (const section of document.querySelectorAll(".system"))
      section.hidden = !section.querySelector(".tests-of-file:not([hidden])");
    nothing.hidden = shown.size > 0;
    found.textContent =
      shown.size === Run.tests.length
        ? Words.count(shown.size, "test")
        : `${shown.size.toLocaleString("en")} of ${Words.count(Run.tests.length, "test")}`;
  }

  // The arrow keys go from row to row.
  function move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = event.target.closest?.("a.row");
    if (!step || !here) return;
    const links = rows.filter(({ item }) => !item.hidden).map(({ item }) => item.firstChild);
    const next = links[links.indexOf(here) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  function focusSearch() {
    Elements.byId("search")?.focus();
  }

  return { choose, focusSearch, show };
})();
