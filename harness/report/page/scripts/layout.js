// Where the things of a system stand: in columns from the left to the right, each after what leads to it.
//
// After Sugiyama, Tagawa and Toda: turn around the edges that close a circle, rank by the longest path, lead long edges
// through the columns between, order each column by the barycentre of its neighbours, then straighten.

const Layout = (() => {
  const ROW = 16;
  const GAP = 46;
  const SWEEPS = 24;

  // nodes: [{ id, width, height, first }], first for what stands in the first column;
  // edges: [{ source, target, room }], room for its words. Gives { width, height, places, paths }: a place by id, and by edge the points of its line.
  function of(nodes, edges) {
    const known = new Map(nodes.map((node) => [node.id, node]));
    const drawn = edges.filter(({ source, target }) => source !== target && known.has(source) && known.has(target));
    const joined = new Set(drawn.flatMap(({ source, target }) => [source, target]));
    const linked = nodes.filter(({ id }) => joined.has(id));
    const forward = acyclic(linked, drawn);
    const ranks = ranked(linked, forward);
    const { columns, chains } = columned(linked, { forward, ranks });
    untangle(columns);
    straighten(columns);
    return placed(columns, { chains, loners: nodes.filter(({ id }) => !joined.has(id)) });
  }

  // The edges, those turned around that would lead back: to the first column, or to where a walk came from.
  function acyclic(nodes, edges) {
    const state = new Map();
    const leaving = Map.groupBy(edges, ({ source }) => source);
    const first = new Set(nodes.filter((node) => node.first).map(({ id }) => id));
    const turned = new Set(edges.filter(({ target }) => first.has(target)));
    const entered = new Set(edges.map(({ target }) => target));
    const walk = (id) => {
      state.set(id, "open");
      for (const edge of leaving.get(id) ?? []) {
        if (turned.has(edge)) continue;
        if (state.get(edge.target) === "open") turned.add(edge);
        else if (!state.has(edge.target)) walk(edge.target);
      }
      state.set(id, "done");
    };
    const starts = [...nodes.filter(({ id }) => !entered.has(id)), ...nodes];
    for (const { id } of starts) if (!state.has(id)) walk(id);
    return edges.map((edge) =>
      turned.has(edge)
        ? { edge, from: edge.target, to: edge.source, turned: true }
        : { edge, from: edge.source, to: edge.target },
    );
  }

  function ranked(nodes, forward) {
    const entering = Map.groupBy(forward, ({ to }) => to);
    const ranks = new Map();
    const rank = (id) => {
      if (!ranks.has(id)) ranks.set(id, Math.max(-1, ...(entering.get(id) ?? []).map(({ from }) => rank(from))) + 1);
      return ranks.get(id);
    };
    nodes.forEach(({ id }) => rank(id));
    return ranks;
  }

  // Columns of cells: a cell is a node, or the place where a long edge crosses a column.
  function columned(nodes, { forward, ranks }) {
    const columns = Array.from({ length: Math.max(-1, ...ranks.values()) + 1 }, () => []);
    const cells = new Map();
    for (const node of nodes) {
      const cell = { node, height: node.height, before: [], after: [], rank: ranks.get(node.id) };
      cells.set(node.id, cell);
      columns[cell.rank].push(cell);
    }
    const chains = forward.map((link) => {
      const chain = [cells.get(link.from)];
      for (let rank = chain[0].rank + 1; rank < ranks.get(link.to); rank += 1) {
        const bend = { height: 10, before: [], after: [], rank };
        columns[rank].push(bend);
        chain.push(bend);
      }
      chain.push(cells.get(link.to));
      chain.slice(1).forEach((cell, at) => {
        chain[at].after.push(cell);
        cell.before.push(chain[at]);
      });
      return { ...link, chain };
    });
    return { columns, chains };
  }

  function untangle(columns) {
    const number = () =>
      columns.forEach((column) =>
        column.forEach((cell, at) => {
          cell.order = at;
        }),
      );
    number();
    let best = { crossings: crossings(columns), orders: columns.map((column) => [...column]) };
    for (let sweep = 0; sweep < SWEEPS && best.crossings; sweep += 1) {
      const [side, along] = sweep % 2 ? ["after", [...columns].reverse()] : ["before", columns];
      for (const column of along) {
        const centre = (cell) => (cell[side].length ? mean(cell[side].map(({ order }) => order)) : cell.order);
        const centres = new Map(column.map((cell) => [cell, centre(cell)]));
        column.sort((a, b) => centres.get(a) - centres.get(b) || a.order - b.order);
        column.forEach((cell, at) => {
          cell.order = at;
        });
      }
      const found = crossings(columns);
      if (found < best.crossings) best = { crossings: found, orders: columns.map((column) => [...column]) };
    }
    columns.forEach((column, rank) => column.splice(0, column.length, ...best.orders[rank]));
    number();
  }

  function crossings(columns) {
    let count = 0;
    for (const column of columns) {
      const links = column.flatMap((cell) => cell.after.map((next) => [cell.order, next.order]));
      for (let one = 0; one < links.length; one += 1) {
        for (let other = one + 1; other < links.length; other += 1) {
          if ((links[one][0] - links[other][0]) * (links[one][1] - links[other][1]) < 0) count += 1;
        }
      }
    }
    return count;
  }

  // Moves each cell towards the middle of its neighbours, as far as the order of the column and its gaps allow.
  function straighten(columns) {
    for (const column of columns)
      column.reduce((top, cell) => {
        cell.y = top + cell.height / 2;
        return top + cell.height + ROW;
      }, 0);
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      for (const column of sweep % 2 ? [...columns].reverse() : columns) {
        const wanted = column.map((cell) => {
          const near = sweep < SWEEPS - 4 ? (sweep % 2 ? cell.after : cell.before) : [...cell.before, ...cell.after];
          return near.length ? mean(near.map(({ y }) => y)) : cell.y;
        });
        settle(column, wanted);
      }
    }
  }

  // The places nearest to the wanted ones that keep the order and the gaps: those that collide move as one block.
  function settle(column, wanted) {
    const offsets = [];
    column.reduce((top, cell, at) => {
      offsets[at] = top + cell.height / 2;
      return top + cell.height + ROW;
    }, 0);
    const blocks = [];
    wanted.forEach((y, at) => {
      blocks.push({ sum: y - offsets[at], size: 1 });
      while (blocks.length > 1 && blocks.at(-2).sum / blocks.at(-2).size > blocks.at(-1).sum / blocks.at(-1).size) {
        const last = blocks.pop();
        blocks.at(-1).sum += last.sum;
        blocks.at(-1).size += last.size;
      }
    });
    const shifts = blocks.flatMap(({ sum, size }) => Array(size).fill(sum / size));
    column.forEach((cell, at) => {
      cell.y = shifts[at] + offsets[at];
    });
  }

  function placed(columns, { chains, loners }) {
    const widths = columns.map((column) => Math.max(0, ...column.map(({ node }) => node?.width ?? 0)));
    const gaps = columns.map((_, rank) =>
      Math.max(
        GAP,
        ...chains.filter(({ chain, edge }) => chain[0].rank === rank && edge.room).map(({ edge }) => edge.room + 40),
      ),
    );
    const lefts = [];
    widths.reduce((left, width, rank) => {
      lefts[rank] = left;
      return left + width + gaps[rank];
    }, 0);
    const top = Math.min(0, ...columns.flat().map(({ y, height }) => y - height / 2));
    columns.flat().forEach((cell) => {
      cell.y -= top;
    });

    const places = new Map(
      columns.flatMap((column, rank) =>
        column
          .filter(({ node }) => node)
          .map((cell) => [
            cell.node.id,
            { x: lefts[rank], y: cell.y - cell.height / 2, width: widths[rank], height: cell.height },
          ]),
      ),
    );
    const paths = new Map(
      chains.map((link) => [
        link.edge,
        { turned: Boolean(link.turned), points: points(link, { chains, lefts, widths }) },
      ]),
    );
    const width = lefts.length ? lefts.at(-1) + widths.at(-1) : 0;
    const height = Math.max(0, ...columns.flat().map(({ y, height: own }) => y + own / 2));
    return alone(loners, { places, paths, width, height });
  }

  // An edge leaves the right side of a cell and enters the left side of the next; several share a side evenly.
  function points({ chain, edge }, { chains, lefts, widths }) {
    return chain.slice(0, -1).map((cell, at) => {
      const next = chain[at + 1];
      return {
        from: { x: lefts[cell.rank] + widths[cell.rank], y: port(cell, { edge, chains, side: "leaves" }) },
        to: { x: lefts[next.rank], y: port(next, { edge, chains, side: "enters" }) },
      };
    });
  }

  function port(cell, { edge, chains, side }) {
    if (!cell.node) return cell.y;
    const other = ({ chain }) => (side === "leaves" ? chain[1] : chain.at(-2)).y;
    const here = chains
      .filter(({ chain }) => (side === "leaves" ? chain[0] : chain.at(-1)) === cell)
      .sort((a, b) => other(a) - other(b));
    const step = Math.min(12, (cell.height - 14) / Math.max(1, here.length - 1));
    return cell.y + (here.findIndex((link) => link.edge === edge) - (here.length - 1) / 2) * step;
  }

  // What no line leads to stands in rows below.
  function alone(loners, { places, paths, width, height }) {
    const widest = Math.max(0, ...loners.map((node) => node.width));
    const across = Math.max(1, Math.floor(Math.max(width, 900) / (widest + ROW)));
    const top = height ? height + 2.5 * ROW : 0;
    loners.forEach((node, at) =>
      places.set(node.id, {
        x: (at % across) * (widest + ROW),
        y: top + Math.floor(at / across) * (node.height + ROW),
        width: widest,
        height: node.height,
      }),
    );
    const all = [...places.values()];
    return {
      places,
      paths,
      width: Math.max(width, ...all.map((one) => one.x + one.width)),
      height: Math.max(height, ...all.map((one) => one.y + one.height)),
    };
  }

  const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

  return { of };
})();
