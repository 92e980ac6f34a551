// The report of one run: ties its code, its timeline, its output and its steps to one another.

const WHOLE = { name: "the script", end: null, made: 0, totals: [0, 0, 0, 0], start: [], length: [], state: "", place: [], woken: [], merged: {} };

class RunReport {
  constructor(run, number) {
    this.run = run;
    this.lanes = (run.lanes.length ? run.lanes : [{ ...WHOLE, ended: run.took }]).map((lane) => decode(lane, run.places));
    this.told = make("p.told", { role: "status" });
    this.code = new Code(run, this.lanes, (line) => this.timeline.show({ line }));
    this.timeline = new Timeline(run, this.lanes, (focus, chosen) => this.tellSpan(focus, chosen));
    this.show = { has: (key) => this.code.has(key), go: (key) => this.showLine(key) };
    this.output = outputPart(run, (index) => this.showOutput(index));
    this.stepper = run.stepping.moments.length > 1 ? new Stepper(run, this.lanes, (...now) => this.stand(...now)) : null;
    this.element = make("section.run", { id: `run-${number}`, "aria-labelledby": `name-${number}` },
      headingPart(run, `name-${number}`),
      run.findings.length > 0 && make("div.findings", run.findings.map((finding) => findingPart(finding, this.show))),
      run.tables.stood && stoodPart(run.tables.stood, this.show),
      this.panel(), this.columns(), tablesPart(run.tables, this.show), notesPart(run));
  }

  panel() {
    const { run, lanes, timeline } = this;
    if (!run.lanes.length && run.said.filter((each) => each[1] === "stdout").length < 2) return null;
    const zoom = make("div.zoom", { role: "group", "aria-label": "Timeline" }, this.criticalButton(),
      button("−", "Zoom out", () => timeline.zoom(0.5)), button("+", "Zoom in", () => timeline.zoom(2)),
      button("All", "All of the time", () => timeline.look(timeline.first, timeline.last)));
    const cut = lanes.length > ON_PAPER && make("p.on-paper", `On paper: the first ${ON_PAPER} of ${plural(lanes.length, "lane")}.`);
    return make("div.panel", make("div.tools", this.stepper?.bar, zoom), timeline.box, this.told, cut,
      run.lanes.length > 0 && [legendPart(), run.tables.critical && criticalPart(run.tables.critical, this.show), wordsPart(run, lanes)]);
  }

  // Shows the critical path in the lanes, or no longer.
  criticalButton() {
    const path = this.run.tables.critical?.path ?? [];
    if (!path.length) return null;
    const press = () => {
      const on = this.timeline.critical === null;
      this.timeline.show({ critical: on ? path : null });
      toggle.setAttribute("aria-pressed", String(on));
    };
    const toggle = make("button", { type: "button", "aria-pressed": "false", onclick: press }, "Critical path");
    return toggle;
  }

  columns() {
    const { run, stepper } = this;
    const moment = stepper && make("div.moment", subheading("At this moment"), stepper.hint, stepper.now);
    const { boxes } = this.code;
    const named = ({ name, box }) => [subheading(run.modules.length > 1 || box.childElementCount === 0 ? name : "Code"), box];
    return make("div.columns", boxes.length > 0 && make("div", boxes.map(named)),
      make("div", moment, subheading("Output"), this.output.box));
  }

  // Lights the line at which a span is, and says what the span is.
  tellSpan(focus, chosen) {
    this.code.light(focus && this.lanes[focus.lane].at[focus.span], chosen);
    this.told.textContent = focus ? described(this.lanes, focus.lane, focus.span) : "";
  }

  showLine(line) {
    this.code.choose(line);
    this.code.bring(line);
  }

  showOutput(index) {
    const [at, , , line, lane] = this.run.said[index];
    this.stepper?.go(this.stepper.moments.at(at));
    this.timeline.reveal(at);
    this.timeline.show({ moment: at });
    this.code.light(line, true);
    const who = lane === null ? "" : this.lanes[lane].name;
    this.told.textContent = [who, "printed", seconds(at, this.run.length), line && whereIs(line)].filter(Boolean).join(" · ");
  }

  // Shows a moment, null for none; while it plays also the time between two moments.
  stand(moment, time = moment?.at ?? null) {
    if (moment !== undefined) {
      this.standInCode(moment);
      this.standInOutput(moment);
    }
    if (time !== null) this.timeline.reveal(time);
    this.timeline.show(moment === undefined ? { moment: time } : { moment: time, steps: this.arrowsAt(moment) });
  }

  // Who woke the task whose step it is, and whom that wakes.
  arrowsAt(moment) {
    const lane = this.lanes[moment?.lane ?? -1];
    const span = lane ? firstAfter(lane, moment.at) : -1;
    return lane && span < lane.count ? arrowsOf(this.lanes, moment.lane, span) : [];
  }

  standInCode(moment) {
    const there = new Map();
    for (const [lane, { place, state }] of moment?.standings ?? []) {
      const isThere = place !== 0 && (state === 1 || state === 2);
      if (isThere) there.set(place, [...(there.get(place) ?? []), this.lanes[lane].name]);
    }
    const own = moment?.standings.get(moment.lane);
    this.code.stand(own && own.state !== 2 && own.place ? own.place : null, there);
  }

  standInOutput(moment) {
    const { box, rows } = this.output;
    let last = null;
    this.run.said.forEach(([, , , , , piece], index) => {
      const now = moment !== null && piece >= moment.printed && piece < moment.until;
      rows[index].classList.toggle("now", now);
      rows[index].classList.toggle("later", moment !== null && piece >= moment.until);
      if (now) last = rows[index];
    });
    if (last) box.scrollTop = Math.max(0, last.offsetTop - box.clientHeight / 2);
  }

  // What is printed on paper has all lanes, and the timeline in words if that is short.
  print(begins) {
    const words = this.element.querySelector(".words");
    if (words && this.lanes.length <= 24) words.open = begins;
    this.timeline.drawNow(begins ? 690 : undefined);
  }
}

// Puts the page together.

const { title, titled, made, runs, comparison } = JSON.parse(document.getElementById("data").textContent);
const several = runs.length !== 1 || Boolean(comparison) || Boolean(titled);
const KEYS = "In a timeline, arrow keys go from span to span and from lane to lane, plus and minus zoom, 0 shows all, \
Escape lets go. Hold Ctrl and turn the wheel to zoom, drag to move.";
const TRACED = "What each did in its warm-up, which was traced and does not count:";

const reports = runs.map((run, index) => new RunReport(run, index + 1));
document.querySelector("main").append(...[
  several && make("header.page", make("h1", title), make("p.dim", made)),
  comparison ? comparisonPart(comparison) : runs.length > 1 && overviewPart(runs),
  comparison && runs.length > 0 && make("p.dim", TRACED),
  ...reports.map((report) => report.element),
  runs.length > 0 && make("p.dim.keys", { id: "keys" }, KEYS),
  !several && make("p.dim", `Made with ${made}.`),
].filter(Boolean));

function print(begins) {
  document.documentElement.classList.toggle("printing", begins);
  for (const report of reports) report.print(begins);
}

addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
