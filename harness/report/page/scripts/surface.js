// What of a system was reached: by the modes that reached it, and what differs there from the template.

const Surface = (() => {
  const STATES = {
    all: "reached in every mode",
    some: "reached in some modes",
    never: "never reached",
    uncounted: "not counted",
  };

  // The modes in which any of these ids was reached, in the order of the modes.
  function modesOf(system, ids) {
    const reached = new Set(ids.flatMap((id) => system.reached[id]?.modes ?? []));
    return Run.modes.filter((mode) => reached.has(mode));
  }

  function stateOf(system, ids) {
    if (!ids.length) return "uncounted";
    const { length } = modesOf(system, ids);
    return length === 0 ? "never" : length < Run.modes.length ? "some" : "all";
  }

  const idsOf = (one) => (Array.isArray(one.surface) ? one.surface : one.surface ? [one.surface] : []);

  // The tests that reached it, the first of them only where there are many, and how many there are.
  function testsOf(system, ids) {
    const found = ids.map((id) => system.reached[id]).filter(Boolean);
    const numbers = [...new Set(found.flatMap(({ tests }) => tests))].sort((a, b) => a - b);
    return {
      tests: numbers.map((number) => Run.tests[number]),
      times: Math.max(numbers.length, ...found.map(({ times }) => times), 0),
    };
  }

  // A difference names a logical id, or a route without its API.
  function driftOf(system, { id, label }, ids) {
    const names = (drift) =>
      [id, ...ids].some(
        (one) =>
          one === drift.name ||
          one === `${drift.kind}:${drift.name}` ||
          (drift.kind === "route" && one.startsWith("route:") && one.endsWith(` ${drift.name}`)),
      );
    return (Run.drift ?? []).filter(
      (drift) => drift.system === system.name && (names(drift) || (drift.kind === "route" && drift.name === label)),
    );
  }

  const neverReached = (system) => system.surface.filter(({ id }) => stateOf(system, [id]) === "never");

  return { STATES, driftOf, idsOf, modesOf, neverReached, stateOf, testsOf };
})();
