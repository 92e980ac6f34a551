// Bars: of a comparison with the time of each run, and of runs that were made once each.

const percent = (part) => `${Math.max(0, Math.min(100, part * 100)).toFixed(2)}%`;

function track(length, times, longest) {
  const bar = make("span.bar");
  bar.style.width = percent(length / longest);
  const dots = times.map((time) => {
    const dot = make("span.dot");
    dot.style.left = percent(time / longest);
    return dot;
  });
  return make("span.track", { "aria-hidden": "true" }, bar, dots);
}

function barRow(name, bar, time, said, kind = "") {
  const words = make("span.said", make("strong", time), make("small", said));
  return make(`li.row${kind && `.${kind}`}`, make("span.who", name), bar, words);
}

function comparisonPart({ points, growth, notes, doubts, sentence, circumstances }) {
  const longest = Math.max(1, ...points.flatMap(({ rows }) => rows.flatMap((row) => [row.time ?? 0, ...row.times])));
  return make("section.comparison", { "aria-label": "Comparison" },
    points.map((point) => pointPart(point, longest)),
    [...growth, sentence].filter(Boolean).map((said) => make("p", said)),
    notes.map((said) => make("p.doubt", said)),
    doubts.map(([said, advice]) => make("p.doubt", make("strong", `! ${said}`), `; ${advice}`)),
    make("p.dim", circumstances));
}

// What came of it for one value of what was swept, or for all.
function pointPart({ title, verdicts, rows, baseline }, longest) {
  const kind = (verdict) => verdict.split(" ")[0];
  const heads = ["", "waits", "at once", "waiting", "computing", "with start-up and imports"];
  return make("div.point",
    title && make("h2", title),
    verdicts.map(([said, verdict]) => make(`p.verdict.${kind(verdict)}`, said)),
    make("ul.bars", rows.map((row) => barRow(row.id, track(row.time ?? 0, row.times, longest), row.said,
      row.id === baseline ? "baseline" : row.relation, kind(row.verdict)))),
    make("p.dim", "Each bar is the median of the script's own time, each dot a run; in brackets the 95 % interval."),
    table("What the time was spent on", heads, rows.map((row) => [row.id, ...row.cells])));
}

function overviewPart(runs) {
  const longest = Math.max(1, ...runs.map((run) => run.took));
  return make("nav.overview", { "aria-label": "Runs" }, make("ul.bars", runs.map((run, index) => {
    const said = run.ok ? run.findings.map((finding) => finding.rule).join(", ") : run.outcome;
    const name = make("a", { href: `#run-${index + 1}` }, run.target);
    return barRow(name, track(run.took, [], longest), seconds(run.took, longest), said);
  })));
}
