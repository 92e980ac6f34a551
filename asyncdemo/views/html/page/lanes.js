// The lanes of a run: times are whole microseconds from the script's first step.

const STATES = ["running", "ready", "waiting", "blocked"];
const SAID = ["runs", "cannot run", "waiting", "BLOCKS"];
const ENDS = { returned: "done", raised: "raised", cancelled: "cancelled", pending: "still there at the end" };

const NOWHERE = [0];

// `places` has for each place the key of its line, for what tasks wait there, and the lines that led there.
function decode(lane, places) {
  const count = lane.state.length;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    start += lane.start[index];
    starts[index] = start;
    ends[index] = start + lane.length[index];
  }
  const state = Uint8Array.from(lane.state, Number);
  let waits = 0;
  const woken = Int32Array.from(state, (each) => (each === 2 ? lane.woken[waits++] : -1));
  const at = lane.place.map((index) => (index < 0 ? NOWHERE : places[index])[0]);
  const wait = (index) => (lane.place[index] < 0 || state[index] !== 2 ? "" : (places[lane.place[index]][1] ?? ""));
  const chain = (index) => (lane.place[index] < 0 ? "" : (places[lane.place[index]][2] ?? whereIs(at[index])));
  return { ...lane, starts, ends, state, count, woken, at, wait, chain };
}

// The first span that ends after a moment.
function firstAfter(lane, moment) {
  let low = 0;
  let high = lane.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane.ends[middle] > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}

// The span at a moment, or the nearest that is no further away than `slack`; -1 if there is none.
function spanAt(lane, moment, slack = 0) {
  const index = firstAfter(lane, moment - slack);
  let best = -1;
  let least = slack;
  for (let each = index; each < lane.count && lane.starts[each] <= moment + slack; each += 1) {
    const distance = Math.max(lane.starts[each] - moment, moment - lane.ends[each], 0);
    if (distance <= least && (best < 0 || distance < least)) [best, least] = [each, distance];
    if (distance === 0) break;
  }
  return best;
}

function whereIs(at) {
  if (at === 0) return "";
  return typeof at === "number" ? `line ${at}` : at;
}

// How a task ended, and who did that.
function ending(lane) {
  return lane.cancelled ?? ENDS[lane.end] ?? "?";
}

// A span in words.
function described(lanes, number, index) {
  const lane = lanes[number];
  const [from, to] = [lane.starts[index], lane.ends[index]];
  const many = lane.merged[index];
  const wait = lane.wait(index);
  const said = wait.startsWith("awaits ") ? wait : wait ? `waiting: ${wait}` : SAID[lane.state[index]];
  const what = many ? `${plural(many, "short span")}, mostly ${said.toLowerCase()}` : said;
  const parts = [
    lane.name,
    what,
    `${seconds(from, to - from)} to ${seconds(to, to - from)}`,
    seconds(to - from),
    lane.chain(index),
    ...arrowsInWords(lanes, number, index),
    index === lane.count - 1 && lane.cancelled,
  ];
  return parts.filter(Boolean).join(" · ");
}

// Who woke whom: arrows between lanes, of one span or one step at a time; and the critical path.

const MOST_ARROWS = 100;

// The arrow to a span, from the lane whose step ended the wait before it, and those from it: {from, to, at}.
function arrowsOf(lanes, number, span) {
  const lane = lanes[number];
  const found = [];
  const wait = waitBefore(lane, span);
  if (wait >= 0 && lane.woken[wait] >= 0) found.push({ from: lane.woken[wait], to: number, at: lane.ends[wait] });
  if (lane.state[span] === 0 || lane.state[span] === 3) {
    for (let to = 0; to < lanes.length && found.length < MOST_ARROWS; to += 1) {
      const at = endOfWait(lanes[to], number, lane.starts[span], lane.ends[span]);
      if (at !== null) found.push({ from: number, to, at });
    }
  }
  return found.filter(({ from, to }) => from !== to);
}

// The wait from which a span came: itself, or that just before it or before it could run; -1 if there was none.
function waitBefore(lane, span) {
  for (let each = span; each >= Math.max(0, span - 2); each -= 1) {
    if (lane.state[each] === 2) return each;
    if (each < span && lane.state[each] !== 1) return -1;
  }
  return -1;
}

// When a wait of a lane ended that a step of another one has ended between two times; null if none did.
function endOfWait(lane, by, start, end) {
  for (let each = firstAfter(lane, start - 1); each < lane.count && lane.ends[each] <= end + 1; each += 1) {
    if (lane.state[each] === 2 && lane.woken[each] === by) return lane.ends[each];
  }
  return null;
}

function arrowsInWords(lanes, number, span) {
  const arrows = arrowsOf(lanes, number, span);
  const by = arrows.filter(({ to }) => to === number).map(({ from }) => lanes[from].name);
  const woken = arrows.filter(({ from }) => from === number).map(({ to }) => lanes[to].name);
  const names = woken.length > 4 ? [...woken.slice(0, 3), `${woken.length - 3} more`] : woken;
  return [by.length && `woken by ${by[0]}`, woken.length && `wakes ${names.join(", ")}`].filter(Boolean);
}

function middle(paint, lane) {
  return AXIS + lane * paint.row - paint.scroll + (paint.tall ? 26 : paint.row / 2);
}

function drawArrows(paint) {
  const { context, tint } = paint;
  context.fillStyle = context.strokeStyle = tint.accent;
  context.lineWidth = 2;
  for (const { from, to, at } of paint.arrows) {
    const place = x(paint, at);
    if (place < paint.left - 1 || place > paint.width) continue;
    const down = to > from ? 1 : -1;
    const [start, end] = [middle(paint, from), middle(paint, to) - down * 8];
    context.beginPath();
    context.moveTo(place, start);
    context.lineTo(place, end - down * 4);
    context.stroke();
    context.beginPath();
    context.arc(place, start, 3, 0, 7);
    context.fill();
    context.beginPath();
    context.moveTo(place, end);
    context.lineTo(place - 5, end - down * 8);
    context.lineTo(place + 5, end - down * 8);
    context.fill();
  }
}

// A thick line below the bars of the path, and thin ones where it goes from lane to lane.
function drawCritical(paint) {
  const { context, tint, critical, left, width } = paint;
  context.fillStyle = tint.path;
  const below = (lane) => AXIS + lane * paint.row - paint.scroll + (paint.tall ? 36 : paint.row - 4);
  critical.forEach(([lane, at, length], index) => {
    const start = Math.max(left, x(paint, at));
    const end = Math.min(width, x(paint, at + length));
    if (end < left || start > width) return;
    context.fillRect(start, below(lane), Math.max(2, end - start), 4);
    const next = critical[index + 1];
    if (!next || next[0] === lane) return;
    const [one, other] = [below(lane), below(next[0])];
    context.fillRect(end - 1, Math.min(one, other), 2, Math.abs(other - one) + 4);
  });
}
