// Puts the page together, and ties code, timeline and output of each run to one another.

const data = JSON.parse(document.getElementById("data").textContent);

const KEYS = "Arrow keys go from span to span and from lane to lane, plus and minus zoom, 0 shows all, Escape lets go.";

function findingPart(finding, bring) {
  const place = finding.line === null ? finding.place : make("a", { href: "#", onclick: (event) => { event.preventDefault(); bring(finding.line); } }, finding.place);
  return make("article", { class: `finding ${finding.severity}` },
    make("h3", {}, make("span", { class: "badge" }, finding.severity === "note" ? "i" : "!"), finding.rule, finding.place ? " · " : "", place, finding.often ? make("small", {}, finding.often) : null),
    prose("p", finding.message),
    make("p", { class: "do" }, make("strong", {}, "Do"), prose("span", finding.advice)),
    make("p", { class: "dim" }, "Why: ", make("code", {}, `asyncdemo explain ${finding.rule}`)));
}

function laneTable(run, lanes) {
  const cell = (time) => make("td", {}, time ? seconds(time, run.length) : "–");
  const rows = lanes.map((lane, index) => {
    const said = run.said.filter((each) => each[4] === index && each[1] === "stdout" && each[2].trim()).map((each) => each[2].trim());
    const printed = said.slice(0, 3).join(", ") + (said.length > 3 ? `, and ${said.length - 3} more` : "");
    return make("tr", {}, make("th", { scope: "row" }, lane.name), make("td", {}, seconds(lane.made, run.length)),
      ...[0, 1, 2, 3].map((state) => cell(lane.totals[state])), make("td", {}, lane.end ? ENDS[lane.end] : "?"), make("td", {}, printed));
  });
  const heads = ["task", "began", "ran", "could not run", "waited", "blocked", "end", "printed"];
  return make("details", { class: "words" }, make("summary", {}, "The timeline in words"),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The timeline in words" }, make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, ...rows))));
}

function outputPart(run, press) {
  const rows = run.said.map((each, index) => {
    const [at, stream, text, line] = each;
    const time = make("span", { class: "time" }, seconds(at, run.length));
    const sign = { stderr: "!", other: "~" }[stream] ?? "";
    const label = `${seconds(at, run.length)}${line === null ? "" : `, line ${line}`}: show`;
    return make("li", { class: `said ${stream}` },
      make("button", { type: "button", "aria-label": label, onclick: () => press(index) }, time), make("span", { class: "sign" }, sign), make("bdi", {}, text));
  });
  const end = make("p", { class: run.ok ? "outcome" : "outcome bad" }, `${seconds(run.took, run.length)}  ${run.outcome}${rows.length ? "" : ", nothing printed"}`);
  const box = make("div", { class: "output", role: "region", "aria-label": `Output of ${run.target}`, tabindex: 0 }, make("ol", {}, ...rows), end);
  return { box, rows };
}

function legend() {
  const said = ["runs: on the processor", "cannot run: somebody else has the loop", "waiting: suspended at an await", "BLOCKS: holds the loop"];
  return make("ul", { class: "legend", "aria-label": "Legend" }, ...STATES.map((state, index) => make("li", { class: state }, make("span", { class: "swatch", "aria-hidden": "true" }), said[index])));
}

function runPart(run, index, several) {
  const drawn = run.lanes.length ? run.lanes : [{ name: "the script", kind: "script", made: 0, ended: run.took, end: null, totals: [0, 0, 0, 0], start: [], length: [], state: "", at: [], merged: {} }];
  const lanes = drawn.map(decode);
  const told = make("p", { class: "told", role: "status" }, "\u00a0");
  const code = new Code(run, lanes, (line) => timeline.show({ line }));
  const timeline = new Timeline(run, lanes, (focus, chosen) => {
    const line = focus ? lanes[focus.lane].at[focus.span] : null;
    code.light(typeof line === "number" ? line : null, chosen);
    told.textContent = focus ? described(lanes[focus.lane], focus.span) : "\u00a0";
  });
  const { box, rows } = outputPart(run, (row) => {
    const [at, , , line, lane] = run.said[row];
    timeline.reveal(at);
    if (stepper) stepper.go(stepper.moments.at(at));
    timeline.show({ moment: at });
    code.light(line, true);
    told.textContent = [lane === null ? null : run.lanes[lane].name, "printed", seconds(at, run.length), line === null ? null : `line ${line}`].filter(Boolean).join(" · ");
  });
  const steps = run.stepping.moments.length > 1;
  const show = (moment, time) => {
    if (moment !== undefined) standAt(code, box, rows, run, lanes, moment);
    const at = time ?? moment?.at ?? null;
    if (at !== null) timeline.reveal(at);
    timeline.show({ moment: at });
  };
  const stepper = steps ? new Stepper(run, lanes, show) : null;
  const zoom = make("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
    ...[["−", "Zoom out", 0.5], ["+", "Zoom in", 2]].map(([text, label, factor]) => make("button", { type: "button", "aria-label": label, title: label, onclick: () => timeline.zoom(factor) }, text)),
    make("button", { type: "button", onclick: () => timeline.look(timeline.first, timeline.last) }, "All"));
  parts.push({ timeline });
  const bring = (line) => { code.choose(line); code.bring(line); };
  return make("section", { class: "run", id: `run-${index + 1}`, "aria-labelledby": `name-${index + 1}` },
    heading(run, index, several),
    run.findings.length ? make("div", { class: "findings" }, ...run.findings.map((finding) => findingPart(finding, bring))) : null,
    run.lanes.length || run.said.filter((each) => each[1] === "stdout").length > 1 ? make("div", { class: "panel" }, make("div", { class: "tools" }, stepper?.bar, zoom), timeline.box, told, lanes.length > ON_PAPER ? make("p", { class: "on-paper" }, `On paper: the first ${ON_PAPER} of ${plural(lanes.length, "lane")}.`) : null, run.lanes.length ? legend() : null, run.lanes.length ? laneTable(run, lanes) : null) : null,
    make("div", { class: "columns" }, run.code.length ? make("div", {}, make("h3", {}, "Code"), code.box) : null,
      make("div", {}, stepper ? make("div", { class: "moment" }, make("h3", {}, "At this moment"), stepper.hint, stepper.now) : null, make("h3", {}, "Output"), box)),
    notesPart(run));
}

function standAt(code, box, rows, run, lanes, moment) {
  const there = new Map();
  for (const [lane, { place, state }] of moment?.standings ?? []) {
    if (typeof place === "number" && place > 0 && (state === 1 || state === 2)) there.set(place, [...(there.get(place) ?? []), lanes[lane].name]);
  }
  const own = moment && moment.lane !== null ? moment.standings.get(moment.lane) : null;
  code.stand(own && own.state !== 2 && typeof own.place === "number" ? own.place : null, there);
  let last = null;
  run.said.forEach(([, , , , , piece], index) => {
    rows[index].classList.toggle("later", Boolean(moment) && piece >= moment.until);
    const now = Boolean(moment) && piece >= moment.printed && piece < moment.until;
    rows[index].classList.toggle("now", now);
    if (now) last = rows[index];
  });
  if (last) box.scrollTop = Math.max(0, last.offsetTop - box.offsetTop - box.clientHeight / 2);
}

function heading(run, index, several) {
  const set = Object.entries(run.parameters).map(([name, value]) => `${name} = ${value}`);
  const facts = [run.python, ...set, run.ok ? null : run.outcome].filter(Boolean).join(" · ");
  return make("header", {}, make(several ? "h2" : "h1", { id: `name-${index + 1}` }, run.target, make("span", { class: "took" }, seconds(run.took))),
    make("p", { class: "summary" }, run.summary), make("p", { class: run.ok ? "dim" : "bad" }, facts));
}

function notesPart(run) {
  const notes = run.notes.map(([kind, text]) => (kind === "pre" ? make("pre", { tabindex: 0 }, text) : prose(kind, text)));
  const remarks = run.remarks.map((text) => make("li", {}, text));
  return make("footer", {}, notes.length ? make("div", { class: "notes" }, make("h3", {}, "What to notice"), ...notes) : null,
    remarks.length ? make("div", { class: "remarks" }, make("h3", {}, "What is not in this report"), make("ul", {}, ...remarks)) : null);
}

// What is printed has light colours, all lanes, and the timeline in words.
function print(begins) {
  document.documentElement.classList.toggle("printing", begins);
  for (const each of document.querySelectorAll("details.words")) if (each.querySelectorAll("tr").length < 24) each.open = begins;
  for (const { timeline } of parts) timeline.drawNow(begins ? 690 : undefined);
}

const parts = [];
const { runs, comparison } = data;
const several = runs.length !== 1 || Boolean(comparison);
const traced = "What each did in its warm-up, which was traced and does not count:";
document.querySelector("main").append(...[
  several && make("header", { class: "page" }, make("h1", {}, data.title), make("p", { class: "dim" }, data.made)),
  comparison ? comparisonPart(comparison) : runs.length > 1 && overviewPart(runs),
  comparison && runs.length > 0 && make("p", { class: "dim" }, traced),
  ...runs.map((run, index) => runPart(run, index, several)),
  runs.length > 0 && make("p", { id: "keys", class: "dim keys" }, `In a timeline: ${KEYS} Hold Ctrl and turn the wheel to zoom, drag to move.`),
  !several && make("p", { class: "dim" }, `Made with ${data.made}.`),
].filter(Boolean));
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
