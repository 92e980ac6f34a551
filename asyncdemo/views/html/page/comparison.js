// Bars: of a comparison with the time of each run, and of runs that were made once each.

const percent = (part) => `${Math.max(0, Math.min(100, part * 100)).toFixed(2)}%`;

function bar(length, times, longest) {
  const full = make("span", { class: "bar" });
  full.style.width = percent(length / longest);
  const dots = times.map((time) => {
    const dot = make("span", { class: "dot" });
    dot.style.left = percent(time / longest);
    return dot;
  });
  return make("span", { class: "track", "aria-hidden": "true" }, full, ...dots);
}

function barRow(name, length, longest, said, { times = [], href = null, verdict = "" } = {}) {
  const title = href ? make("a", { href }, name) : name;
  return make("li", { class: `row ${verdict.split(" ")[0]}` }, make("span", { class: "who" }, title), bar(length ?? 0, times, longest), make("span", { class: "said" }, ...said));
}

function comparisonPart({ points, growth, notes, doubts, sentence, circumstances }) {
  const longest = Math.max(1, ...points.flatMap((point) => point.rows.flatMap((row) => [row.time ?? 0, ...row.times])));
  return make("section", { class: "comparison", "aria-label": "Comparison" },
    ...points.map((point) => pointPart(point, longest)),
    ...[...growth, sentence].filter(Boolean).map((said) => make("p", {}, said)),
    ...notes.map((said) => make("p", { class: "doubt" }, said)),
    ...doubts.map(([said, advice]) => make("p", { class: "doubt" }, make("strong", {}, `! ${said}`), `; ${advice}`)),
    make("p", { class: "dim" }, circumstances));
}

function pointPart({ title, verdicts, rows, baseline }, longest) {
  const heads = ["", "waits", "at once", "waiting", "computing", "with start-up and imports"];
  return make("div", { class: "point" },
    title ? make("h2", {}, title) : null,
    ...verdicts.map(([said, verdict]) => make("p", { class: `verdict ${verdict.split(" ")[0]}` }, said)),
    make("ul", { class: "bars" }, ...rows.map((row) => barRow(row.id, row.time ?? 0, longest,
      [make("strong", {}, row.said), row.id === baseline ? make("small", {}, "baseline") : make("small", {}, row.relation)], row))),
    make("p", { class: "dim" }, "Each bar is the median of the script's own time, each dot a run; in brackets the 95 % interval."),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What the time was spent on" }, make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((head) => (head ? make("th", { scope: "col" }, head) : make("td"))))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, make("th", { scope: "row" }, row.id), ...row.cells.map((cell) => make("td", {}, cell))))))));
}

function overviewPart(runs) {
  const longest = Math.max(1, ...runs.map((run) => run.took));
  return make("nav", { class: "overview", "aria-label": "Runs" }, make("ul", { class: "bars" }, ...runs.map((run, index) =>
    barRow(run.target, run.took, longest, [make("strong", {}, seconds(run.took, longest)), make("small", {}, run.ok ? findingsOf(run) : run.outcome)], { href: `#run-${index + 1}` }))));
}

function findingsOf(run) {
  return run.findings.length ? run.findings.map((finding) => finding.rule).join(", ") : "";
}
