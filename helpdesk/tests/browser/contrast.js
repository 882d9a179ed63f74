// The texts of the page whose contrast with their ground is below `minimum`, as WCAG 2 defines contrast.
// A canvas turns any CSS colour into RGB and lays half-transparent ones over each other.
(minimum) => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  const over = (color, [red, green, blue]) => {
    for (const paint of [`rgb(${red} ${green} ${blue})`, color]) {
      context.fillStyle = paint;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };

  const ground = (element) =>
    element ? over(getComputedStyle(element).backgroundColor, ground(element.parentElement)) : [255, 255, 255];

  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((byte) => linear(byte / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const contrast = (element) => {
    const behind = ground(element);
    const both = [luminance(behind), luminance(over(getComputedStyle(element).color, behind))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  };

  const hasWords = (element) =>
    element.tagName === "SELECT" || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const isRead = (element) =>
    hasWords(element) && element.checkVisibility() && !element.closest(".material-symbols-outlined, :disabled, option");

  return [...document.querySelectorAll("#main *")]
    .filter((element) => isRead(element) && contrast(element) < minimum)
    .map((element) => `${contrast(element).toFixed(1)} ${element.outerHTML.slice(0, 200)}`);
};
