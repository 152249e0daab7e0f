// The surface: each system as a picture or as a list, what of it was reached, and what never.

const Picture = (() => {
  const { html, said } = Elements;
  const MOST_TESTS = 12;

  function show(place) {
    place.append(html("h2", { id: "picture-title" }, "Surface"));
    const systems = Run.systems.filter(({ nodes, surface }) => nodes.length || surface.length);
    if (!systems.length) {
      place.append(html("p", { class: "empty" }, "The surface of no system is known, so there is nothing to draw."));
      return;
    }
    const body = html("div", {});
    const views = asTabs(["Picture", "List"], {
      label: "Picture or list",
      chosen: window.matchMedia("(max-width: 44rem)").matches ? 1 : 0,
      onchoose: draw,
    });
    const names = asTabs(
      systems.map(({ name }) => name),
      { label: "System", chosen: 0, onchoose: draw },
    );
    place.append(
      html(
        "div",
        { class: "surface-head" },
        systems.length > 1 ? names.element : null,
        legend(),
        systems[0].nodes.length ? views.element : null,
      ),
      body,
    );
    function draw() {
      const system = systems[names.chosen()];
      body.replaceChildren(
        ...(views.chosen() || !system.nodes.length
          ? [never(system), list(system)]
          : [...drawn(system), never(system)]
        ).filter(Boolean),
      );
    }
    draw();
  }

  function asTabs(names, { label, chosen, onchoose }) {
    let current = chosen;
    const buttons = names.map((name, at) =>
      html("button", { type: "button", "aria-pressed": String(at === current), onclick: () => choose(at) }, name),
    );
    function choose(at) {
      current = at;
      buttons.forEach((button, own) => button.setAttribute("aria-pressed", String(own === at)));
      onchoose();
    }
    return {
      element: html("div", { class: "states", role: "group", "aria-label": label }, buttons),
      chosen: () => current,
    };
  }

  function legend() {
    const several = Run.modes.length > 1;
    return html(
      "ul",
      { class: "legend" },
      html("li", {}, html("span", { class: "sample sample-all" }), several ? "every mode" : "reached"),
      several ? html("li", {}, html("span", { class: "sample sample-some" }), "some modes") : null,
      html("li", {}, html("span", { class: "sample sample-never" }), "never reached"),
      html(
        "li",
        {},
        html("span", { class: "sample-pips", "aria-hidden": "true" }, "●".repeat(Run.modes.length)),
        Run.modes.join(", "),
      ),
    );
  }

  function drawn(system) {
    const about = html("div", { class: "about-node", role: "status" });
    function tell(id) {
      const node = system.nodes.find((one) => one.id === id);
      about.replaceChildren(...(node ? told(system, node) : [hint()]));
    }
    tell(null);
    const drawing = Drawing.of(system, { onchoose: tell });
    const broad = Number(drawing.getAttribute("width")) > 1100;
    return [html("div", { class: broad ? "canvas broad" : "canvas" }, drawing), about];
  }

  const hint = () => html("p", { class: "quiet" }, "Choose a thing to see which tests reached it.");

  function told(system, node) {
    const ids = Surface.idsOf(node);
    const { tests, times } = Surface.testsOf(system, ids);
    const modes = Surface.modesOf(system, ids);
    const drifts = Surface.driftOf(system, node, ids);
    const reached = !ids.length
      ? "It is not counted: tests reach it through what uses it."
      : modes.length
        ? `Reached in ${modes.join(", ")} by ${Words.count(times, "test")}.`
        : "No test reached it in any mode.";
    return [
      html("h3", {}, node.label, html("span", { class: "quiet" }, ` ${node.kind}`)),
      html("p", {}, reached),
      ...drifts.map((one) =>
        html(
          "p",
          { class: "drift-told" },
          `Drift in ${one.what}: the template says `,
          html("code", {}, one.template),
          ", deployed is ",
          html("code", {}, one.deployed),
          ".",
        ),
      ),
      html(
        "ul",
        { class: "reaching" },
        tests
          .slice(0, MOST_TESTS)
          .map((test) =>
            html(
              "li",
              {},
              Outcomes.mark(test.broken ? "failed" : "passed", { title: false }),
              html(
                "a",
                { href: Run.addressOf(test) },
                test.name,
                html("span", { class: "parameters" }, test.parameters),
              ),
            ),
          ),
        times > MOST_TESTS
          ? html(
              "li",
              { class: "quiet" },
              `and ${(times - Math.min(tests.length, MOST_TESTS)).toLocaleString("en")} more`,
            )
          : null,
      ),
    ];
  }

  function never(system) {
    const idle = Surface.neverReached(system);
    if (!system.surface.length) return null;
    if (!idle.length)
      return html(
        "p",
        { class: "never-none" },
        Outcomes.mark("passed", { title: false }),
        ` All ${system.surface.length} of ${system.name} were reached in some mode.`,
      );
    const kinds = Map.groupBy(idle, ({ kind }) => kind);
    return html(
      "div",
      { class: "never" },
      html("h3", {}, `Never reached: ${idle.length} of ${system.surface.length}`),
      html(
        "dl",
        {},
        [...kinds].map(([kind, ones]) =>
          html(
            "div",
            {},
            html("dt", {}, Words.count(ones.length, kind)),
            html(
              "dd",
              {},
              html(
                "ul",
                { class: "chips" },
                ones.map(({ name }) => html("li", {}, name)),
              ),
            ),
          ),
        ),
      ),
    );
  }

  function list(system) {
    const names = new Map(system.surface.map(({ id, name }) => [id, name]));
    return html(
      "table",
      { class: "surface-list" },
      html(
        "thead",
        {},
        html(
          "tr",
          {},
          html("th", { scope: "col" }, "Surface"),
          Run.modes.map((mode) => html("th", { scope: "col" }, mode)),
          html("th", { scope: "col", class: "leads" }, "leads to"),
        ),
      ),
      html(
        "tbody",
        {},
        system.surface.map(({ id, kind, name, leads_to: leads }) => {
          const modes = Surface.modesOf(system, [id]);
          return html(
            "tr",
            { class: modes.length ? "" : "idle" },
            html("th", { scope: "row" }, name, html("span", { class: "quiet" }, ` ${kind}`)),
            Run.modes.map((mode) =>
              html(
                "td",
                {},
                html("span", { class: modes.includes(mode) ? "dot-reached" : "dot-idle", "aria-hidden": "true" }),
                said(modes.includes(mode) ? "reached" : "not reached"),
              ),
            ),
            html("td", { class: "leads" }, leads.map((one) => names.get(one) ?? one).join(", ")),
          );
        }),
      ),
    );
  }

  return { show };
})();
