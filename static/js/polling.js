// Fragments that poll carry data-etag. An unchanged one is answered 304 and left alone; a hidden tab does not ask at all.
(() => {
  const etagOf = (element) => element.dataset && element.dataset.etag;

  document.addEventListener("htmx:configRequest", (event) => {
    const etag = etagOf(event.detail.elt);
    if (etag) event.detail.headers["If-None-Match"] = `"${etag}"`;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && etagOf(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.querySelectorAll("[data-etag][hx-get]").forEach((e) => htmx.trigger(e, "wake"));
  });

  // What a person did to a fragment outlives its swap: how far it was scrolled, which details were open.
  let kept = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    kept = [...event.detail.target.querySelectorAll("[data-keep][id]")].map((e) => [e.id, e.scrollLeft, e.scrollTop, e.open]);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, left, top, open] of kept) {
      const element = document.getElementById(id);
      if (!element) continue;
      if (open !== undefined) element.open = open;
      element.scrollTo(left, top);
    }
    kept = [];
    speak();
  });

  // Screen readers hear the sentence of the page when it changes, not the whole fragment.
  function speak() {
    const [place, said] = [document.getElementById("spoken"), document.querySelector("[data-spoken]")];
    if (place && said && place.textContent !== said.textContent) place.textContent = said.textContent;
  }
})();
