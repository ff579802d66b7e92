// The frame: menus and the drawer close when one looks elsewhere, Escape closes what is open, toasts go by themselves.
(() => {
  const closeMenus = (but) => document.querySelectorAll("details.menu[open]").forEach((m) => { if (m !== but) m.open = false; });
  const rail = () => document.getElementById("rail");

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.menu"));
    const opener = event.target.closest("[data-drawer]");
    if (rail()) rail().toggleAttribute("data-open", Boolean(opener) && !rail().hasAttribute("data-open"));
    if (opener) opener.setAttribute("aria-expanded", rail().hasAttribute("data-open"));
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest(closer.dataset.close).remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
    rail()?.removeAttribute("data-open");
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });
  // Tabs and steps that do not fit scroll; the current one is shown.
  // A history that is wider than the page begins with what is newest, at its right end.
  const showNewest = () => document.querySelectorAll("[data-newest]:not([data-shown])").forEach((history) => {
    history.dataset.shown = "";
    history.scrollLeft = history.scrollWidth;
  });
  document.addEventListener("htmx:afterSettle", showNewest);
  document.addEventListener("DOMContentLoaded", () => {
    showNewest();
    const tab = document.querySelector(".tabs [aria-current], [data-scrolls] [aria-current]");
    const line = tab && (tab.closest("[data-scrolls]") || tab.parentElement);
    if (tab) line.scrollLeft = tab.offsetLeft - line.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2;
  });
  document.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll(".toast:not([data-counted]):not(.is-fail)").forEach((toast) => {
      toast.dataset.counted = "";
      setTimeout(() => toast.remove(), 6000);
    });
  });
})();
