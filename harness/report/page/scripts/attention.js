// Pointing at a thing in the picture shows its neighbours, choosing it tells about it, arrow keys go to the next.

const Attention = (() => {
  function over(drawing, { edges, places, onchoose }) {
    const boxes = new Map([...drawing.querySelectorAll(".node")].map((box) => [box.dataset.id, box]));
    const ways = [...drawing.querySelectorAll("[data-source]")];
    let chosen = null;

    function light(id) {
      const near = new Set([
        id,
        ...edges.flatMap(({ source, target }) => (source === id ? [target] : target === id ? [source] : [])),
      ]);
      drawing.classList.toggle("dimmed", id !== null);
      boxes.forEach((box, own) => box.classList.toggle("lit", near.has(own)));
      ways.forEach((way) => way.classList.toggle("lit", way.dataset.source === id || way.dataset.target === id));
    }

    function choose(id) {
      chosen = chosen === id ? null : id;
      boxes.forEach((box, own) => box.setAttribute("aria-pressed", String(own === chosen)));
      light(chosen);
      onchoose(chosen);
    }

    function focus(id) {
      boxes.forEach((box, own) => box.setAttribute("tabindex", own === id ? "0" : "-1"));
      boxes.get(id).focus();
    }

    const boxOf = (event) => event.target.closest?.(".node");
    drawing.addEventListener("pointerover", (event) => light(boxOf(event)?.dataset.id ?? chosen));
    drawing.addEventListener("pointerleave", () => light(chosen));
    drawing.addEventListener("focusin", (event) => light(boxOf(event)?.dataset.id ?? chosen));
    drawing.addEventListener("focusout", () => light(chosen));
    drawing.addEventListener("click", (event) => boxOf(event) && choose(boxOf(event).dataset.id));
    drawing.addEventListener("keydown", (event) => {
      const id = boxOf(event)?.dataset.id;
      if (id === undefined) return;
      if (event.key === "Enter" || event.key === " ") choose(id);
      else if (event.key.startsWith("Arrow")) {
        const next = nearest(places, { id, key: event.key });
        if (next !== undefined) focus(next);
      } else return;
      event.preventDefault();
    });
    boxes.values().next().value?.setAttribute("tabindex", "0");
    return drawing;
  }

  // The nearest place in the direction of an arrow key; what lies straight ahead counts as nearer.
  function nearest(places, { id, key }) {
    const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key] ?? [0, 0];
    const here = places.get(id);
    const ahead = [...places]
      .map(([other, place]) => {
        const [x, y] = [place.x - here.x, place.y - here.y];
        return { other, forward: x * dx + y * dy, aside: Math.abs(x * dy) + Math.abs(y * dx) };
      })
      .filter(({ forward }) => forward > 1);
    return ahead.sort((a, b) => a.forward + 2 * a.aside - b.forward - 2 * b.aside)[0]?.other;
  }

  return { over };
})();
