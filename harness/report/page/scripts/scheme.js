// Dark or light: as the machine says, until the reader says otherwise.

const Scheme = (() => {
  const { html } = Elements;
  const KEY = "harness-report-scheme";
  const asks = window.matchMedia("(prefers-color-scheme: dark)");

  // A browser may refuse storage to a page that was opened from a file.
  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function remember(scheme) {
    try {
      localStorage.setItem(KEY, scheme);
    } catch {
      // It is asked again next time.
    }
  }

  const current = () => document.documentElement.dataset.scheme ?? (asks.matches ? "dark" : "light");

  function toggle() {
    const button = html(
      "button",
      { type: "button", class: "scheme", onclick: turn },
      html("span", { "aria-hidden": "true" }),
    );
    const label = () =>
      button.setAttribute("aria-label", `Change to the ${current() === "dark" ? "light" : "dark"} scheme`);
    function turn() {
      document.documentElement.dataset.scheme = current() === "dark" ? "light" : "dark";
      remember(current());
      label();
    }
    asks.addEventListener("change", label);
    label();
    return button;
  }

  const chosen = remembered();
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.scheme = chosen;

  return { toggle };
})();
