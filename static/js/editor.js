// The editor of recipes: a plain text field with colours and line numbers behind it, so that everything a browser can do with text works.
(() => {
  const form = document.getElementById("edit-form");
  if (!form) return;
  const data = JSON.parse(document.getElementById("edit-data").textContent);
  const [area, layer, list] = ["edit-text", "edit-layer", "edit-suggestions"].map((id) => document.getElementById(id));
  const files = new Map(Object.entries(data.files));
  let name = data.file, sending = false;
  const texts = () => [...files].filter(([, file]) => file.text !== null);
  const changed = () => [...files].filter(([, file]) => file.text !== file.base);
  const kind = () => window.hubTokens.kindOf(name);

  // ---- what is shown
  const faultsOf = (file) => [...document.querySelectorAll(`#edit-check [data-fault-file="${CSS.escape(file)}"]`)].map((row) => Number(row.dataset.line));
  function paint() {
    const marked = new Set(faultsOf(name));
    layer.replaceChildren(...window.hubTokens.lines(area.value, name).map((pieces, at) => {
      const row = document.createElement("span");
      row.className = marked.has(at + 1) ? "ed-line is-fault" : "ed-line";
      for (const [cls, text] of pieces) {
        const piece = document.createElement("span");
        if (cls) piece.className = `ed-${cls}`;
        piece.textContent = text;
        row.append(piece);
      }
      row.append("\n");
      return row;
    }));
    layer.parentElement.style.setProperty("--digits", String(layer.childElementCount).length);
    layer.parentElement.style.setProperty("--lines", layer.childElementCount);
    follow();
  }
  const follow = () => { layer.scrollTop = area.scrollTop; layer.scrollLeft = area.scrollLeft; };
  function paintFiles() {
    const nav = document.getElementById("edit-files");
    nav.replaceChildren(...[...files].map(([one, file]) => {
      const link = document.createElement("a");
      link.href = address(one);
      link.dataset.file = one;
      if (one === name) link.setAttribute("aria-current", "page");
      const label = document.createElement("span");
      label.textContent = one;
      link.append(label);
      const state = file.text === null ? "deleted" : file.base === null ? "new" : file.text !== file.base ? "changed" : "";
      const faults = faultsOf(one).length;
      if (state || faults) {
        const mark = document.createElement("span");
        mark.className = faults ? "text-fail ed-mark" : "muted ed-mark";
        mark.textContent = faults ? `${faults} ${faults === 1 ? "fault" : "faults"}` : state;
        link.append(mark);
      }
      return link;
    }));
    const amount = changed().length;
    document.getElementById("edit-amount").textContent = amount ? `${amount} ${amount === 1 ? "file" : "files"} changed` : "nothing changed yet";
    form.querySelectorAll("[data-needs-change]").forEach((button) => { button.disabled = data.closed || !amount; });
  }
  const address = (one) => form.dataset.base + one.split("/").map(encodeURIComponent).join("/");

  // ---- files
  function keep() {
    const file = files.get(name);
    if (!file.why && file.text !== null) file.text = area.value;
    form.elements.changes.value = JSON.stringify(Object.fromEntries(changed().map(([one, { text }]) => [one, text])));
  }
  function show(next) {
    name = next;
    const file = files.get(name);
    area.value = file.text ?? "";
    area.readOnly = data.closed || Boolean(file.why) || file.text === null;
    form.elements.file.value = file.why || file.text === null ? "" : name;
    area.disabled = Boolean(file.why) || file.text === null;
    area.setAttribute("aria-label", `Text of ${name}`);
    document.getElementById("edit-title").textContent = name;
    document.getElementById("edit-why").textContent = file.why || (file.text === null ? "This file will be deleted." : "");
    form.action = address(name);
    history.replaceState(null, "", address(name));
    area.scrollTop = 0;
    hide();
    paint();
    paintFiles();
  }
  function edited() {
    keep();
    paint();
    paintFiles();
    htmx.trigger(form, "edited");
  }
  const ask = (title, given) => new Promise((done) => {
    const dialog = document.getElementById("edit-name");
    const field = dialog.querySelector("input");
    dialog.querySelector("h2").textContent = title;
    field.value = given;
    dialog.returnValue = "";
    dialog.onclose = () => done(dialog.returnValue === "yes" ? field.value.trim() : "");
    dialog.showModal();
    field.select();
  });
  const put = (one, text) => { const there = files.get(one); if (there) there.text = text; else files.set(one, { base: null, text, why: "" }); };
  const taken = (one) => files.get(one) && files.get(one).text !== null;
  async function add() {
    const one = await ask("Name of the new file", "");
    if (!one || taken(one)) return;
    put(one, one.endsWith(".sql") ? "SELECT 1 AS one\n" : one.endsWith(".py") ? "def run(context):\n    context.log(\"hello\")\n" : "");
    show(one); edited(); area.focus();
  }
  async function rename() {
    const one = await ask(`New name of ${name}`, name);
    if (!one || one === name || taken(one)) return;
    keep();
    put(one, files.get(name).text);
    remove(one);
  }
  function remove(next) {
    const file = files.get(name);
    if (file.base === null) files.delete(name); else file.text = null;
    show(typeof next === "string" ? next : (texts()[0] || [...files][0])[0]);
    edited();
  }
  const back = () => { files.get(name).text = files.get(name).base; show(name); edited(); };

  // ---- typing
  const insert = (text) => { if (!document.execCommand("insertText", false, text)) { area.setRangeText(text, area.selectionStart, area.selectionEnd, "end"); area.dispatchEvent(new Event("input")); } };
  const step = () => " ".repeat(kind() === "py" ? 4 : 2);
  function indent(out) {
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    if (!out && area.selectionStart === area.selectionEnd) return insert(step());
    const end = area.selectionEnd;
    const block = area.value.slice(start, end);
    const moved = block.split("\n").map((one) => (out ? one.replace(new RegExp(`^ {1,${step().length}}`), "") : one && step() + one)).join("\n");
    area.setSelectionRange(start, end);
    if (moved !== block) insert(moved);
    area.setSelectionRange(start, start + moved.length);
  }
  function newline() {
    const text = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
    insert(`\n${/^ */.exec(text)[0]}${/:\s*$/.test(text) && kind() !== "sql" ? step() : ""}`);
  }

  // ---- suggestions
  let offered = null, at = 0, asked = 0, leaving = false;
  const hide = () => { offered = null; list.hidden = true; area.removeAttribute("aria-activedescendant"); area.setAttribute("aria-expanded", "false"); };
  async function offer(wanted) {
    const mine = ++asked;
    const [before, after] = [area.value.slice(0, area.selectionStart), area.value.slice(area.selectionStart)];
    const yaml = name === "recipe.yaml" ? area.value : files.get("recipe.yaml")?.text || "";
    const found = await window.hubSuggest(name, before, { yaml, files: texts().map(([one]) => one), words: data.words, after: after.split("\n")[0] }).catch(() => null);
    if (mine !== asked) return;
    if (!found || (!wanted && !found.word)) return hide();
    offered = found;
    at = 0;
    list.replaceChildren(...found.options.map((option, number) => {
      const row = document.createElement("li");
      row.id = `edit-option-${number}`;
      row.setAttribute("role", "option");
      const [text, about] = [document.createElement("span"), document.createElement("span")];
      text.textContent = option.text;
      about.textContent = option.about;
      about.className = "muted cut";
      row.append(text, about);
      row.addEventListener("mousedown", (event) => { event.preventDefault(); at = number; take(); });
      return row;
    }));
    const line = before.split("\n");
    const style = getComputedStyle(area);
    const width = Number(layer.parentElement.dataset.letter);
    const left = parseFloat(style.paddingLeft) + (line[line.length - 1].length - found.word.length) * width - area.scrollLeft;
    list.style.left = `${Math.max(0, Math.min(left, area.clientWidth - 260))}px`;
    list.style.top = `${parseFloat(style.paddingTop) + line.length * parseFloat(style.lineHeight) - area.scrollTop}px`;
    list.hidden = false;
    area.setAttribute("aria-expanded", "true");
    choose(0);
  }
  function choose(next) {
    at = (next + list.childElementCount) % list.childElementCount;
    [...list.children].forEach((row, number) => row.setAttribute("aria-selected", number === at));
    list.children[at].scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function take() {
    const option = offered.options[at];
    const word = offered.word;
    hide();
    area.focus();
    area.setSelectionRange(area.selectionStart - word.length, area.selectionStart);
    insert(option.text + (option.after || ""));
    asked++;
  }

  area.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key === " ") { event.preventDefault(); return void offer(true); }
    if (held && event.key === "s") { event.preventDefault(); return form.querySelector("#edit-commit").click(); }
    if (offered && !list.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); return choose(at + (event.key === "ArrowDown" ? 1 : -1)); }
      if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); return take(); }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); return hide(); }
    }
    if (event.key === "Escape") { leaving = true; return; } // Escape, then Tab leaves the field
    if (event.key === "Tab" && !leaving && !area.readOnly) { event.preventDefault(); indent(event.shiftKey); }
    if (event.key === "Enter" && !held && !area.readOnly) { event.preventDefault(); newline(); }
    leaving = false;
  });
  area.addEventListener("input", (event) => { edited(); if (event.inputType === "insertText" && /[\w.{|]/.test(event.data || "")) offer(false); else if (event.inputType?.startsWith("delete")) hide(); });
  area.addEventListener("scroll", () => { follow(); hide(); });
  area.addEventListener("blur", hide);

  // ---- the rest of the page
  const DO = { add, rename, remove, back };
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-file], a[data-fault-file]");
    if (link) {
      event.preventDefault();
      const to = link.dataset.file || link.dataset.faultFile;
      if (!files.has(to)) return;
      keep();
      show(to);
      if (link.dataset.line) go(Number(link.dataset.line));
      return;
    }
    const act = event.target.closest("[data-do]");
    if (act && !data.closed) DO[act.dataset.do]();
  });
  function go(line) {
    const start = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start);
    area.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(area).lineHeight));
  }
  form.addEventListener("submit", () => { keep(); sending = true; });
  form.addEventListener("change", (event) => { if (event.target.name === "variation") htmx.trigger(form, "edited"); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "edit-check") { paint(); paintFiles(); } });
  addEventListener("beforeunload", (event) => { if (!sending && changed().length) event.preventDefault(); });

  const probe = document.createElement("span");
  probe.textContent = "x".repeat(100);
  layer.replaceChildren(probe);
  layer.parentElement.dataset.letter = probe.getBoundingClientRect().width / 100;
  const line = Number(new URLSearchParams(location.hash.slice(1)).get("line"));
  show(name);
  keep();
  if (line) go(line);
})();
