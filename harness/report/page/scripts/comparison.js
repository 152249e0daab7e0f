// The modes of one test side by side: the same steps and acts in a row, so that one sees where they part.

const Comparison = (() => {
  const { html, said } = Elements;

  function of(records, modes) {
    const rows = aligned(modes.map((mode) => happenings(records[mode])));
    const parting = rows.findIndex(({ cells }) => new Set(cells.map((cell) => cell?.answer ?? "")).size > 1);
    return html(
      "div",
      { class: "comparison" },
      html(
        "table",
        {},
        html(
          "thead",
          {},
          html(
            "tr",
            {},
            html("th", { scope: "col" }, said("What happened")),
            modes.map((mode) => html("th", { scope: "col" }, mode, " ", Outcomes.mark(records[mode].outcome))),
          ),
        ),
        html(
          "tbody",
          {},
          rows.map((row, at) => line(row, { parts: at === parting })),
        ),
      ),
    );
  }

  // What a test did in one mode, each with a key by which the same is found in another mode.
  function happenings({ steps = [], acts = [], entries = [] }) {
    const times = new Map();
    const all = [
      ...steps.map((step) => ({
        at: step.at,
        rank: 0,
        label: step.words,
        kind: step.kind,
        depth: step.depth ?? 0,
        answer: step.failed ? "failed" : "passed",
        took: step.seconds,
        bad: step.failed,
      })),
      ...acts.map((act) => ({
        at: act.at,
        rank: 1,
        label: act.what || act.verb,
        kind: "act",
        depth: 1,
        answer: answerOf(act),
        took: act.seconds,
        bad: Boolean(act.error || act.status >= 500),
      })),
      ...entries.map((entry) => ({
        at: entry.at,
        rank: 2,
        label: [entry.source, entry.name].filter(Boolean).join(" "),
        kind: "entry",
        depth: 1,
        answer: "seen",
      })),
    ].sort((a, b) => a.at - b.at || a.rank - b.rank);
    for (const one of all) {
      const name = JSON.stringify([one.kind, one.label]);
      times.set(name, (times.get(name) ?? 0) + 1);
      one.key = `${name} ${times.get(name)}`;
    }
    return all;
  }

  const answerOf = ({ status, error }) => (status !== undefined ? String(status) : error ? error.type : "done");

  // The rows of all modes: what a mode has and those before it have not comes after what precedes it there.
  function aligned(columns) {
    const rows = [];
    columns.forEach((column, mode) => {
      let place = 0;
      for (const one of column) {
        const found = rows.findIndex(({ key }) => key === one.key);
        if (found < 0) rows.splice(place, 0, { key: one.key, one, cells: columns.map(() => null) });
        const at = found < 0 ? place : found;
        rows[at].cells[mode] = one;
        place = at + 1;
      }
    });
    return rows;
  }

  function line({ one, cells }, { parts }) {
    const label = ["act", "entry"].includes(one.kind)
      ? html("span", { class: `glyph glyph-${one.kind}`, "aria-hidden": "true" })
      : html("span", { class: `kind kind-${/^(given|when|then)$/.test(one.kind) ? one.kind : "other"}` }, one.kind);
    const row = html(
      "tr",
      { class: parts ? "parts" : "" },
      html(
        "th",
        { scope: "row" },
        html("div", { class: "label" }, label, html("span", { class: "words" }, one.label)),
        parts ? html("span", { class: "here" }, "the modes part here") : null,
      ),
      cells.map(cell),
    );
    row.style.setProperty("--depth", Math.min(one.depth, 4));
    return row;
  }

  function cell(one) {
    if (!one) return html("td", { class: "absent" }, "–", said(" did not happen"));
    const shown =
      one.kind === "act"
        ? html(
            "span",
            {
              class: one.bad ? "status status-5" : `status status-${/^\d/.test(one.answer) ? one.answer[0] : "other"}`,
            },
            one.answer,
          )
        : one.kind === "entry"
          ? "seen"
          : Outcomes.mark(one.answer);
    return html(
      "td",
      { class: one.bad ? "bad" : "" },
      shown,
      one.took !== undefined ? html("span", { class: "took" }, Words.seconds(one.took)) : null,
    );
  }

  return { of };
})();
