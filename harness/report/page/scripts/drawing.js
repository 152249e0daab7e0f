// The picture of a system as SVG: a box a thing, a line a way, in the colour and the stroke of what was reached.

const Drawing = (() => {
  const { svg } = Elements;
  const MARGIN = 14;
  const PIP = 11;
  const LINE = 16;
  // A longer label goes over two lines, and is cut where two are not enough.
  const CHARACTERS = 19;
  // A shape for each kind, on a field of 16.
  const SHAPES = {
    door: "M3 2h7v12H3zM10 4l4-1.5v11L10 12M7.5 8h.1",
    function: "M3 13.5L8 2.5l5 11M5.5 13.5L8 8",
    machine: "M2 3h5v4H2zM9 9h5v4H9zM7 5h4.5v4",
    bus: "M1.5 8h13M4.5 8V3M8 8v5M11.5 8V3",
    topic: "M2 6v4h3l5 3.5v-11L5 6zM12.5 5.5a4 4 0 0 1 0 5",
    queue: "M1.5 4.5h13v7h-13zM6 4.5v7M10.5 4.500v7",
    stream: "M1.5 5c3-2.5 4 2.5 6.5 0s4-2 6.5 0M1.5 11c3-2.5 4 2.5 6.5 0s4-2 6.5 0",
    table: "M2 2.500h12v11H2zM2 6h12M2 9.800h12M6.5 6v7.5",
    bucket: "M2 4l1.8 10h8.400L14 4M2 4a6 1.8 0 0 1 12 0 6 1.8 0 0 1-12 0",
    pool: "M8 2.500a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.400M2.5 14a5.5 4.5 0 0 1 11 0",
    other: "M3 3h10v10H3z",
  };
  const ruler = document.createElement("canvas").getContext("2d");

  function widthOf(text, font) {
    ruler.font = `${font} system-ui, "Liberation Sans", Arial, sans-serif`;
    return ruler.measureText(text).width;
  }

  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  // "RestaurantNotificationTopic" as "RestaurantNotification" and "Topic", "POST /orders/{id}/items" as "POST
  // /orders/" and "{id}/items": parted between words, as near to the end of the line as words allow.
  function linesOf(label) {
    if (label.length <= CHARACTERS) return [label];
    const starts = [...label.matchAll(/(?<=[a-z0-9])[A-Z]|(?<=[/ _.:-])[^/ _.:-]/g)].map(({ index }) => index);
    const at = starts.filter((start) => start <= CHARACTERS && start > 3).at(-1) ?? CHARACTERS;
    return [label.slice(0, at).trimEnd(), cut(label.slice(at), CHARACTERS + 3)];
  }

  const kindOf = ({ kind }) => (Object.hasOwn(SHAPES, kind) ? kind : "other");

  // onchoose is told the node that was chosen, or null.
  function of(system, { onchoose }) {
    const nodes = system.nodes.map(size);
    const edges = system.edges.map(measured);
    const layout = Layout.of(nodes, edges);
    const lines = edges
      .filter((edge) => layout.paths.has(edge))
      .map((edge) => line(system, { edge, path: layout.paths.get(edge) }));
    const boxes = system.nodes.map((node) => box(system, { node, place: layout.places.get(node.id) }));
    const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
    const drawing = svg(
      "svg",
      {
        class: "drawing",
        viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}`,
        width,
        height,
        role: "group",
        "aria-label": `Picture of ${system.name}`,
      },
      svg(
        "g",
        { class: "lines" },
        lines.map(({ group }) => group),
      ),
      svg("g", {}, boxes),
      svg("g", { class: "texts", "aria-hidden": "true" }, apart(lines)),
    );
    // Smaller than this nobody could read it; the canvas around it scrolls.
    drawing.style.setProperty("min-width", `${width * 0.72}px`);
    return Attention.over(drawing, { edges, places: layout.places, onchoose });
  }

  function size({ id, label, kind }) {
    const lines = linesOf(label);
    const width = Math.max(...lines.map((line) => widthOf(line, "600 13.5px"))) + 56;
    return { id, height: 32 + lines.length * LINE, width: Math.max(126, width), first: kind === "door" };
  }

  // What starts something always says how; what a function uses is said when one looks at it, so it needs no room.
  function measured(edge) {
    const labelWidth = edge.label ? widthOf(cut(edge.label, 24), "11.5px") : 0;
    return { ...edge, labelWidth, room: edge.kind === "starts" ? labelWidth : 0 };
  }

  function line(system, { edge, path: { points, turned } }) {
    const state = edge.kind === "uses" ? "uses" : Surface.stateOf(system, Surface.idsOf(edge));
    const d = points
      .map(({ from, to }, at) => {
        const bend = Math.max(24, (to.x - from.x) / 2);
        return `${at ? "L" : "M"}${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
      })
      .join("");
    const [first, last] = [points[0].from, points.at(-1).to];
    const tip = turned ? `M${first.x} ${first.y}l8 -4v8z` : `M${last.x} ${last.y}l-8 -4v8z`;
    const attributes = { class: `line line-${state}`, "data-source": edge.source, "data-target": edge.target };
    const group = svg("g", attributes, svg("path", { class: "way", d }), svg("path", { class: "tip", d: tip }));
    return {
      edge,
      group,
      state,
      middle: { x: (points[0].from.x + points[0].to.x) / 2, y: (points[0].from.y + points[0].to.y) / 2 },
    };
  }

  // The words on the lines, moved apart where they would cover each other.
  function apart(lines) {
    // Those that are always there keep their place.
    const labelled = lines
      .filter(({ edge }) => edge.label)
      .sort((a, b) => b.edge.room - a.edge.room || a.middle.y - b.middle.y);
    const taken = [];
    return labelled.map(({ edge, state, middle: { x, y } }) => {
      const half = edge.labelWidth / 2 + 4;
      const covers = (one) => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < 15;
      for (let hit = taken.find(covers); hit; hit = taken.find(covers)) y = hit.y + 16;
      taken.push({ x, y, half });
      return svg(
        "g",
        { class: `on-line on-line-${state}`, "data-source": edge.source, "data-target": edge.target },
        svg("rect", { x: x - half + 1, y: y - 7, width: 2 * half - 2, height: 14 }),
        svg("text", { x, y: y + 4, "text-anchor": "middle" }, cut(edge.label, 24), svg("title", {}, edge.label)),
      );
    });
  }

  function box(system, { node, place: { x, y, width, height } }) {
    const ids = Surface.idsOf(node);
    const state = Surface.stateOf(system, ids);
    const modes = Surface.modesOf(system, ids);
    const drifts = Surface.driftOf(system, node, ids);
    const told = [node.label, node.kind, Surface.STATES[state], drifts.length ? "drift" : ""]
      .filter(Boolean)
      .join(", ");
    return svg(
      "g",
      {
        class: `node node-${state} node-${kindOf(node)}`,
        transform: `translate(${x} ${y})`,
        tabindex: "-1",
        role: "button",
        "aria-pressed": "false",
        "aria-label": told,
        "data-id": node.id,
      },
      svg("title", {}, `${node.label}\n${node.kind}, ${Surface.STATES[state]}`),
      svg("rect", { class: "box", width, height, rx: kindOf(node) === "door" ? height / 2 : 9 }),
      svg("path", { class: "shape", d: SHAPES[kindOf(node)], transform: `translate(13 ${height / 2 - 8})` }),
      linesOf(node.label).map((text, at) => svg("text", { class: "label", x: 38, y: 21 + at * LINE }, text)),
      svg(
        "text",
        { class: "kind-of-node", x: 38, y: height - 11 },
        kindOf(node) === "door" ? doorKind(node) : node.kind,
      ),
      state === "uncounted"
        ? null
        : Run.modes.map((mode, at) =>
            svg("circle", {
              class: modes.includes(mode) ? "pip" : "pip hollow",
              cx: width - 16 - (Run.modes.length - 1 - at) * PIP,
              cy: height - 15,
              r: 3.6,
            }),
          ),
      drifts.length
        ? svg(
            "g",
            { class: "drifted", transform: `translate(${width - 21} -7)` },
            svg("path", { d: "M8 0l8.5 15h-17z" }),
            svg("path", { class: "stroke", d: "M8 5v5M8 12.300v.1" }),
          )
        : null,
    );
  }

  // A door is a route or a schedule; the id in the surface says which.
  const doorKind = (node) => (/^[a-z]+(?=:)/.exec(Surface.idsOf(node)[0] ?? "") ?? ["door"])[0];

  return { cut, of };
})();
