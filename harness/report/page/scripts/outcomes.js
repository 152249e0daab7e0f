// The mark of an outcome: a shape and a colour, and words for those who see neither.

const Outcomes = (() => {
  const { html, said } = Elements;
  const KNOWN = new Set(["passed", "failed", "error", "skipped", "xfailed", "xpassed"]);
  const WORDS = { error: "failed around the test", xfailed: "failed as expected", xpassed: "passed unexpectedly" };

  const words = (outcome) => (outcome === undefined ? "not run" : (WORDS[outcome] ?? outcome));

  function mark(outcome, { mode = "", title = true } = {}) {
    const shape = outcome === undefined ? "none" : KNOWN.has(outcome) ? outcome : "other";
    const text = mode ? `${mode}: ${words(outcome)}` : words(outcome);
    return html("span", { class: `mark mark-${shape}`, role: "img", "aria-label": text, title: title && text });
  }

  // The outcomes of one test along the modes, joined by a line.
  function track(outcomeOf, modes = Run.modes) {
    return html(
      "span",
      { class: "track" },
      modes.map((mode) => html("span", {}, html("i", {}, mark(outcomeOf(mode), { mode })))),
    );
  }

  const pill = (area) =>
    html("span", { class: `area area-${/^[a-z]+$/.test(area) ? area : "other"}` }, said("area: "), area);

  return { mark, pill, track, words };
})();
