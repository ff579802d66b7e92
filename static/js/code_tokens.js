// Colours for YAML, SQL, Python and shell: a line becomes pieces of [class, text]. Small on purpose; the hub itself judges what is right.
(() => {
  const SQL = /\b(select|from|where|group|by|order|having|limit|offset|join|left|right|full|inner|outer|cross|on|using|as|and|or|not|in|is|null|between|like|case|when|then|else|end|with|union|all|distinct|over|partition|exists|interval|cast|filter|qualify|asc|desc|true|false|lateral|unnest|values)\b/iy;
  const PYTHON = /\b(def|return|for|in|if|elif|else|while|with|as|import|from|not|and|or|is|None|True|False|try|except|finally|raise|yield|lambda|class|pass|break|continue|global|nonlocal|assert|del|async|await|match)\b/y;
  const SHELL = /\b(if|then|else|elif|fi|for|in|do|done|while|case|esac|function|return|exit|set|export|local)\b/y;
  const TEMPLATE = ["template", /\{\{.*?(\}\}|$)/y];
  const NUMBER = ["number", /\b\d[\d_]*(\.\d+)?([eE][-+]?\d+)?\b/y];
  const TEXT = ["string", /'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.)*"?/y];
  const HASH = ["comment", /#.*/y];
  const RULES = {
    yaml: [["comment", /(?<=^|\s)#.*/y], TEMPLATE, ["key", /(?<=^\s*(- )?|[{,]\s*)("[^"]*"|'[^']*'|[^\s:#,{}[\]"'][^:#,{}[\]]*)(?=:(\s|$))/y], TEXT, ["word", /\b(true|false|null|yes|no)\b/y], NUMBER, ["sign", /[{}[\],:>|&*-]/y]],
    sql: [["comment", /--.*/y], TEMPLATE, TEXT, ["word", SQL], ["call", /\b\w+(?=\()/y], NUMBER],
    py: [HASH, TEXT, ["word", PYTHON], ["call", /\b\w+(?=\()/y], NUMBER],
    sh: [HASH, TEMPLATE, TEXT, ["word", SHELL], ["key", /\$\{?\w+\}?/y]],
  };
  const LONG = { py: [['"""', '"""'], ["'''", "'''"]], sql: [["/*", "*/"]] }; // what goes on over lines

  const kindOf = (name) => ({ yaml: "yaml", yml: "yaml", sql: "sql", py: "py", sh: "sh" })[name.split(".").pop()] || "";

  function line(text, kind, open) {
    const pieces = [];
    const add = (cls, part) => {
      const last = pieces[pieces.length - 1];
      if (last && last[0] === cls) last[1] += part; else pieces.push([cls, part]);
    };
    let at = 0;
    while (at < text.length) {
      if (open) {
        const end = text.indexOf(open, at);
        const cls = open === "*/" ? "comment" : "string";
        if (end < 0) { add(cls, text.slice(at)); return [pieces, open]; }
        add(cls, text.slice(at, end + open.length));
        at = end + open.length;
        open = "";
        continue;
      }
      const long = (LONG[kind] || []).find(([start]) => text.startsWith(start, at));
      if (long) { add(long[1] === "*/" ? "comment" : "string", long[0]); at += long[0].length; open = long[1]; continue; }
      let found = null;
      for (const [cls, rule] of RULES[kind] || []) {
        rule.lastIndex = at;
        const hit = rule.exec(text);
        if (hit && hit[0]) { found = [cls, hit[0]]; break; }
      }
      if (!found) found = ["", /^\w+|^\s+|^./.exec(text.slice(at))[0]];
      add(...found);
      at += found[1].length;
    }
    return [pieces, open];
  }

  // The lines of a text, each as pieces.
  function lines(text, name) {
    const kind = kindOf(name);
    let open = "";
    return text.split("\n").map((one) => {
      const [pieces, left] = one.length > 2000 ? [[["", one]], open] : line(one, kind, open);
      open = left;
      return pieces;
    });
  }
  window.hubTokens = { lines, kindOf };
})();
