// What stands behind a mark: what was sent, what came back, how a function failed, what it logged.

const Evidence = (() => {
  const { html } = Elements;

  function text(title, content) {
    return content
      ? html("div", { class: "part" }, html("h5", {}, title), html("pre", { tabindex: "0" }, content))
      : null;
  }

  const laidOut = (title, content) => text(title, content && Words.laidOut(content));

  function error({ type, message = "", trace }, who) {
    return html(
      "div",
      { class: "part" },
      html("h5", {}, who ? `${who} failed` : "Error"),
      html("p", { class: "error" }, html("b", {}, type), message && `: ${message}`),
      trace ? html("pre", { tabindex: "0" }, trace) : null,
    );
  }

  const log = (lines, who) => (lines?.length ? text(who ? `Log of ${who}` : "Log", lines.join("\n")) : null);

  function ofAct(act) {
    const told = [
      act.route && `route ${act.route}`,
      act.api && `API ${act.api}`,
      act.function && `function ${act.function}`,
      act.token && "with a token",
      act.signed && "signed with SigV4",
    ].filter(Boolean);
    return html(
      "div",
      { class: "evidence" },
      html("p", { class: "told" }, [act.verb, ...told].join(" · ")),
      laidOut("Sent", act.sent),
      laidOut(act.status === undefined ? "Came back" : `Answered ${act.status}`, act.answer),
      act.error ? error(act.error, act.function) : null,
      log(act.log, act.function),
    );
  }

  function ofEntry(entry) {
    const told = [entry.kind, entry.source, entry.name, entry.played && "played by the harness"].filter(Boolean);
    return html(
      "div",
      { class: "evidence" },
      html("p", { class: "told" }, told.join(" · ")),
      laidOut("Published", entry.text),
    );
  }

  function ofFailure(failure) {
    const times = failure.times > 1 ? `, ${failure.times} times` : "";
    return html(
      "details",
      { class: "failure" },
      html("summary", {}, html("b", {}, failure.function), ` failed with ${failure.error.type}${times}`),
      html("div", { class: "evidence" }, error(failure.error), log(failure.log)),
    );
  }

  function ofDenial({ function: who, role, action, resource }) {
    return html(
      "li",
      {},
      html("b", {}, who || role || "Somebody"),
      " may not ",
      html("code", {}, action || "do this"),
      resource ? [" on ", html("b", {}, resource)] : null,
      who && role ? html("span", { class: "quiet" }, ` as ${role}`) : null,
    );
  }

  return { log, ofAct, ofDenial, ofEntry, ofFailure, text };
})();
