// Steps through the moments of a run, and plays them.

const SPEEDS = [1, 1 / 4, 1 / 20, 1 / 100];
const WHAT = [["blocks", "blocked"], ["runs", "running"], ["ready", "ready"], ["waiting", "waiting"], ["unknown", "unknown"]];

// Where every lane stands at each moment, from what changes: only the current one is kept.
class Moments {
  constructor({ moments }) {
    this.all = moments.map(([number, at, kind, lane, printed, until, changes]) => ({ number, at, kind, lane, printed, until, changes }));
    this.rewind();
  }

  rewind() {
    this.position = -1;
    this.standings = new Map();
  }

  // Gives the moment with {state, since, place, how} of all lanes that are there, and which are in each state.
  goTo(position) {
    if (position < this.position) this.rewind();
    while (this.position < position) {
      this.position += 1;
      for (const [lane, state, since, place, how] of this.all[this.position].changes) {
        if (state === undefined) this.standings.delete(lane);
        else this.standings.set(lane, { state, since, place, how });
      }
    }
    const { standings } = this;
    const lanes = [...standings.keys()].sort((one, other) => one - other);
    const inState = (state) => lanes.filter((lane) => standings.get(lane).state === state);
    const [unknown, running, ready, waiting, blocked] = [-1, 0, 1, 2, 3].map(inState);
    ready.sort((one, other) => standings.get(one).since - standings.get(other).since);
    return { ...this.all[position], standings, unknown, running, ready, waiting, blocked };
  }

  // The position of the last moment that is not after a time.
  at(time) {
    const after = this.all.findIndex((moment) => moment.at > time);
    return after < 0 ? this.all.length - 1 : Math.max(0, after - 1);
  }
}

class Stepper {
  // `show` is called with the current moment, null for none; while it plays with undefined and a time, too.
  constructor(run, lanes, show) {
    Object.assign(this, { run, lanes, show, playing: null, position: -1, moments: new Moments(run.stepping) });
    const last = this.moments.all.length - 1;
    this.play = button("▶ Play", "Play", () => (this.playing ? this.stop() : this.start()));
    const slid = () => this.go(Number(this.slider.value));
    this.slider = make("input", { type: "range", min: -1, max: last, value: -1, "aria-label": "Moment", oninput: slid });
    this.count = make("output.count");
    const speeds = SPEEDS.map((speed) => make("option", { value: speed }, speed === 1 ? "as it happened" : `${1 / speed} times slower`));
    this.speed = make("select", { "aria-label": "Speed" }, speeds);
    this.speed.value = String(SPEEDS.find((speed) => run.took / speed > 4e6) ?? SPEEDS.at(-1));
    this.now = make("dl.now");
    this.hint = make("p.dim", "Step, play, or press the time of a line of output: then every task stands here and in the code.");
    this.bar = make("div.stepper", { role: "group", "aria-label": "Step through it" },
      button("|◀", "To the beginning", () => this.go(0)), button("◀", "One step back", () => this.go(this.position - 1)), this.play,
      button("▶", "One step on", () => this.go(this.position + 1)), button("▶|", "To the end", () => this.go(last)),
      this.slider, this.count, this.speed);
    this.count.textContent = plural(run.stepping.of, "moment");
  }

  go(position, playing = false) {
    if (!playing) this.stop();
    this.position = Math.max(-1, Math.min(this.moments.all.length - 1, position));
    const moment = this.position < 0 ? null : this.moments.goTo(this.position);
    const { of } = this.run.stepping;
    this.slider.value = String(this.position);
    this.count.textContent = moment ? `${moment.number + 1} of ${of} · ${seconds(moment.at, this.run.length)}` : plural(of, "moment");
    this.slider.setAttribute("aria-valuetext", this.count.textContent);
    this.hint.hidden = moment !== null;
    this.now.replaceChildren(...(moment ? this.told(moment) : []));
    this.show(moment);
  }

  start() {
    const { all } = this.moments;
    const from = this.position < 0 || this.position === all.length - 1 ? 0 : all[this.position].at;
    const began = performance.now();
    const frame = () => {
      const time = from + (performance.now() - began) * 1000 * Number(this.speed.value);
      const position = this.moments.at(time);
      if (position !== this.position) this.go(position, true);
      if (position === all.length - 1) return this.stop();
      this.show(undefined, time);
      this.playing = requestAnimationFrame(frame);
      return undefined;
    };
    this.playing = requestAnimationFrame(frame);
    this.name("❚❚ Pause", "Pause");
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.name("▶ Play", "Play");
  }

  name(text, label) {
    this.play.textContent = text;
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
  }

  // Who does what, in rows of a list.
  told(moment) {
    const nobody = moment.kind === "end" ? "nobody: it is over" : "nobody: the loop is idle";
    const always = moment.blocked.length ? ["ready", "waiting"] : ["runs", "ready", "waiting"];
    const isTold = ([what, state]) => moment[state].length || always.includes(what);
    return WHAT.filter(isTold).map(([what, state]) => {
      const lanes = moment[state];
      const shown = lanes.slice(0, lanes.length > 12 ? 11 : 12).map((lane) => this.named(lane, moment.standings.get(lane)));
      const rest = lanes.length > 12 && make("span", `and ${lanes.length - 11} more`);
      return make(`div.state.${what}`, make("dt", what), make("dd", lanes.length ? [...shown, rest] : what === "runs" ? nobody : "nobody"));
    });
  }

  named(lane, { place, how }) {
    return make("span.task", this.lanes[lane].name, place !== 0 && make("small", `${how === 1 ? "from " : ""}${whereIs(place)}`));
  }
}
