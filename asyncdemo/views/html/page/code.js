// The code of a run: a row for each line, with what happened there.

const WORDS = /(#.*$)|("""|'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\b(async|await)\b|\b(and|as|assert|break|class|continue|def|del|elif|else|except|False|finally|for|from|if|import|in|is|lambda|None|not|or|pass|raise|return|True|try|while|with|yield)\b/g;
const KINDS = [null, "comment", "string", "async", "keyword"];

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(WORDS)) {
    parts.push(text.slice(end, found.index), make("span", { class: KINDS.findIndex((kind, group) => kind && found[group]) > 0 ? KINDS[KINDS.findIndex((kind, group) => kind && found[group])] : null }, found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

class Code {
  // `tell` is called with the number of a line, or null, and whether a person has chosen it.
  constructor(run, lanes, tell) {
    this.tell = tell;
    this.rows = new Map();
    this.chosen = null;
    const used = new Set(lanes.flatMap((lane) => lane.at.filter((at) => typeof at === "number" && at > 0)));
    const marks = new Map(run.marks.map(([line, text, trouble]) => [line, { text, trouble }]));
    let before = null;
    this.box = make("div", { class: "code", role: "region", "aria-label": `Code of ${run.target}`, tabindex: 0 });
    for (const [number, text] of run.code) {
      if (before && number > before.number + 1 && before.text.trim()) this.box.append(make("div", { class: "gap", "aria-hidden": "true" }, "⋯"));
      this.box.append(this.row(number, text, used.has(number), marks.get(number)));
      before = { number, text };
    }
  }

  row(number, text, linked, mark) {
    const press = () => this.choose(this.chosen === number ? null : number);
    const label = linked
      ? make("button", { type: "button", class: "number", "aria-pressed": "false", "aria-label": `line ${number}: show its spans`, onclick: press }, String(number))
      : make("span", { class: "number" }, String(number));
    const sign = make("span", { class: "sign" }, mark?.trouble ? "!" : "");
    const here = make("span", { class: "here" });
    const aside = mark ? make("span", { class: mark.trouble ? "mark trouble" : "mark" }, `◄ ${mark.text}`) : null;
    const row = make("div", { class: linked ? "line linked" : "line" }, sign, label, make("code", {}, ...coloured(text)), here, aside);
    if (linked) {
      row.addEventListener("pointerenter", () => this.tell(number, false));
      row.addEventListener("pointerleave", () => this.tell(this.chosen, false));
      row.addEventListener("click", (event) => event.target.closest("button") ?? press());
    }
    this.rows.set(number, { row, label, here, sign, trouble: Boolean(mark?.trouble) });
    return row;
  }

  choose(number) {
    this.rows.get(this.chosen)?.label.setAttribute("aria-pressed", "false");
    this.chosen = number;
    this.rows.get(number)?.label.setAttribute("aria-pressed", "true");
    this.light(number);
    this.tell(number, true);
  }

  light(number, bring = false) {
    this.lit?.classList.remove("lit");
    this.lit = this.rows.get(number)?.row;
    this.lit?.classList.add("lit");
    if (bring) this.bring(number);
  }

  // Scrolls the box, and nothing else, so that a line can be seen.
  bring(number) {
    const row = this.rows.get(number)?.row;
    if (!row) return;
    const top = row.offsetTop - this.box.offsetTop;
    if (top < this.box.scrollTop || top + row.offsetHeight > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top - this.box.clientHeight / 3;
  }

  // Marks the line that runs, and those at which tasks are: `there` has for each line the names.
  stand(running, there) {
    for (const each of this.rows.values()) {
      each.here.replaceChildren();
      each.row.classList.remove("runs");
      each.sign.textContent = each.trouble ? "!" : "";
    }
    for (const [line, names] of there) {
      const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
      this.rows.get(line)?.here.append(...shown.map((name) => make("span", { class: "task" }, name)));
    }
    const row = this.rows.get(running);
    if (row) {
      row.row.classList.add("runs");
      row.sign.textContent = "▶";
      this.bring(running);
    }
  }
}
