// The lanes of a run: times are whole microseconds from the script's first step.

const STATES = ["running", "ready", "waiting", "blocked"];
const SAID = ["runs", "cannot run", "waiting", "BLOCKS"];
const ENDS = { returned: "done", raised: "raised", cancelled: "cancelled", pending: "still there at the end" };

function decode(lane) {
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
  return { ...lane, starts, ends, state, count };
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

// A span in words.
function described(lane, index) {
  const [from, to] = [lane.starts[index], lane.ends[index]];
  const many = lane.merged[index];
  const what = many
    ? `${plural(many, "short span")}, mostly ${SAID[lane.state[index]].toLowerCase()}`
    : SAID[lane.state[index]];
  const parts = [
    lane.name,
    what,
    `${seconds(from, to - from)} to ${seconds(to, to - from)}`,
    seconds(to - from),
    whereIs(lane.at[index]),
  ];
  return parts.filter(Boolean).join(" · ");
}
