// The head of the page: what came of the run, at a glance.

const Summary = (() => {
  const { add, html, said, svg } = Elements;
  const LANE = { height: 24, low: 13 };
  // More would be thinner than the gaps between them.
  const MOST_BARS = window.innerWidth < 700 ? 90 : 320;

  function show(place) {
    add(
      place,
      html("div", { class: "topline" }, html("span", { class: "brand" }, mark(), "Test report"), Scheme.toggle()),
      html("h1", { class: `headline ${Run.state}` }, Run.headline),
      html(
        "p",
        { class: "about" },
        about().map((part) => html("span", {}, part)),
      ),
      Run.gate ? gate() : null,
      Run.staged.length ? html("div", { class: "lanes" }, Run.modes.map(lane)) : null,
      Run.systems.length > 1 ? systems() : null,
      Run.tests.length ? html("dl", { class: "facts" }, facts()) : null,
    );
  }

  // Three lines that part at one place: the picture of what this report is about.
  function mark() {
    const line = (d, name) => svg("path", { d, class: name });
    return svg(
      "svg",
      { class: "logo", viewBox: "0 0 24 24", "aria-hidden": "true" },
      line("M2 6h20", "ok"),
      line("M2 12h20", "ok"),
      line("M2 18h9l4 -3", Run.state === "bad" ? "bad" : "ok"),
      Run.state === "bad" ? line("M16.5 18.5l4 4m0 -4l-4 4", "bad") : line("M15 15l3 3h4", "ok"),
    );
  }

  function about() {
    const names = Run.systems.map(({ name }) => name);
    return [
      names.length > 3 ? Words.count(names.length, "system") : names.join(", "),
      Run.stage && `stage ${Run.stage}`,
      Run.cloud && (Run.cloud === "embedded" ? "embedded cloud" : Run.cloud),
      Run.region,
      Run.began && Words.moment(Run.began),
      Run.seconds && Words.seconds(Run.seconds),
    ].filter(Boolean);
  }

  // The conditions of a gate; what fails of each stands in the parts below, and all of it in the summary.
  function gate() {
    return html(
      "ul",
      { class: "gate" },
      Run.gate.map(({ name, passed, text }) =>
        html("li", {}, Outcomes.mark(passed ? "passed" : "failed"), " ", html("b", {}, name), ` ${text}`),
      ),
    );
  }

  // A lane is the row of all tests in one mode: low bars pass, high bars fail.
  function lane(mode) {
    const ran = Run.tests.filter((one) => mode in one.modes && one.modes[mode][0] !== "skipped");
    const good = ran.filter((one) => !Run.isBroken(one.modes[mode][0])).length;
    return html(
      "div",
      { class: "lane" },
      html("span", { class: "lane-mode" }, mode),
      bars(mode),
      html(
        "span",
        { class: good < ran.length ? "lane-count bad" : "lane-count" },
        html("b", {}, good.toLocaleString("en")),
        ` of ${ran.length.toLocaleString("en")} pass`,
      ),
    );
  }

  function bars(mode) {
    const each = Math.ceil(Run.staged.length / MOST_BARS);
    const bins = Array.from({ length: Math.ceil(Run.staged.length / each) }, (_, at) =>
      Run.staged.slice(at * each, (at + 1) * each),
    );
    const gap = bins.length > 160 ? 0.1 : bins.length > 40 ? 0.2 : 0.08;
    return svg(
      "svg",
      {
        class: "bars",
        viewBox: `0 0 ${bins.length} ${LANE.height}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
        onclick: openBar,
      },
      bins.map((tests, at) => bar(tests, { mode, at, gap })),
    );
  }

  function bar(tests, { mode, at, gap }) {
    const worst =
      tests.find((one) => Run.isBroken(one.modes[mode]?.[0])) ?? tests.find((one) => mode in one.modes) ?? tests[0];
    const outcome = worst.modes[mode]?.[0];
    const bad = Run.isBroken(outcome);
    const idle = outcome === undefined || outcome === "skipped";
    const height = bad ? LANE.height : idle ? 3 : LANE.low;
    const title =
      tests.length > 1 && !bad ? Words.count(tests.length, "test") : `${worst.name}: ${Outcomes.words(outcome)}`;
    return svg(
      "rect",
      {
        x: at + gap / 2,
        y: LANE.height - height,
        width: 1 - gap,
        height,
        class: bad ? "bad" : idle ? "idle" : "good",
        "data-number": worst.number,
      },
      svg("title", {}, title),
    );
  }

  function openBar(event) {
    const number = event.target.dataset?.number;
    if (number !== undefined) location.hash = Run.addressOf(Run.tests[number]);
  }

  function systems() {
    return html(
      "table",
      { class: "systems" },
      html(
        "thead",
        {},
        html(
          "tr",
          {},
          html("th", { scope: "col" }, "System"),
          Run.modes.map((mode) => html("th", { scope: "col" }, mode)),
          html("th", { scope: "col" }, "Surface reached"),
        ),
      ),
      html(
        "tbody",
        {},
        Run.systems.map((system) =>
          html(
            "tr",
            {},
            html("th", { scope: "row" }, system.name),
            Run.modes.map((mode) => tally(system, mode)),
            html("td", {}, share([system])),
          ),
        ),
      ),
    );
  }

  function tally(system, mode) {
    const ran = Run.tests.filter(
      (one) => one.system === system.name && mode in one.modes && one.modes[mode][0] !== "skipped",
    );
    if (!ran.length) return html("td", { class: "idle" }, "not run");
    const bad = ran.filter((one) => Run.isBroken(one.modes[mode][0])).length;
    return html(
      "td",
      { class: bad ? "bad" : "" },
      Outcomes.mark(bad ? "failed" : "passed", { title: false }),
      ` ${ran.length - bad} of ${ran.length}`,
    );
  }

  function facts() {
    const skipped = Run.tests.filter((one) => one.skipped).length;
    const idle = Run.deselected.length + skipped;
    const failing = Run.plain.filter((one) => one.broken).length;
    return [
      Run.plain.length
        ? fact(
            "Without a stage",
            String(Run.plain.length),
            failing ? `${failing} of them ${failing === 1 ? "fails" : "fail"}` : "tests that ran once, in no mode",
            "#tests",
          )
        : null,
      fact("Surface reached", share(Run.systems), detailOfShare(), "#picture"),
      fact(
        "Drift",
        Run.drift === null ? "–" : String(Run.drift.length),
        Run.drift === null
          ? "not looked for"
          : Run.drift.length
            ? "between template and stage"
            : "stage and template agree",
        "#drift",
      ),
      fact(
        "Left behind",
        Run.left === null ? "–" : String(Run.left.length),
        Run.left === null ? "not looked for" : Run.left.length ? "to be swept" : "everything was taken away",
        "#left",
      ),
      fact(
        "Not run",
        String(idle),
        [
          skipped && `${skipped} skipped`,
          Run.deselected.length && `${Run.deselected.length} left out`,
          Run.unselected,
        ]
          .filter(Boolean)
          .join(", ") || "nothing was left out",
        "#idle",
      ),
    ];
  }

  function fact(name, value, detail, address) {
    const there = document.querySelector(address)?.childElementCount;
    const number = html("span", { class: "fact-value" }, value);
    return html(
      "div",
      { class: "fact" },
      html("dt", {}, name),
      html(
        "dd",
        {},
        there ? html("a", { href: address }, number, said(`, ${detail}`)) : number,
        html("span", { class: "fact-detail" }, detail),
      ),
    );
  }

  function reached(systems) {
    const all = systems.flatMap((system) =>
      system.surface.map(({ id }) => (system.reached[id]?.modes ?? []).length > 0),
    );
    return { all: all.length, reached: all.filter(Boolean).length };
  }

  function share(systems) {
    const { all, reached: some } = reached(systems);
    return all ? `${Math.floor((some / all) * 100)} %` : "–";
  }

  function detailOfShare() {
    const { all, reached: some } = reached(Run.systems);
    return all ? `${some} of ${all} in some mode` : "no surface is known";
  }

  return { show };
})();
