// What is broken and where: the failing tests, those with one cause together.

const Verdict = (() => {
  const { html, said } = Elements;
  const MOST_TESTS = 6;
  const PROOFS = {
    evidence: "Seen in the evidence.",
    template: "Read from the template.",
    drift: "Found as a difference between template and stage.",
  };

  function show(place) {
    const groups = grouped();
    place.append(html("h2", { id: "verdict-title" }, "Verdict"));
    place.append(groups.length ? html("ol", { class: "groups" }, groups.map(group)) : empty());
    place.append(...[drift(), left(), idle()].filter(Boolean));
    return groups.length;
  }

  function empty() {
    if (!Run.ran) return html("p", { class: "empty" }, "No test ran, so there is nothing to conclude.");
    if (Run.ended) return html("p", { class: "empty" }, `No test that is known fails, but ${Run.ended}.`);
    if (Run.tests.some(({ modes }) => Object.values(modes).some(([outcome]) => outcome === "skipped")))
      return html("p", { class: "empty" }, "No test fails, but some were skipped, and so have not said anything.");
    const modes =
      Run.modes.length > 1
        ? "The modes agree on every test, and each passes."
        : "Each test passes. A second mode would tell more: what is around the code.";
    return html("p", { class: "empty calm" }, Outcomes.mark("passed", { title: false }), modes);
  }

  // A run in one mode has no verdicts, for nothing can disagree; then a test is listed with what the evidence names.
  function alone({ system, test, modes, cause, failure }) {
    const outcomes = Object.fromEntries(Object.entries(modes).map(([mode, [outcome]]) => [mode, outcome]));
    return { system, test, outcomes, area: cause?.area, text: failure ?? "It failed", causes: cause ? [cause] : [] };
  }

  function grouped() {
    const groups = new Map();
    const others = Run.tests.filter((one) => one.broken && !Run.verdictOf(one));
    for (const verdict of [...Run.verdicts, ...others.map(alone)]) {
      const cause = verdict.causes?.[0];
      const key = JSON.stringify([verdict.system, verdict.area, cause?.text ?? verdict.text]);
      if (!groups.has(key)) groups.set(key, { verdict, cause, verdicts: [] });
      groups.get(key).verdicts.push(verdict);
    }
    return [...groups.values()].sort((a, b) => b.verdicts.length - a.verdicts.length);
  }

  function group({ verdict, cause, verdicts }) {
    const others = new Map(verdicts.flatMap((one) => (one.causes ?? []).slice(1)).map((one) => [one.text, one]));
    others.delete(cause?.text);
    return html(
      "li",
      { class: "group" },
      html(
        "div",
        { class: "group-head" },
        verdict.area ? Outcomes.pill(verdict.area) : null,
        html("h3", {}, cause?.text ?? verdict.text),
        html(
          "p",
          { class: "because" },
          cause ? [Words.conclusion(verdict), " "] : null,
          html("span", { class: "proof" }, cause ? PROOFS[cause.proof ?? "evidence"] : "The evidence names no cause."),
        ),
        others.size ? html("p", { class: "because" }, "Also: ", [...others.keys()].join("; "), ".") : null,
      ),
      concerned(verdicts),
    );
  }

  // A test that asks for no stage has one outcome, in no mode.
  const modesOf = ({ outcomes }) => ("" in outcomes ? [""] : Run.modes);

  function concerned(verdicts) {
    const [first, rest] = [verdicts.slice(0, MOST_TESTS), verdicts.slice(MOST_TESTS)];
    return html(
      "div",
      { class: "concerned" },
      html(
        "div",
        { class: "track-head", "aria-hidden": "true" },
        modesOf(verdicts[0]).map((mode) => html("span", {}, mode)),
      ),
      html("ul", {}, first.map(test)),
      rest.length
        ? html(
            "details",
            {},
            html("summary", {}, `and ${Words.count(rest.length, "more test")}`),
            html("ul", {}, rest.map(test)),
          )
        : null,
    );
  }

  function test(verdict) {
    const { file, name, parameters } = Words.ofTest(verdict.test);
    return html(
      "li",
      {},
      Outcomes.track((mode) => verdict.outcomes[mode], modesOf(verdict)),
      html(
        "a",
        { href: Run.addressOf(verdict), title: verdict.test },
        name,
        html("span", { class: "parameters" }, parameters),
        html("span", { class: "file" }, said(", in "), file.split("/").at(-1)),
      ),
    );
  }

  function drift() {
    if (!Run.drift?.length) return null;
    return html(
      "section",
      { id: "drift", class: "loose", "aria-labelledby": "drift-title" },
      html(
        "h3",
        { id: "drift-title" },
        `Drift: ${Words.count(Run.drift.length, "difference")} between the template and the stage`,
      ),
      html(
        "ul",
        { class: "drift" },
        Run.drift.map((one) =>
          html(
            "li",
            {},
            html("span", { class: "drift-what" }, html("b", {}, one.name), ` ${one.kind}, ${one.what}`),
            html(
              "span",
              { class: "drift-side" },
              html("span", { class: "side" }, "template"),
              html("code", {}, one.template),
            ),
            html(
              "span",
              { class: "drift-side" },
              html("span", { class: "side" }, "deployed"),
              html("code", { class: "deployed" }, one.deployed),
            ),
          ),
        ),
      ),
    );
  }

  function left() {
    if (!Run.left?.length) return null;
    return html(
      "section",
      { id: "left", class: "loose", "aria-labelledby": "left-title" },
      html(
        "h3",
        { id: "left-title" },
        `Left behind: ${Words.count(Run.left.length, "thing")} that the run made and did not take away`,
      ),
      lines(Run.left),
    );
  }

  function idle() {
    if (!Run.deselected.length) return null;
    return html(
      "section",
      { id: "idle", class: "loose", "aria-labelledby": "idle-title" },
      html("h3", { id: "idle-title" }, `Left out: ${Words.count(Run.deselected.length, "test")}`),
      lines(Run.deselected),
    );
  }

  function lines(all) {
    const [first, rest] = [all.slice(0, 20), all.slice(20)];
    return [
      html(
        "ul",
        { class: "lines" },
        first.map((line) => html("li", {}, line)),
      ),
      rest.length
        ? html(
            "details",
            {},
            html("summary", {}, `and ${rest.length} more`),
            html(
              "ul",
              { class: "lines" },
              rest.map((line) => html("li", {}, line)),
            ),
          )
        : null,
    ];
  }

  return { show };
})();
