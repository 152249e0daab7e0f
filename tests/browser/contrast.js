// The texts of the page with a contrast to what is behind them below that of WCAG AA: 4.5, or 3 for large ones.
() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  // Colours over each other, as the browser itself mixes them.
  function painted(colours) {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
    }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }

  function luminance(colour) {
    const [red, green, blue] = colour.map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function behind(element) {
    const colours = [];
    for (let one = element; one; one = one.parentElement) {
      const box = one.matches("g.node") && one.querySelector(".box");
      colours.unshift(box ? getComputedStyle(box).fill : getComputedStyle(one).backgroundColor);
    }
    return colours;
  }

  const weak = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const style = getComputedStyle(element);
    const unseen =
      !element.checkVisibility({ visibilityProperty: true }) ||
      element.closest("script, style, noscript, title, .said, :disabled");
    if (!texts.currentNode.textContent.trim() || unseen) continue;
    const back = behind(element);
    const front = element instanceof SVGElement ? style.fill : style.color;
    const [one, other] = [luminance(painted([...back, front])), luminance(painted(back))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < (large ? 3 : 4.5))
      weak.push(`${texts.currentNode.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return [...new Set(weak)];
};
