// The side panel: opened by links with hx-target="#side" (each has its own URL), closed by Escape or its button.
(() => {
  const side = () => document.getElementById("side");
  let opener = null;

  const choose = () => {
    document.querySelectorAll(".is-chosen").forEach((e) => e.classList.remove("is-chosen"));
    const name = side()?.firstElementChild?.dataset.chosen;
    if (name) document.querySelectorAll(`[data-choice="${CSS.escape(name)}"]`).forEach((e) => e.classList.add("is-chosen"));
  };
  const close = () => {
    const back = side()?.firstElementChild?.dataset.back;
    if (!back) return;
    side().replaceChildren();
    history.replaceState(null, "", back);
    choose();
    if (opener && document.contains(opener)) opener.focus();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest('[hx-target="#side"]');
    if (link) opener = link;
    if (event.target.closest("[data-close-side]")) { event.preventDefault(); close(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && side()?.childElementCount && !document.querySelector("dialog[open]")) close();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    choose();
    if (event.detail.target === side()) { side().scrollTo(0, 0); side().querySelector("h2")?.focus(); }
  });
  document.addEventListener("DOMContentLoaded", choose);
})();
