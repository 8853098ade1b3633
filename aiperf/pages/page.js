"use strict";
// Draws each figure in the element of its name, in the colours of the theme that is shown.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { base, figures } = read("figures");
  const config = { responsive: true, displayModeBar: false };

  const coloured = (value, style) => {
    if (typeof value === "string") {
      return value.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
    }
    if (Array.isArray(value)) return value.map((each) => coloured(each, style));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, coloured(each, style)]),
    );
  };

  const draw = () => {
    const style = getComputedStyle(document.documentElement);
    const template = coloured(base, style);
    for (const [id, { data, layout }] of Object.entries(figures)) {
      const drawn = { ...coloured(layout, style), template };
      Plotly.react(document.getElementById(id), coloured(data, style), drawn, config);
    }
  };

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
