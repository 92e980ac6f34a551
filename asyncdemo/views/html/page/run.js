// The report of one run: ties its code, its timeline, its output and its steps to one another.

const WHOLE = { name: "the script", end: null, made: 0, totals: [0, 0, 0, 0], start: [], length: [], state: "", at: [], merged: {} };

class RunReport {
  constructor(run, number) {
    this.run = run;
    this.lanes = (run.lanes.length ? run.lanes : [{ ...WHOLE, ended: run.took }]).map(decode);
    this.told = make("p.told", { role: "status" });
    this.code = new Code(run, this.lanes, (line) => this.timeline.show({ line }));
    this.timeline = new Timeline(run, this.lanes, (focus, chosen) => this.tellSpan(focus, chosen));
    this.output = outputPart(run, (index) => this.showOutput(index));
    this.stepper = run.stepping.moments.length > 1 ? new Stepper(run, this.lanes, (...now) => this.stand(...now)) : null;
    this.element = make("section.run", { id: `run-${number}`, "aria-labelledby": `name-${number}` },
      headingPart(run, `name-${number}`),
      run.findings.length > 0 && make("div.findings", run.findings.map((finding) => findingPart(finding, (line) => this.showLine(line)))),
      this.panel(), this.columns(), notesPart(run));
  }

  panel() {
    const { run, lanes, timeline } = this;
    if (!run.lanes.length && run.said.filter((each) => each[1] === "stdout").length < 2) return null;
    const zoom = make("div.zoom", { role: "group", "aria-label": "Zoom" },
      button("−", "Zoom out", () => timeline.zoom(0.5)), button("+", "Zoom in", () => timeline.zoom(2)),
      button("All", "All of the time", () => timeline.look(timeline.first, timeline.last)));
    const cut = lanes.length > ON_PAPER && make("p.on-paper", `On paper: the first ${ON_PAPER} of ${plural(lanes.length, "lane")}.`);
    return make("div.panel", make("div.tools", this.stepper?.bar, zoom), timeline.box, this.told, cut,
      run.lanes.length > 0 && [legendPart(), wordsPart(run, lanes)]);
  }

  columns() {
    const { run, stepper } = this;
    const moment = stepper && make("div.moment", subheading("At this moment"), stepper.hint, stepper.now);
    return make("div.columns", run.code.length > 0 && make("div", subheading("Code"), this.code.box),
      make("div", moment, subheading("Output"), this.output.box));
  }

  // Lights the line at which a span is, and says what the span is.
  tellSpan(focus, chosen) {
    const line = focus && this.lanes[focus.lane].at[focus.span];
    this.code.light(typeof line === "number" ? line : null, chosen);
    this.told.textContent = focus ? described(this.lanes[focus.lane], focus.span) : "";
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
    this.told.textContent = [who, "printed", seconds(at, this.run.length), line && `line ${line}`].filter(Boolean).join(" · ");
  }

  // Shows a moment, null for none; while it plays also the time between two moments.
  stand(moment, time = moment?.at ?? null) {
    if (moment !== undefined) {
      this.standInCode(moment);
      this.standInOutput(moment);
    }
    if (time !== null) this.timeline.reveal(time);
    this.timeline.show({ moment: time });
  }

  standInCode(moment) {
    const there = new Map();
    for (const [lane, { place, state }] of moment?.standings ?? []) {
      const isThere = typeof place === "number" && place > 0 && (state === 1 || state === 2);
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
