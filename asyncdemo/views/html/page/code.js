// The code of a run: a row for each line, with what happened there.

const WORDS = new RegExp([
  /(?<comment>#.*$)/, /(?<string>"""|'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/, /\b(?<async>async|await)\b/,
  /\b(?<keyword>and|as|assert|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda)\b/,
  /\b(?<more>None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b/,
].map((each) => each.source).join("|"), "g");

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(WORDS)) {
    const [kind] = Object.entries(found.groups).find(([, word]) => word !== undefined);
    parts.push(text.slice(end, found.index), make(`span.${kind}`, found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

// All files of a run; a line has a key, by which spans, findings and tables name it.
class Code {
  // `tell` is called with the key of a line whose spans are to be shown, or null.
  constructor(run, lanes, tell) {
    Object.assign(this, { tell, rows: new Map(), chosen: null });
    const used = new Set(lanes.flatMap((lane) => lane.at));
    this.boxes = run.modules.map((module) => this.box(module, used));
  }

  box({ name, code, marks }, used) {
    const marked = new Map(marks.map(([key, text, trouble]) => [key, { text, trouble }]));
    const box = region("div.code", `Code of ${name}`);
    let before = null;
    for (const [key, number, text] of code) {
      const isGap = before && number > before.number + 1 && before.text.trim();
      if (isGap) box.append(make("div.gap", { "aria-hidden": "true" }, "⋯"));
      box.append(this.row(box, key, number, text, used.has(key), marked.get(key)));
      before = { number, text };
    }
    return { name, box };
  }

  has(key) {
    return this.rows.has(key);
  }

  row(box, key, number, text, linked, mark) {
    const press = () => this.choose(this.chosen === key ? null : key);
    const label = linked
      ? make("button.number", { type: "button", "aria-pressed": "false", "aria-label": `${whereIs(key)}: show its spans` }, String(number))
      : make("span.number", String(number));
    const sign = make("span.sign", mark?.trouble && "!");
    const here = make("span.here");
    const aside = mark && make(mark.trouble ? "span.mark.trouble" : "span.mark", `◄ ${mark.text}`);
    const row = make(linked ? "div.line.linked" : "div.line", sign, label, make("code", coloured(text)), here, aside);
    if (linked) {
      row.addEventListener("pointerenter", () => this.tell(key));
      row.addEventListener("pointerleave", () => this.tell(this.chosen));
      row.addEventListener("click", press);
    }
    this.rows.set(key, { box, row, label, here, sign, trouble: Boolean(mark?.trouble), linked });
    return row;
  }

  choose(key) {
    for (const [line, { label, linked }] of this.rows) if (linked) label.setAttribute("aria-pressed", String(line === key));
    this.chosen = key;
    this.light(key);
    this.tell(this.rows.get(key)?.linked ? key : null);
  }

  light(key, bring = false) {
    this.lit?.classList.remove("lit");
    this.lit = this.rows.get(key)?.row;
    this.lit?.classList.add("lit");
    if (bring) this.bring(key);
  }

  // Scrolls the box, and nothing else, so that a line can be seen.
  bring(key) {
    const { box, row } = this.rows.get(key) ?? {};
    if (!row) return;
    const { scrollTop, clientHeight } = box;
    const isSeen = row.offsetTop >= scrollTop && row.offsetTop + row.offsetHeight <= scrollTop + clientHeight;
    if (!isSeen) box.scrollTop = row.offsetTop - clientHeight / 3;
  }

  // Marks the line that runs, and those at which tasks are: `there` has for each line the names.
  stand(running, there) {
    for (const [line, { row, here, sign, trouble }] of this.rows) {
      const names = there.get(line) ?? [];
      const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
      here.replaceChildren(...shown.map((name) => make("span.task", name)));
      row.classList.toggle("runs", line === running);
      sign.textContent = line === running ? "▶" : trouble ? "!" : "";
    }
    this.bring(running);
  }
}
