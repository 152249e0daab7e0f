// Times, counts and names as people say them.

const Words = (() => {
  function seconds(value) {
    if (value < 0.0995) return `${Math.max(value * 1000, 0).toFixed(value < 0.00995 ? 1 : 0)} ms`;
    if (value < 0.9995) return `${Math.round(value * 1000)} ms`;
    if (value < 99.5) return `${value.toFixed(value < 9.95 ? 2 : 1)} s`;
    return `${Math.floor(value / 60)} min ${String(Math.round(value % 60)).padStart(2, "0")} s`;
  }

  const plural = { is: "are", this: "these" };

  function count(number, noun) {
    return `${number.toLocaleString("en")} ${number === 1 ? noun : (plural[noun] ?? `${noun}s`)}`;
  }

  function moment(epoch) {
    const asked = {
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
    };
    return new Intl.DateTimeFormat("en-GB", asked).format(new Date(epoch * 1000));
  }

  // "suites/x/test_order.py::TestOrder::test_answers_an_id[a]" is file "suites/x/test_order.py" and
  // name "TestOrder › answers an id [a]".
  function ofTest(id) {
    const [file, ...parts] = id.split("::");
    const open = parts.length ? parts.at(-1).indexOf("[") : -1;
    const parameters = open > 0 ? parts.at(-1).slice(open) : "";
    if (open > 0) parts[parts.length - 1] = parts.at(-1).slice(0, open);
    const named = parts.map((part) => part.replace(/^test_/, "").replaceAll("_", " ") || part);
    return { file, name: named.join(" › ") || file, parameters };
  }

  // A body or an entry: JSON is laid out over lines, all else stays as it is.
  function laidOut(text) {
    if (!/^\s*[[{]/.test(text)) return text;
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }

  // The conclusion of a verdict as a sentence, without the cause that it ends in: that stands above it.
  function conclusion({ text, causes = [] }) {
    const said = causes.map((cause) => cause.text).find((cause) => text.endsWith(cause));
    const rest = said === undefined ? text : text.slice(0, -said.length).replace(/[:\s]+$/, "");
    return rest && rest.replace(/[.]?$/, ".");
  }

  return { conclusion, count, laidOut, moment, ofTest, seconds };
})();
