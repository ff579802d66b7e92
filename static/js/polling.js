// Fragments that poll carry data-etag. An unchanged one is answered 304 and left alone; a hidden tab does not ask at all.
(() => {
  const etagOf = (element) => element.dataset && element.dataset.etag;

  document.addEventListener("htmx:configRequest", (event) => {
    const etag = etagOf(event.detail.elt);
    if (etag) event.detail.headers["If-None-Match"] = `"${etag}"`;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (etagOf(elt) && (document.hidden || inUse(elt))) event.preventDefault();
  });

  // What somebody fills in or has marked is not taken away from under their hands: it waits until they are done.
  function inUse(element) {
    const marked = document.getSelection();
    if (marked && !marked.isCollapsed && element.contains(marked.anchorNode)) return true;
    const fields = [...element.querySelectorAll("input:not([type=hidden]), textarea, select")];
    return fields.some((field) => field === document.activeElement || isFilledIn(field));
  }
  function isFilledIn(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const begun = [...field.options].find((one) => one.defaultSelected) || field.options[0];
    return Boolean(begun) && field.value !== begun.value;
  }
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
