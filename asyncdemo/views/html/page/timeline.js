// The timeline of a run: a canvas in a box that scrolls, with a pointer and a keyboard of its own.

class Timeline {
  // `tell` is called with a span {lane, span}, or null, and whether a person has chosen it.
  constructor(run, lanes, tell) {
    Object.assign(this, {
      run,
      lanes,
      tell,
      row: rowHeight(lanes),
      focus: null,
      hover: null,
      line: null,
      moment: null,
      steps: [],
      critical: null,
    });
    [this.from, this.to] = [0, Math.max(1, run.length) * 1.02];
    [this.first, this.last] = [this.from, this.to];
    this.least = Math.min(this.last, run.below ? run.below * 1000 : 20);
    this.words = [];
    for (const [at, stream, text, , lane] of run.said) {
      if (stream === "stdout" && text.trim())
        (this.words[run.lanes.length ? lane : 0] ??= []).push({ at, text: text.trim() });
    }
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.tall = make("div.tall", this.canvas);
    this.box = make("div.lanes", {
        tabindex: 0,
        role: "application",
        "aria-label": `Timeline of ${run.target}, ${plural(lanes.length, "lane")}`,
        "aria-roledescription": "timeline",
        "aria-describedby": "keys",
        onkeydown: (event) => this.press(event),
        onscroll: () => this.draw(),
        onwheel: (event) => this.wheel(event),
        onpointerdown: (event) => this.grab(event),
        onpointermove: (event) => this.point(event),
        onpointerleave: () => this.leave(),
        onpointerup: (event) => this.release(event),
      },
      this.tall,
    );
    new ResizeObserver(() => this.draw()).observe(this.box);
    for (const query of ["(prefers-color-scheme: dark)", "print"])
      matchMedia(query).addEventListener("change", () => this.draw());
  }

  get left() {
    return Math.max(64, Math.min(150, this.box.clientWidth * 0.22));
  }

  // Draws when the browser is about to paint, however often it is asked to.
  draw() {
    this.waits ??= requestAnimationFrame(() => this.drawNow());
  }

  drawNow(width = this.box.clientWidth) {
    cancelAnimationFrame(this.waits);
    this.waits = undefined;
    const printing = document.documentElement.classList.contains("printing");
    this.row = rowHeight(this.lanes, printing);
    const lanes = printing ? this.lanes.slice(0, ON_PAPER) : this.lanes;
    const whole = AXIS + lanes.length * this.row + 6;
    this.tall.style.height = `${whole}px`;
    const height = printing ? whole : Math.min(whole, this.box.clientHeight || 600);
    const ratio = devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    [this.canvas.style.width, this.canvas.style.height] = [`${width}px`, `${height}px`];
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const { words, from, to, row, line, moment, left, critical } = this;
    const focus = this.hover ?? this.focus;
    const shown = {
      lanes,
      words,
      from,
      to,
      row,
      line,
      moment,
      left,
      critical,
      arrows: focus ? arrowsOf(this.lanes, focus.lane, focus.span) : this.steps,
      width,
      end: this.run.took,
      height,
      right: 70,
      focus,
    };
    drawTimeline(context, { ...shown, scroll: printing ? 0 : this.box.scrollTop });
  }

  show(changes) {
    Object.assign(this, changes);
    this.draw();
  }

  // Shows the time from `from` on at a zoom, within what there is.
  look(from, wide) {
    const width = Math.min(this.last - this.first, Math.max(this.least, wide));
    this.from = Math.max(this.first, Math.min(this.last - width, from));
    this.to = this.from + width;
    this.draw();
  }

  zoom(factor, around = (this.from + this.to) / 2) {
    this.look(around - (around - this.from) / factor, (this.to - this.from) / factor);
  }

  // Brings a moment into sight.
  reveal(start, end = start) {
    const wide = this.to - this.from;
    if (end < this.from || start > this.to) this.look(start - wide / 4, wide);
  }

  time(event) {
    const across = event.clientX - this.box.getBoundingClientRect().left - this.left;
    return this.from + (across / this.across) * (this.to - this.from);
  }

  get across() {
    return this.box.clientWidth - this.left - 70;
  }

  under(event) {
    const down = event.clientY - this.box.getBoundingClientRect().top + this.box.scrollTop - AXIS;
    const lane = Math.floor(down / this.row);
    if (lane < 0 || lane >= this.lanes.length || event.clientX - this.box.getBoundingClientRect().left < this.left)
      return null;
    const span = spanAt(this.lanes[lane], this.time(event), (3 * (this.to - this.from)) / this.across);
    return span < 0 ? null : { lane, span };
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    const turned = event.deltaY || event.deltaX;
    if (event.shiftKey) this.look(this.from + (turned / this.across) * (this.to - this.from), this.to - this.from);
    else this.zoom(Math.exp(-turned / 300), this.time(event));
  }

  grab(event) {
    this.grip = { x: event.clientX, from: this.from };
  }

  point(event) {
    const wide = this.to - this.from;
    if (this.grip && event.buttons && Math.abs(event.clientX - this.grip.x) > 3 && wide < this.last - this.first) {
      this.look(this.grip.from - ((event.clientX - this.grip.x) / this.across) * wide, wide);
      this.grip.moved = true;
      return;
    }
    const hover = this.under(event);
    if (hover?.lane === this.hover?.lane && hover?.span === this.hover?.span) return;
    this.show({ hover });
    this.tell(hover ?? this.focus, false);
  }

  release(event) {
    if (!this.grip?.moved) this.choose(this.under(event));
    this.grip = null;
  }

  leave() {
    this.show({ hover: null });
    this.tell(this.focus, false);
  }

  choose(focus) {
    this.show({ focus, hover: null });
    if (focus) {
      const lane = this.lanes[focus.lane];
      this.reveal(lane.starts[focus.span], lane.ends[focus.span]);
      const top = focus.lane * this.row;
      const room = this.box.clientHeight - AXIS - this.row;
      this.box.scrollTop = Math.min(top, Math.max(this.box.scrollTop, top - room));
    }
    this.tell(focus, true);
  }

  press(event) {
    const now = this.focus ?? { lane: 0, span: -1 };
    const { count } = this.lanes[now.lane];
    const moves = {
      ArrowRight: () => this.go(now.lane, Math.min(count - 1, now.span + 1)),
      ArrowLeft: () => this.go(now.lane, Math.max(0, now.span - 1)),
      ArrowDown: () => this.beside(now, 1),
      ArrowUp: () => this.beside(now, -1),
      Home: () => this.go(now.lane, 0),
      End: () => this.go(now.lane, count - 1),
      "+": () => this.zoom(2, this.centre(now)),
      "-": () => this.zoom(0.5, this.centre(now)),
      0: () => this.look(this.first, this.last),
      Escape: () => this.choose(null),
    };
    moves["="] = moves["+"];
    if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key]();
  }

  go(lane, span) {
    if (span >= 0 && span < this.lanes[lane].count) this.choose({ lane, span });
  }

  // The span of the next lane at about the same moment.
  beside(now, step) {
    const moment = now.span < 0 ? 0 : this.lanes[now.lane].starts[now.span];
    for (let lane = now.lane + (now.span < 0 ? 0 : step); this.lanes[lane]; lane += step) {
      if (this.lanes[lane].count)
        return this.go(lane, Math.min(firstAfter(this.lanes[lane], moment), this.lanes[lane].count - 1));
    }
    return undefined;
  }

  centre({ lane, span }) {
    return span < 0 ? undefined : (this.lanes[lane].starts[span] + this.lanes[lane].ends[span]) / 2;
  }
}
