// A test in one mode as a waterfall: its steps, what they asked for, and what the journal saw, on one axis of time.

const Timeline = (() => {
  const { html, said } = Elements;
  const KINDS = new Set(["given", "when", "then"]);
  // Steps of a wider fixture were taken before the test began; they stand in a zone of their own at the left.
  const BEFORE = 8;

  function of(record) {
    const marks = ordered(record);
    if (!marks.length)
      return html("p", { class: "empty" }, record.outcome === "skipped" ? "It was skipped." : "It took no step.");
    const axis = axisOf(marks);
    return html(
      "div",
      { class: "timeline" },
      html(
        "div",
        { class: "axis", "aria-hidden": "true" },
        html("span", {}),
        html("div", { class: "ticks" }, ticks(axis)),
      ),
      html(
        "ol",
        { class: "marks" },
        marks.map((mark) => row(mark, axis)),
      ),
    );
  }

  // What is shown, by time; an act stands below the step that took it.
  function ordered({ steps = [], acts = [], entries = [] }) {
    const inside = ({ at }) =>
      1 +
      Math.max(
        -1,
        ...steps.filter((step) => step.at <= at && at <= step.at + step.seconds).map(({ depth = 0 }) => depth),
      );
    const marks = [
      ...steps.map((step) => ({ type: "step", at: step.at, seconds: step.seconds, depth: step.depth ?? 0, one: step })),
      ...acts.map((act) => ({ type: "act", at: act.at, seconds: act.seconds, depth: inside(act), one: act })),
      ...entries.map((entry) => ({ type: "entry", at: entry.at, seconds: 0, depth: inside(entry), one: entry })),
    ];
    const order = { step: 0, act: 1, entry: 2 };
    return marks.sort((a, b) => a.at - b.at || order[a.type] - order[b.type]);
  }

  function axisOf(marks) {
    const until = Math.max(0.001, ...marks.map(({ at, seconds }) => at + seconds));
    const start = marks.some(({ at }) => at < 0) ? BEFORE : 0;
    const scale = (100 - start) / until;
    return {
      until,
      start,
      left: (at) => (at < 0 ? 0 : start + at * scale),
      width: (at, seconds) => (at < 0 ? start - 1.5 : seconds * scale),
    };
  }

  function ticks({ until, left, start }) {
    const rough = until / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough);
    const all = [];
    for (let at = 0; at <= until * 0.94; at += step)
      all.push(placed(html("span", { class: "tick" }, at ? Words.seconds(at) : "0"), left(at)));
    if (start) all.push(placed(html("span", { class: "tick before" }, html("span", {}, "before")), 0));
    return all;
  }

  function placed(element, left, width) {
    element.style.setProperty("left", `${left}%`);
    if (width !== undefined) element.style.setProperty("width", `${width}%`);
    return element;
  }

  function row(mark, axis) {
    const { type, one } = mark;
    const label = { step: stepLabel, act: actLabel, entry: entryLabel }[type](one);
    const item = html("li", { class: `event event-${type}${isBad(mark) ? " bad" : ""}` });
    item.style.setProperty("--depth", Math.min(mark.depth, 4));
    const track = html("span", { class: "lane-of-time", "aria-hidden": "true" }, drawn(mark, axis));
    if (type === "step") {
      item.append(html("div", { class: "event-line" }, html("span", { class: "label" }, label), track));
      return item;
    }
    const line = html(
      "button",
      { type: "button", class: "event-line", "aria-expanded": "false", onclick: open },
      html("span", { class: "label" }, label),
      track,
    );
    // The evidence is made when somebody wants to see it.
    function open() {
      const opened = line.getAttribute("aria-expanded") === "true";
      line.setAttribute("aria-expanded", String(!opened));
      if (opened) item.lastChild.remove();
      else item.append(type === "act" ? Evidence.ofAct(one) : Evidence.ofEntry(one));
    }
    item.append(line);
    return item;
  }

  const isBad = ({ type, one }) =>
    type === "step" ? one.failed : type === "act" && Boolean(one.error || one.status >= 500);

  function stepLabel({ kind, words, failed }) {
    return [
      html("span", { class: `kind kind-${KINDS.has(kind) ? kind : "other"}` }, kind),
      html("span", { class: "words" }, words),
      failed ? Outcomes.mark("failed") : null,
    ];
  }

  function actLabel({ what, status, error, verb }) {
    return [
      html("span", { class: "glyph glyph-act", "aria-hidden": "true" }),
      html("span", { class: "words" }, what || verb),
      status !== undefined
        ? html("span", { class: `status status-${Math.floor(status / 100)}` }, said("answered "), String(status))
        : error
          ? html("span", { class: "status status-5" }, "failed")
          : null,
    ];
  }

  function entryLabel({ source, name, kind, played }) {
    return [
      html("span", { class: "glyph glyph-entry", "aria-hidden": "true" }),
      html("span", { class: "words" }, said(`${kind} `), html("b", {}, source), name ? ` ${name}` : ""),
      played ? html("span", { class: "quiet" }, "played") : null,
    ];
  }

  function drawn({ type, at, seconds, one }, axis) {
    const took = type === "entry" ? Words.seconds(Math.max(at, 0)) : Words.seconds(seconds);
    const left = axis.left(at);
    if (type === "entry") return [placed(html("span", { class: "dot" }), left), beside(took, left, 0)];
    const width = axis.width(at, seconds);
    const name = type === "act" ? "bar bar-act" : `bar bar-${KINDS.has(one.kind) ? one.kind : "other"}`;
    return [placed(html("span", { class: name }), left, width), beside(took, left, width)];
  }

  // The time stands right of the bar, or left of it where the bar ends at the edge.
  function beside(text, left, width) {
    const end = left + width;
    const element = html("span", { class: end > 80 ? "took before" : "took" }, text);
    if (end > 80) element.style.setProperty("right", `${100 - left}%`);
    else element.style.setProperty("left", `${end}%`);
    return element;
  }

  return { of };
})();
