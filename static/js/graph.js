// Graphs are drawn by the hub as SVG; here they can be dragged, zoomed and read: the path through a node lights up.
(() => {
  const zooms = new Map(); // id of the graph -> zoom, so that a polled swap keeps it
  const picture = (graph) => graph.querySelector("svg.graph-picture");
  const natural = (graph) => picture(graph).viewBox.baseVal;

  const zoom = (graph, factor) => {
    const held = Math.min(2.5, Math.max(0.15, factor));
    zooms.set(graph.id, held);
    picture(graph).setAttribute("width", natural(graph).width * held);
    picture(graph).setAttribute("height", natural(graph).height * held);
  };
  const fit = (graph) => {
    const room = graph.clientWidth - 32;
    zoom(graph, Math.min(1, room / natural(graph).width));
  };
  const show = (graph) => {
    const held = zooms.get(graph.id);
    if (held) return zoom(graph, held);
    const room = (graph.clientWidth - 32) / natural(graph).width;
    if (room < 1 && room > 0.72) zoom(graph, room); // smaller than that is not legible: it scrolls instead
    zooms.delete(graph.id);
  };
  // Once for each graph: the chosen box, else those that everything starts from, are where one looks first.
  const placed = new Set();
  const place = (graph) => {
    if (placed.has(graph.id)) return;
    placed.add(graph.id);
    const boxes = [...graph.querySelectorAll(".graph-node")].map((node) => [node, node.getBoundingClientRect()]);
    const chosen = boxes.filter(([node]) => node.matches(".is-focus, .is-chosen"));
    const left = Math.min(...boxes.map(([, box]) => box.left));
    const sought = (chosen.length ? chosen : boxes.filter(([, box]) => box.left < left + 1)).map(([, box]) => box);
    if (!sought.length) return;
    const around = graph.getBoundingClientRect();
    const first = sought.reduce((one, other) => (other.top < one.top ? other : one));
    if (chosen.length) graph.scrollLeft += first.left + first.width / 2 - around.left - graph.clientWidth / 2;
    graph.scrollTop += first.top + first.height / 2 - around.top - graph.clientHeight / 2;
  };
  const light = (graph, name) => {
    graph.classList.toggle("is-picking", Boolean(name));
    const edges = [...graph.querySelectorAll(".graph-edge")];
    const walk = (from, to) => {
      const seen = new Set([name]);
      for (let grew = true; grew;) {
        grew = false;
        for (const edge of edges) {
          if (seen.has(edge.dataset[from]) && !seen.has(edge.dataset[to])) { seen.add(edge.dataset[to]); grew = true; }
        }
      }
      return seen;
    };
    const after = name ? walk("from", "to") : new Set();
    const before = name ? walk("to", "from") : new Set();
    const lit = (edge) => (after.has(edge.dataset.from) && after.has(edge.dataset.to)) || (before.has(edge.dataset.from) && before.has(edge.dataset.to));
    edges.forEach((edge) => edge.classList.toggle("is-lit", lit(edge)));
    graph.querySelectorAll(".graph-node").forEach((n) => n.classList.toggle("is-lit", after.has(n.dataset.choice) || before.has(n.dataset.choice)));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-graph]");
    const graph = button && document.getElementById(button.dataset.graph);
    if (!graph) return;
    const now = zooms.get(graph.id) || 1;
    if (button.dataset.zoom === "fit") fit(graph);
    else zoom(graph, now * Number(button.dataset.zoom));
  });
  for (const [over, out] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(over, (event) => {
      const node = event.target.closest?.(".graph-node");
      if (node) light(node.closest(".graph"), node.dataset.choice);
    });
    document.addEventListener(out, (event) => {
      const node = event.target.closest?.(".graph-node");
      if (node) light(node.closest(".graph"), "");
    });
  }

  let drag = null;
  document.addEventListener("pointerdown", (event) => {
    const graph = event.target.closest?.(".graph");
    if (!graph || event.button || event.pointerType === "touch" || event.target.closest(".graph-node")) return;
    drag = { graph, x: event.clientX + graph.scrollLeft, y: event.clientY + graph.scrollTop };
    graph.classList.add("is-panned");
  });
  document.addEventListener("pointermove", (event) => drag?.graph.scrollTo(drag.x - event.clientX, drag.y - event.clientY));
  document.addEventListener("pointerup", () => { drag?.graph.classList.remove("is-panned"); drag = null; });

  const all = () => document.querySelectorAll(".graph[id]").forEach((graph) => {
    if (!picture(graph)) return;
    show(graph);
    place(graph);
  });
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:afterSwap", all);
})();
