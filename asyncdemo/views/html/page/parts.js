// The parts of a run's report that need nothing of one another.

const LEGEND = [
  "runs: on the processor", "cannot run: somebody else has the loop", "waiting: suspended at an await", "BLOCKS: holds the loop",
];

function headingPart(run, id) {
  const set = Object.entries(run.parameters).map(([name, value]) => `${name} = ${value}`);
  const facts = [run.python, ...set, run.ok ? "" : run.outcome].filter(Boolean).join(" · ");
  const title = make(several ? "h2" : "h1", { id }, run.target, make("span.took", seconds(run.took)));
  return make("header", title, make("p", run.summary), make(run.ok ? "p.dim" : "p.bad", facts));
}

function subheading(text) {
  return make(several ? "h3.sub" : "h2.sub", text);
}

// A place in words, which shows its line where the code has it. `show` is called with its key.
function placeCell(key, text, show) {
  return show.has(key) ? make("button.link", { type: "button", onclick: () => show.go(key) }, text) : text;
}

function findingPart(finding, show) {
  const place = placeCell(finding.key, finding.place, show);
  const badge = make("span.badge", finding.severity === "note" ? "i" : "!");
  return make(`article.finding.${finding.severity}`,
    make(several ? "h3" : "h2", badge, finding.rule, finding.place && " · ", place, make("small", finding.often)),
    prose("p", finding.message),
    finding.advice ? make("p.do", make("strong", "Fix"), prose("span", finding.advice)) : "",
    make("p.dim", "Why: ", make("code", `asyncdemo explain ${finding.rule}`)));
}

function legendPart() {
  const swatch = () => make("span.swatch", { "aria-hidden": "true" });
  return make("ul.legend", { "aria-label": "Legend" }, STATES.map((state, index) => make(`li.${state}`, swatch(), LEGEND[index])));
}

const SIGNS = { stderr: "!", other: "~" };

// What a timeline shows, for those who cannot see it, and for paper.
function wordsPart(run, lanes) {
  const time = (each) => (each ? seconds(each, run.length) : "–");
  const rows = lanes.map((lane, index) => {
    const own = run.said.filter(([, stream, text, , who]) => who === index && stream === "stdout" && text.trim());
    const said = own.map(([, , text]) => text.trim());
    const printed = said.slice(0, 3).join(", ") + (said.length > 3 ? `, and ${said.length - 3} more` : "");
    return [lane.name, seconds(lane.made, run.length), ...lane.totals.map(time), ending(lane), printed];
  });
  const heads = ["task", "began", "ran", "could not run", "waited", "blocked", "end", "printed"];
  return make("details.words", make("summary", "The timeline in words"), table("The timeline in words", heads, rows));
}

// `show` is called with the index of a line of output.
function outputPart(run, show) {
  const rows = run.said.map(([at, stream, text, line], index) => {
    const time = seconds(at, run.length);
    const label = `${time}${line === null ? "" : `, ${whereIs(line)}`}: show this moment`;
    const press = make("button", { type: "button", "aria-label": label, onclick: () => show(index) }, time);
    const sign = make("span.sign", SIGNS[stream]);
    return make(`li.${stream}`, press, sign, make("bdi", text));
  });
  const end = `${seconds(run.took, run.length)}  ${run.outcome}${rows.length ? "" : ", nothing printed"}`;
  const box = region("div.output", `Output of ${run.target}`, make("ol", rows), make(run.ok ? "p.outcome" : "p.outcome.bad", end));
  return { box, rows };
}

function notesPart(run) {
  const notes = run.notes.map(([kind, text]) => (kind === "pre" ? make("pre", { tabindex: 0 }, text) : prose(kind, text)));
  const remarks = run.remarks.map((text) => make("li", text));
  const [asked, ...choices] = run.question;
  const question = asked && make("div.notes", subheading("Question"), prose("p", asked), make("ol.choices", choices.map((each) => prose("li", each))));
  return make("footer", question,
    notes.length > 0 && make("div.notes", subheading("What to notice"), notes),
    remarks.length > 0 && make("div.remarks", subheading("What is not in this report"), make("ul", remarks)));
}

// Tables of where a run's time went, and of who stood still. `show` goes to the line of a key, where the code has it.

function tablePart(heading, heads, rows, show) {
  const cells = rows.map(([key, place, ...others]) => [placeCell(key, place, show), ...others]);
  return make("section.table", subheading(heading), table(heading, heads, cells));
}

function tablesPart({ waited = [], held = [] }, show) {
  const parts = [
    waited.length > 0 &&
      tablePart("Where it waited", ["line", "for", "times", "total", "longest", "at once"], waited, show),
    held.length > 0 &&
      tablePart("Held the loop", ["line", "how", "call", "times", "total", "longest", "others late"], held, show),
  ].filter(Boolean);
  return parts.length > 0 && make("div.tables", parts);
}

// The critical path in a sentence, and what each line contributes to it.
function criticalPart({ said, rows }, show) {
  const heads = ["line", "what", "who", "times", "total", "share"];
  const cells = rows.map(([key, place, ...others]) => [placeCell(key, place, show), ...others]);
  return said && [
    make("p.critical", said),
    make("details.by-line", make("summary", "The critical path, line by line"), table("The critical path", heads, cells)),
  ];
}

// Each wait of a circle leads to the next, and the last one back to the first.
function ringPart(circle) {
  const rest = circle.slice(1).map((each) => make("li", each));
  return make("ol.ring", { "aria-label": "They wait for each other in a circle" }, make("li", make("strong", circle[0])), rest);
}

function stoodPart({ since, circles, rows, more }, show) {
  const heads = ["task", "where", "waits for", "who could end that"];
  const cells = rows.map(([key, name, place, ...others]) => [name, placeCell(key, place, show), ...others]);
  return make("section.stood", subheading(`Nothing moved since ${since}`),
    circles.map(ringPart), table("Who waits for what", heads, cells), more > 0 && make("p.dim", `and ${plural(more, "task")} more`));
}
