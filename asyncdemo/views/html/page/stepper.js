// Steps through the moments of a run, and plays them.

const SPEEDS = [1, 1 / 4, 1 / 20, 1 / 100];

// Where every lane stands at each moment, from what changes: only the current one is kept.
class Moments {
  constructor({ moments }) {
    this.all = moments.map(([index, at, kind, lane, printed, until, changes]) => ({ index, at, kind, lane, printed, until, changes }));
    this.rewind();
  }

  rewind() {
    this.position = -1;
    this.standings = new Map();
  }

  // Gives the moment with {lane: {state, since, place, how}} of all that are there.
  goTo(position) {
    if (position < this.position) this.rewind();
    while (this.position < position) {
      this.position += 1;
      for (const [lane, state, since, place, how] of this.all[this.position].changes) {
        if (state === undefined) this.standings.delete(lane);
        else this.standings.set(lane, { state, since, place, how });
      }
    }
    const lanes = [...this.standings.keys()].sort((one, other) => one - other);
    const [unknown, running, ready, waiting, blocked] = [-1, 0, 1, 2, 3].map((state) => lanes.filter((lane) => this.standings.get(lane).state === state));
    ready.sort((one, other) => this.standings.get(one).since - this.standings.get(other).since);
    return { ...this.all[position], standings: this.standings, unknown, running, ready, waiting, blocked };
  }

  // The last moment that is not after a time.
  at(time) {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].at <= time) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

class Stepper {
  // `show` is called with the current moment, or null for none.
  constructor(run, lanes, show) {
    Object.assign(this, { run, lanes, show, playing: null, position: -1 });
    this.moments = new Moments(run.stepping);
    const { length } = this.moments.all;
    const button = (text, label, onclick) => make("button", { type: "button", "aria-label": label, title: label, onclick }, text);
    this.play = button("▶ Play", "Play", () => (this.playing ? this.stop() : this.start()));
    this.slider = make("input", { type: "range", min: -1, max: length - 1, value: -1, "aria-label": "Moment", oninput: () => this.go(Number(this.slider.value)) });
    this.count = make("output", { class: "count" });
    this.speed = make("select", { "aria-label": "Speed" }, ...SPEEDS.map((speed) => make("option", { value: speed }, speed === 1 ? "as it happened" : `${1 / speed} times slower`)));
    this.speed.value = String(SPEEDS.find((speed) => run.took / speed > 4e6) ?? SPEEDS.at(-1));
    this.now = make("dl", { class: "now" });
    this.hint = make("p", { class: "dim" }, "Step, play, or press the time of a line of output: then every task stands here and in the code.");
    this.bar = make("div", { class: "stepper", role: "group", "aria-label": "Step through it" },
      button("|◀", "To the beginning", () => this.go(0)), button("◀", "One step back", () => this.go(this.position - 1)),
      this.play, button("▶", "One step on", () => this.go(this.position + 1)), button("▶|", "To the end", () => this.go(length - 1)),
      this.slider, this.count, this.speed);
    this.update(null);
  }

  go(position, { still = false } = {}) {
    if (!still) this.stop();
    const { length } = this.moments.all;
    this.position = Math.max(-1, Math.min(length - 1, position));
    this.slider.value = String(this.position);
    this.update(this.position < 0 ? null : this.moments.goTo(this.position));
  }

  start() {
    const { all } = this.moments;
    const from = this.position < 0 || this.position === all.length - 1 ? 0 : all[this.position].at;
    const began = performance.now();
    const speed = Number(this.speed.value);
    const frame = () => {
      const time = from + (performance.now() - began) * 1000 * speed;
      const position = this.moments.at(time);
      if (position !== this.position) this.go(position, { still: true });
      this.show(undefined, time);
      this.playing = position < all.length - 1 ? requestAnimationFrame(frame) : null;
      if (!this.playing) this.stop();
    };
    this.playing = requestAnimationFrame(frame);
    this.play.textContent = "❚❚ Pause";
    this.play.setAttribute("aria-label", "Pause");
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.play.textContent = "▶ Play";
    this.play.setAttribute("aria-label", "Play");
  }

  update(moment) {
    const { of } = this.run.stepping;
    this.count.textContent = moment ? `${(moment.index + 1).toLocaleString("en")} of ${of.toLocaleString("en")} · ${seconds(moment.at, this.run.length)}` : plural(of, "moment");
    this.slider.setAttribute("aria-valuetext", this.count.textContent);
    this.now.replaceChildren(...(moment ? this.told(moment) : []));
    this.hint.hidden = moment !== null;
    this.show(moment);
  }

  told(moment) {
    const named = (lane) => {
      const { place, how } = moment.standings.get(lane) ?? { place: 0 };
      const where = place === 0 ? "" : ` ${how === 1 ? "from " : ""}${whereIs(place)}`;
      return make("span", { class: "task" }, this.lanes[lane].name, where ? make("small", {}, where) : null);
    };
    const some = (lanes) => (lanes.length > 12 ? [...lanes.slice(0, 11).map(named), make("span", {}, `and ${lanes.length - 11} more`)] : lanes.map(named));
    const nobody = moment.kind === "end" ? "nobody: it is over" : "nobody: the loop is idle";
    const rows = [["blocks", moment.blocked], ["runs", moment.running], ["ready", moment.ready], ["waiting", moment.waiting], ["unknown", moment.unknown]]
      .filter(([what, who]) => who.length || what === "ready" || what === "waiting" || (what === "runs" && !moment.blocked.length))
      .map(([what, who]) => [what, who.length ? some(who) : [what === "runs" ? nobody : "nobody"]]);
    return rows.map(([what, who]) => make("div", { class: `state ${what}` }, make("dt", {}, what), make("dd", {}, ...who)));
  }
}
