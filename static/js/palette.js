// ⌘K or Ctrl+K, or "/": search everything. Arrows choose, Enter goes there.
(() => {
  const dialog = () => document.getElementById("palette");
  const rows = () => [...dialog().querySelectorAll("li a")];
  const choose = (row) => {
    rows().forEach((other) => other.setAttribute("aria-selected", other === row));
    row?.scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    if (!dialog() || dialog().open) return;
    dialog().showModal();
    dialog().querySelector("input").select();
    htmx.trigger(dialog().querySelector("input"), "search-now");
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if ((event.key === "k" && (event.metaKey || event.ctrlKey)) || (event.key === "/" && !typing)) {
      event.preventDefault();
      open();
    }
    if (!dialog()?.open || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    event.preventDefault();
    const all = rows();
    const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") (all[at] || all[0])?.click();
    else choose(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-palette]")) open();
    if (event.target === dialog()) dialog().close();
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "palette-results") choose(rows()[0]); });
})();
