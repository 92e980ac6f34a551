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

class Code {
  // `tell` is called with the number of a line whose spans are to be shown, or null.
  constructor(run, lanes, tell) {
    Object.assign(this, { tell, rows: new Map(), chosen: null });
    const used = new Set(lanes.flatMap((lane) => lane.at));
    const marks = new Map(run.marks.map(([line, text, trouble]) => [line, { text, trouble }]));
    this.box = region("div.code", `Code of ${run.target}`);
    let before = null;
    for (const [number, text] of run.code) {
      const isGap = before && number > before.number + 1 && before.text.trim();
      if (isGap) this.box.append(make("div.gap", { "aria-hidden": "true" }, "⋯"));
      this.box.append(this.row(number, text, used.has(number), marks.get(number)));
      before = { number, text };
    }
  }

  row(number, text, linked, mark) {
    const press = () => this.choose(this.chosen === number ? null : number);
    const label = linked
      ? make("button.number", { type: "button", "aria-pressed": "false", "aria-label": `line ${number}: show its spans` }, String(number))
      : make("span.number", String(number));
    const sign = make("span.sign", mark?.trouble && "!");
    const here = make("span.here");
    const aside = mark && make(mark.trouble ? "span.mark.trouble" : "span.mark", `◄ ${mark.text}`);
    const row = make(linked ? "div.line.linked" : "div.line", sign, label, make("code", coloured(text)), here, aside);
    if (linked) {
      row.addEventListener("pointerenter", () => this.tell(number));
      row.addEventListener("pointerleave", () => this.tell(this.chosen));
      row.addEventListener("click", press);
    }
    this.rows.set(number, { row, label, here, sign, trouble: Boolean(mark?.trouble), linked });
    return row;
  }

  choose(number) {
    for (const [line, { label, linked }] of this.rows) if (linked) label.setAttribute("aria-pressed", String(line === number));
    this.chosen = number;
    this.light(number);
    this.tell(this.rows.get(number)?.linked ? number : null);
  }

  light(number, bring = false) {
    this.lit?.classList.remove("lit");
    this.lit = this.rows.get(number)?.row;
    this.lit?.classList.add("lit");
    if (bring) this.bring(number);
  }

  // Scrolls the box, and nothing else, so that a line can be seen.
  bring(number) {
    const { row } = this.rows.get(number) ?? {};
    if (!row) return;
    const { scrollTop, clientHeight } = this.box;
    const isSeen = row.offsetTop >= scrollTop && row.offsetTop + row.offsetHeight <= scrollTop + clientHeight;
    if (!isSeen) this.box.scrollTop = row.offsetTop - clientHeight / 3;
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
