// A log that is still written stays at its end, unless someone has scrolled up to read.
(() => {
  let atEnd = true;
  const logs = () => document.querySelectorAll(".log");
  const atItsEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 24;
  document.addEventListener("htmx:beforeSwap", () => { atEnd = [...logs()].every(atItsEnd); });
  const follow = () => { if (atEnd) logs().forEach((log) => { log.scrollTop = log.scrollHeight; }); };
  document.addEventListener("htmx:afterSettle", follow);
  document.addEventListener("DOMContentLoaded", follow);
})();
