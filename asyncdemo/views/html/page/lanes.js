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
