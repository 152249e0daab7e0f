// The run as the page's blocks of JSON tell it.

const Run = (() => {
  const block = (id) => JSON.parse(document.getElementById(id).textContent);
  const BROKEN = new Set(["failed", "error"]);

  const run = block("overview");
  run.tests.forEach((one, number) => {
    const outcomes = Object.values(one.modes).map(([outcome]) => outcome);
    const ran = outcomes.filter((outcome) => outcome !== "skipped");
    Object.assign(one, {
      number,
      ...Words.ofTest(one.test),
      broken: ran.some((outcome) => BROKEN.has(outcome)),
      disagreeing: ran.some((outcome) => BROKEN.has(outcome)) && ran.some((outcome) => !BROKEN.has(outcome)),
      skipped: ran.length === 0,
      // A test that asks for no stage ran once, in no mode.
      plain: "" in one.modes,
      seconds: Object.values(one.modes).reduce((sum, [, seconds]) => sum + seconds, 0),
    });
  });

  const numbers = new Map();
  for (const { test, number } of run.tests) if (!numbers.has(test)) numbers.set(test, number);

  // A test with all that it did and saw, by mode; read when somebody wants to see it.
  const details = (number) => block(`test-${number}`);

  const testOf = (id) => run.tests[numbers.get(id)];
  const named = ({ system, test }) => JSON.stringify([system, test]);
  const verdicts = new Map(run.verdicts.map((one) => [named(one), one]));
  const verdictOf = (one) => verdicts.get(named(one));
  const isBroken = (outcome) => BROKEN.has(outcome);
  const addressOf = ({ test }) => `#test=${encodeURIComponent(test)}`;

  const staged = run.tests.filter(({ plain }) => !plain);
  const plain = run.tests.filter((one) => one.plain);

  return { ...run, addressOf, details, isBroken, plain, staged, testOf, verdictOf };
})();
