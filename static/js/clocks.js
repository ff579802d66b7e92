// Keeps times true without asking the hub: spans that go on (data-since, milliseconds) and moments gone by (time[data-ago]).
(() => {
  const two = (whole, large, name, small, under) => {
    const rest = Math.floor((whole % large) / small);
    return `${Math.floor(whole / large)} ${name}${rest ? ` ${rest} ${under}` : ""}`;
  };
  const span = (seconds) => {
    const whole = Math.max(0, Math.round(seconds));
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return two(whole, 60, "min", 1, "s");
    return whole < 86400 ? two(whole, 3600, "h", 60, "min") : two(whole, 86400, "d", 3600, "h");
  };
  const ago = (seconds) => {
    const away = Math.abs(seconds);
    if (away < 10) return "just now";
    const [length, name] = away < 60 ? [1, "s"] : away < 3600 ? [60, "min"] : away < 86400 ? [3600, "h"] : [86400, "d"];
    const said = `${Math.floor(away / length)} ${name}`;
    return seconds > 0 ? `${said} ago` : `in ${said}`;
  };
  const put = (element, said) => { if (element.textContent !== said) element.textContent = said; };

  const tick = () => {
    if (document.hidden) return;
    const now = Date.now();
    document.querySelectorAll("[data-since]").forEach((e) => put(e, span((now - Number(e.dataset.since)) / 1000)));
    document.querySelectorAll("time[data-ago]").forEach((e) => {
      const seconds = (now - Date.parse(e.dateTime)) / 1000;
      if (Math.abs(seconds) < 30 * 86400) put(e, ago(seconds));
    });
  };
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
})();
