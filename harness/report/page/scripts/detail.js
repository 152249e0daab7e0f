// One test: the conclusion, why, and what it did in each mode.

const Detail = (() => {
  const { html, byId, said } = Elements;
  const SIDE_BY_SIDE = "side by side";
  const FAILED_ONCE = "a fixture of both failed there, and pytest does not try it again.";

  function show(test) {
    const dialog = byId("detail");
    const records = Run.details(test.number);
    const modes = test.plain ? [""] : Run.modes.filter((mode) => mode in records);
    // A click beside the sheet meets the dialog itself.
    dialog.onclick = (event) => event.target === dialog && hide();
    dialog.replaceChildren(
      head(test),
      html("div", { class: "detail-body" }, verdict(test), ...tabs(test, { records, modes })),
    );
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    byId("detail-title").focus();
  }

  // The browser gives the focus back to where it was.
  function hide() {
    if (byId("detail").open) byId("detail").close();
  }

  function head(test) {
    return html(
      "header",
      { class: "detail-head" },
      html(
        "div",
        {},
        html("p", { class: "trail" }, [test.system, test.file].filter(Boolean).join(" › ")),
        html(
          "h2",
          { id: "detail-title", tabindex: "-1" },
          test.name,
          html("span", { class: "parameters" }, test.parameters),
        ),
        html("p", { class: "node-id" }, html("code", {}, test.test)),
      ),
      html(
        "button",
        { type: "button", class: "close", "aria-label": "Close", onclick: hide },
        html("span", { "aria-hidden": "true" }, "×"),
      ),
    );
  }

  function verdict(test) {
    const found = Run.verdictOf(test);
    if (!found) return null;
    return html(
      "div",
      { class: "conclusion" },
      Outcomes.pill(found.area),
      (found.causes ?? []).map(({ text }) => html("p", { class: "conclusion-text" }, text)),
      html("p", { class: found.causes?.length ? "because" : "conclusion-text" }, Words.conclusion(found)),
    );
  }

  function tabs(test, { records, modes }) {
    const names = modes.length > 1 ? [SIDE_BY_SIDE, ...modes] : modes;
    const panel = html("div", { role: "tabpanel", id: "panel", tabindex: "-1" });
    const list = html("div", { class: "tabs", role: "tablist", "aria-label": "Modes" });
    const buttons = names.map((name) =>
      html(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-controls": "panel",
          id: `tab-${names.indexOf(name)}`,
          onclick: () => choose(name),
        },
        tabLabel(name, records),
      ),
    );
    list.append(...buttons);
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
      buttons[next].focus();
      choose(names[next]);
    });
    function choose(name) {
      buttons.forEach((button, at) => {
        button.setAttribute("aria-selected", String(names[at] === name));
        button.tabIndex = names[at] === name ? 0 : -1;
      });
      panel.setAttribute("aria-labelledby", `tab-${names.indexOf(name)}`);
      panel.replaceChildren(
        ...(name === SIDE_BY_SIDE
          ? [Comparison.of(records, modes)]
          : ofMode(records[name], Run.verdictOf(test)?.causes ?? [])
        ).filter(Boolean),
      );
    }
    choose(
      test.disagreeing && modes.length > 1
        ? SIDE_BY_SIDE
        : (modes.find((mode) => Run.isBroken(records[mode].outcome)) ?? modes[0]),
    );
    return [list, panel];
  }

  function tabLabel(name, records) {
    if (name === SIDE_BY_SIDE) return "Side by side";
    const { outcome, seconds = 0 } = records[name];
    return [
      Outcomes.mark(outcome, { title: false }),
      said(" "),
      name || "no mode",
      outcome === "skipped" ? null : html("span", { class: "took" }, Words.seconds(seconds)),
    ];
  }

  function ofMode(record, told) {
    return [
      failure(record, told),
      denials(record),
      Timeline.of(record),
      failures(record),
      logs(record),
      reached(record),
    ];
  }

  // A cause that the conclusion names already is not named again.
  function failure({ failure: text, causes: all = [], as_in: elsewhere }, told) {
    if (!text) return null;
    const causes = all.filter((cause) => !told.some((one) => one.text === cause.text));
    const [first, ...rest] = text.split("\n");
    return html(
      "div",
      { class: "failed-with" },
      html("pre", { tabindex: "0" }, html("b", {}, first), rest.length ? `\n${rest.join("\n")}` : ""),
      causes.length
        ? html(
            "ul",
            { class: "causes" },
            causes.map(({ area, text: cause }) => html("li", {}, Outcomes.pill(area), cause)),
          )
        : null,
      elsewhere ? html("p", {}, "As in ", html("b", {}, elsewhere), `: ${FAILED_ONCE}`) : null,
    );
  }

  function denials({ denials: all = [] }) {
    return all.length
      ? html(
          "div",
          { class: "more" },
          html("h3", {}, "Not allowed"),
          html("ul", { class: "denials" }, all.map(Evidence.ofDenial)),
        )
      : null;
  }

  function failures({ failures: all = [] }) {
    return all.length
      ? html(
          "div",
          { class: "more" },
          html("h3", {}, "Functions that failed without a request"),
          all.map(Evidence.ofFailure),
        )
      : null;
  }

  function logs({ logs: all = {} }) {
    const told = Object.entries(all).filter(([, lines]) => lines.length);
    if (!told.length) return null;
    return html(
      "div",
      { class: "more" },
      html("h3", {}, "Logs"),
      told.map(([name, lines]) =>
        html(
          "details",
          {},
          html("summary", {}, html("b", {}, name), ` ${Words.count(lines.length, "line")}`),
          html("pre", { tabindex: "0" }, lines.join("\n")),
        ),
      ),
    );
  }

  function reached({ reached: told = [] }) {
    // What ends so may have been reached, and nobody saw it.
    const all = told.filter((id) => !id.endsWith("?"));
    if (!all.length) return null;
    return html(
      "div",
      { class: "more" },
      html("h3", {}, "Reached"),
      html(
        "ul",
        { class: "chips" },
        all.map((id) => {
          const colon = id.indexOf(":");
          return html("li", {}, html("span", { class: "quiet" }, id.slice(0, colon)), " ", id.slice(colon + 1));
        }),
      ),
    );
  }

  return { hide, show };
})();
