// Small building blocks. Foreign text goes into the page here only, and only as text.

function make(kind, attributes = {}, ...children) {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// Seconds from microseconds, with two digits more than a width of so many microseconds needs.
function seconds(time, width = time) {
  const places = Math.min(6, Math.max(2, 2 - Math.floor(Math.log10(Math.max(1, Math.abs(width)) / 1e6))));
  return `${(time / 1e6).toFixed(places)} s`;
}

// Text with the few marks of Markdown that notes have: `code`, **strong** and *emphasis*.
function prose(kind, text, attributes = {}) {
  const marks = [[/^`+(.+?)`+$/, "code"], [/^\*\*(.+)\*\*$/, "strong"], [/^\*(.+)\*$/, "em"]];
  const parts = text.split(/(`+[^`]+`+|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/);
  return make(kind, attributes, ...parts.map((part) => {
    const mark = marks.find(([form]) => form.test(part));
    return mark ? make(mark[1], {}, mark[0].exec(part)[1]) : part;
  }));
}

function plural(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
