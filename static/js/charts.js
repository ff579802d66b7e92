// Charts are made by the hub as plain figures; here they get the colours of the page, light or dark, and their links.
(() => {
  const token = (name) => {
    // Plotly reads no oklch(): let the browser paint the colour and read it back.
    const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    brush.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  };
  const axis = (given) => ({ gridcolor: token("line"), linecolor: token("line"), zerolinecolor: token("line"), automargin: true, ...given });
  const draw = (place) => {
    const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const data = figure.data.map((trace) => {
      const color = token(trace.meta.tone);
      const pattern = trace.marker.pattern && { ...trace.marker.pattern, bgcolor: token("surface-1"), fgcolor: color };
      return { ...trace, marker: { ...trace.marker, color, ...(pattern && { pattern }) }, line: { ...trace.line, color } };
    });
    const layout = {
      ...figure.layout,
      height: figure.layout.height || 240,
      margin: { l: 48, r: 16, t: 8, b: 32 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: token("ink-2") },
      hoverlabel: { bgcolor: token("surface-2"), bordercolor: token("line"), font: { color: token("ink-0") } },
      legend: { orientation: "h", y: 1.12, x: 1, xanchor: "right" },
      xaxis: axis(figure.layout.xaxis),
      yaxis: axis(figure.layout.yaxis),
    };
    const options = { displaylogo: false, responsive: true, modeBarButtons: [["toImage"]] };
    Plotly.react(place, data, layout, options).then(() => {
      if (place.dataset.ready) return;
      place.dataset.ready = "yes";
      place.on("plotly_click", (event) => { location.href = event.points[0].customdata; });
    });
  };
  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  all();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
})();
