// Runs before the first paint: the theme chosen earlier, if any. Without a choice the system decides.
(() => {
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("theme") || ""; } catch { return ""; } };
  const show = (theme) => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
  show(kept());

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch]");
    if (!button) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const theme = dark ? "light" : "dark";
    show(theme);
    try { localStorage.setItem("theme", theme); } catch { /* not kept, still shown */ }
  });
})();
