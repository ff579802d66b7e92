"""The contrast of two tokens as a browser paints them, by the formula of WCAG 2."""

from pathlib import Path

TOKENS = (Path(__file__).parents[3] / "static" / "css" / "tokens.css").read_text()

CONTRAST = """([theme, one, other]) => {
  document.documentElement.dataset.theme = theme;
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  const probe = document.body.appendChild(document.createElement("i"));
  const luminance = (token) => {
    probe.style.color = `var(--${token})`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const linear = (part) => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}"""
