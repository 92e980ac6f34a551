// Small building blocks. Foreign text goes into the page here only, and only as text.

// `kind` is an element with classes, "p.dim"; before the children there may be an object with attributes.
function make(kind, ...parts) {
  const [name, ...classes] = kind.split(".");
  const element = document.createElement(name);
  element.classList.add(...classes);
  const attributes = parts[0]?.constructor === Object ? parts.shift() : {};
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...parts.flat(2).filter(Boolean));
  return element;
}

function button(text, label, onclick) {
  return make("button", { type: "button", "aria-label": label, title: label, onclick }, text);
}

// A box that scrolls, which a keyboard can do too.
function region(kind, label, ...children) {
  return make(kind, { role: "region", "aria-label": label, tabindex: 0 }, children);
}

// The first cell of each row is its heading.
function table(label, heads, rows) {
  const head = heads.map((each) => (each ? make("th", { scope: "col" }, each) : make("td")));
  const cells = (row) => row.map((each, index) => (index ? make("td", each) : make("th", { scope: "row" }, each)));
  const body = rows.map((row) => make("tr", cells(row)));
  return region("div.scroll", label, make("table", make("thead", make("tr", head)), make("tbody", body)));
}

// Seconds from microseconds, with two digits more than a width of so many microseconds needs.
function seconds(time, width = time) {
  const places = 2 - Math.floor(Math.log10(Math.max(1, Math.abs(width)) / 1e6));
  return `${(time / 1e6).toFixed(Math.min(6, Math.max(2, places)))} s`;
}

const MARKS = [[/^`+(.+?)`+$/, "code"], [/^\*\*(.+)\*\*$/, "strong"], [/^\*(.+)\*$/, "em"]];

// Text with the few marks of Markdown that notes have: `code`, **strong** and *emphasis*.
function prose(kind, text) {
  const parts = text.split(/(`+[^`]+`+|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/);
  return make(kind, parts.map((part) => {
    const mark = MARKS.find(([form]) => form.test(part));
    return mark ? make(mark[1], mark[0].exec(part)[1]) : part;
  }));
}

function plural(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
