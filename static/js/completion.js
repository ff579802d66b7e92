// What may stand where the cursor is: keys and choices from the published schema, names from the recipe and the mesh.
(() => {
  let schema = null;
  const datasets = new Map();
  const load = async () => { schema ||= await (await fetch("/api/v1/schemas/recipe.json")).json(); return schema; };
  const namesOf = async (begins) => {
    if (!datasets.has(begins)) datasets.set(begins, (await (await fetch(`/recipes/datasets/?begins=${encodeURIComponent(begins)}`)).json()).names);
    return datasets.get(begins);
  };
  const KEY = /^( *)(?:- +)?("[^"]*"|'[^']*'|[^\s:#{[][^:#{[]*?):(?:\s|$)/;
  const bare = (key) => key.replace(/^["']|["']$/g, "").trim();
  const balance = (text) => (text.match(/[{[]/g) || []).length - (text.match(/[}\]]/g) || []).length;

  // Names below a section of recipe.yaml, with what stands there, by indentation and flow alike.
  function section(yaml, name) {
    const found = [];
    let inside = false, indent = -1;
    for (const text of yaml.split("\n")) {
      const key = KEY.exec(text);
      if (!key) continue;
      if (!key[1].length) { inside = bare(key[2]) === name; indent = -1; continue; }
      if (!inside) continue;
      if (indent < 0) indent = key[1].length;
      if (key[1].length === indent) found.push(bare(key[2]));
    }
    return found;
  }

  // Where in the YAML the cursor is: the keys above it, and whether a key or the value of one is being written.
  function place(before) {
    const all = before.split("\n");
    const last = all.length - 1;
    let start = last;
    for (let at = last, open = 0; at >= 0 && at > last - 40; at--) {
      open += balance(all[at].replace(/\{\{.*?(\}\}|$)/g, ""));
      if (open > 0) { start = at; break; }
      if (at < last && KEY.test(all[at]) && open === 0) break;
    }
    const path = [];
    let indent = /^ */.exec(all[start])[0].length, above = -1;
    for (let at = start - 1; at >= 0 && indent > 0; at--) {
      const key = KEY.exec(all[at]);
      if (key && key[1].length < indent) { path.unshift(bare(key[2])); indent = key[1].length; if (above < 0) above = at; }
    }
    const text = all.slice(start).join("\n");
    const own = KEY.exec(text);
    if (!own) return { path, key: "", entry: all.slice(Math.max(above, 0)).join("\n") };
    const frames = [{ kind: "", key: bare(own[2]) }];
    let word = "";
    for (const letter of text.slice(own[0].length)) {
      const frame = frames[frames.length - 1];
      if (letter === "{" || letter === "[") { frames.push({ kind: letter, key: "" }); word = ""; }
      else if ((letter === "}" || letter === "]") && frames.length > 1) { frames.pop(); word = ""; }
      else if (letter === "," && frame.kind) { frame.key = frame.kind === "{" ? "" : frame.key; word = ""; }
      else if (letter === ":" && frame.kind === "{" && !frame.key) { frame.key = bare(word); word = ""; }
      else word += letter;
    }
    const inner = frames[frames.length - 1];
    if (inner.kind === "[") frames.pop();
    const keys = frames.map((frame) => frame.key);
    return { path: [...path, ...keys.slice(0, -1)], key: keys[keys.length - 1], entry: text };
  }

  const SECTIONS = ["values", "sources", "nodes", "tests", "variations", "ingredients"];
  function formAt(root, path, check) {
    let form = root;
    path.forEach((key, depth) => {
      if (!form) return;
      form = depth === 1 && SECTIONS.includes(path[0]) ? form.additionalProperties : form.properties?.[key];
    });
    if (path[0] === "tests" && path.length === 2 && form) {
      const rule = form.allOf?.find((one) => one.if?.properties?.check?.const === check);
      if (rule) return { ...form, properties: { ...form.properties, ...Object.fromEntries(Object.entries(rule.then.properties).filter(([, value]) => value !== true)) } };
    }
    return form;
  }
  const choices = (form) => (form?.enum || form?.oneOf?.map((one) => one.const) || (form?.type === "boolean" ? ["true", "false"] : [])).filter((one) => one !== undefined)
    .map((text) => ({ text: String(text), about: form?.oneOf?.find((one) => one.const === text)?.description || "" }));
  const plain = (names) => names.map((text) => ({ text, about: "" }));

  async function ofYaml(before, project) {
    const word = /[\w.-]*$/.exec(before)[0];
    const { path, key, entry } = place(before.slice(0, before.length - word.length));
    const yaml = project.yaml;
    const named = { needs: "nodes", node: "nodes", nodes: "nodes", variation: "variations", takes: "values" }[key];
    if (named) return { word, options: plain(section(yaml, named)) };
    if (key === "file") return { word, options: plain(project.files.filter((file) => file !== "recipe.yaml")) };
    if (["reads", "writes", "dataset", "of", "to"].includes(key)) return { word, options: plain(await namesOf(word)) };
    const check = /\bcheck: *(\w+)/.exec(entry + (project.after || ""))?.[1];
    const form = formAt(await load(), key ? path : path, check);
    if (key) return { word, options: choices(form?.properties?.[key]) };
    const there = new Set([...entry.matchAll(/(?:^|[{,]) *([\w-]+):/gm)].map((hit) => hit[1]));
    const keys = Object.entries(form?.properties || {}).filter(([name]) => !there.has(name));
    return { word, options: keys.map(([text, one]) => ({ text, about: one.description || "", after: ": " })) };
  }

  async function ofTemplate(before, project) {
    const inside = /\{\{([^}]*)$/.exec(before);
    if (!inside) return null;
    const word = /\w*$/.exec(before)[0];
    if (inside[1].includes("|")) return { word, options: plain(project.words.filters) };
    return { word, options: plain([...section(project.yaml, "values"), ...project.words.system]) };
  }

  async function ofCode(kind, before, project) {
    const name = kind === "sql" ? /\b(?:from|join)\s+([\w.]*)$/i.exec(before) : /context\.(?:read|write)\(["']([\w.]*)$/.exec(before);
    if (name) return { word: name[1], options: plain([...section(project.yaml, "sources").map((one) => `source.${one}`), ...(await namesOf(name[1]))]) };
    if (kind !== "py") return null;
    const value = /context\.values\[["'](\w*)$/.exec(before);
    if (value) return { word: value[1], options: plain(section(project.yaml, "values")) };
    const call = /\bcontext\.(\w*)$/.exec(before);
    return call && { word: call[1], options: plain(["read", "write", "values", "as_of", "measure", "log"]) };
  }

  // Resolves to {word, options: [{text, about, after}]} or null. project: {yaml, files, words, after}
  async function suggest(name, before, project) {
    const kind = window.hubTokens.kindOf(name);
    const found = (await ofTemplate(before.slice(-400), project)) || (name === "recipe.yaml" ? await ofYaml(before, project) : await ofCode(kind, before.slice(-400), project));
    if (!found) return null;
    const word = found.word.toLowerCase();
    const options = found.options.filter(({ text }) => text.toLowerCase().includes(word) && text !== found.word);
    options.sort((one, other) => other.text.toLowerCase().startsWith(word) - one.text.toLowerCase().startsWith(word));
    return options.length ? { word: found.word, options: options.slice(0, 40) } : null;
  }
  window.hubSuggest = suggest;
})();
