// Draws lanes on a canvas: what is narrower than a pixel is drawn as one pixel, so the width bounds the work.

const AXIS = 26;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ground", "text", "dim", "rule", "accent", "lit", "bar", "path", ...STATES, "on-blocked", "on-running"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

const ON_PAPER = 80; // lanes, of which each takes 11 pixels of a page at least

// Pixels of a row.
function rowHeight(lanes, printing) {
  const room = lanes.length <= 16 ? 40 : lanes.length <= 60 ? 24 : 18;
  return printing ? Math.max(11, Math.min(room, Math.floor(900 / lanes.length))) : room;
}

function drawTimeline(context, scene) {
  const { width, height, lanes, row, scroll } = scene;
  const paint = { ...scene, context, tint: colours(), tall: row >= 40 };
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  drawAxis(paint);
  context.save();
  context.beginPath();
  context.rect(0, AXIS, width, height - AXIS);
  context.clip();
  const first = Math.max(0, Math.floor(scroll / row));
  const last = Math.min(lanes.length, Math.ceil((scroll + height) / row));
  for (let index = first; index < last; index += 1) drawLane(paint, index, AXIS + index * row - scroll);
  if (scene.critical) drawCritical(paint);
  drawArrows(paint);
  context.restore();
  if (scene.moment !== null) drawMoment(paint);
}

function x(scene, moment) {
  return scene.left + ((moment - scene.from) / (scene.to - scene.from)) * (scene.width - scene.left - scene.right);
}

function drawAxis(paint) {
  const { context, tint, from, to, width, height, left, right } = paint;
  const rough = (to - from) / Math.max(2, (width - left - right) / 90) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const places = Math.max(0, Math.min(6, -Math.floor(Math.log10(step / 1e6) + 1e-9)));
  context.textAlign = "center";
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const place = Math.round(x(paint, at)) + 0.5;
    context.fillStyle = tint.rule;
    context.fillRect(place - 0.5, AXIS - 4, 1, height - AXIS + 4);
    context.fillStyle = tint.dim;
    context.fillText(`${(at / 1e6).toFixed(places)}${at + step > to ? " s" : ""}`, place, AXIS / 2);
  }
  context.textAlign = "left";
}

function drawLane(paint, index, top) {
  const { context, tint, lanes, row, left, width, right, focus } = paint;
  const lane = lanes[index];
  if (focus && focus.lane === index) {
    context.fillStyle = tint.lit;
    context.fillRect(0, top, width, row);
  }
  context.fillStyle = tint.text;
  context.fillText(fitted(context, lane.name, left - 12), 4, top + row / 2 + (paint.tall ? 6 : 0));
  context.save();
  context.beginPath();
  context.rect(left, top, width - left, row);
  context.clip();
  drawLife(paint, lane, top);
  drawSpans(paint, lane, index, top);
  const said = paint.tall ? drawWords(paint, index, top) : null;
  if (lane.end !== "returned" || said === null || said < x(paint, lane.ended) - 1) drawEnd(paint, lane, top);
  context.restore();
}

// From when to when it was there: all that is known of a lane without spans.
function drawLife(paint, lane, top) {
  const { context, tint } = paint;
  const start = Math.max(x(paint, lane.made), paint.left - 9);
  const wide = Math.min(x(paint, lane.ended ?? paint.end), paint.width + 9) - start;
  const y = top + (paint.tall ? 18 : 4);
  const height = paint.tall ? 16 : Math.max(8, paint.row - 8);
  context.fillStyle = context.strokeStyle = tint.bar;
  context.lineWidth = 1.5;
  if (lane.count) context.fillRect(start, Math.round(y + height / 2) - 0.5, wide, 1);
  else context.strokeRect(start, y + 1, wide, height - 2);
}

function drawSpans(paint, lane, number, top) {
  const { from, to, focus, line } = paint;
  const pixel = (to - from) / (paint.width - paint.left - paint.right);
  let index = firstAfter(lane, from);
  while (index < lane.count && lane.starts[index] < to) {
    let [start, end, shown] = [lane.starts[index], lane.ends[index], index];
    let next = index + 1;
    if (end - start < pixel) {
      // All that ends within this pixel: one of the longest of them stands for it.
      next = Math.max(next, firstAfter(lane, start + pixel));
      for (let each = index; each < Math.min(next, index + 8); each += 1) {
        if (lane.ends[each] - lane.starts[each] > lane.ends[shown] - lane.starts[shown]) shown = each;
      }
      end = start + pixel;
    }
    const chosen = focus && focus.lane === number && focus.span >= index && focus.span < next;
    const dimmed = line !== null && !within(lane, index, next, line);
    drawSpan(
      paint,
      lane,
      shown,
      Math.max(x(paint, start), paint.left - 9),
      Math.min(x(paint, end), paint.width + 9),
      top,
      { chosen, dimmed },
    );
    index = next;
  }
}

function within(lane, index, next, line) {
  for (let each = index; each < next; each += 1) if (lane.at[each] === line) return true;
  return false;
}

function drawSpan(paint, lane, index, start, end, top, { chosen, dimmed }) {
  const { context, tint } = paint;
  const state = lane.state[index];
  const height = paint.tall ? 16 : Math.max(8, paint.row - 8);
  const y = top + (paint.tall ? 18 : 4);
  const wide = Math.max(1, end - start);
  context.globalAlpha = dimmed ? 0.25 : 1;
  context.fillStyle = context.strokeStyle = tint[STATES[state]];
  if (state === 2) drawWaiting(context, start, wide, y, height);
  else if (state === 1) drawReady(context, start, wide, y, height, tint.ground);
  else context.fillRect(start, y, wide, height);
  if (lane.merged[index]) {
    context.fillStyle = tint.dim;
    context.fillRect(start, y + height + 1, wide, 1);
  }
  label(paint, lane.wait(index) || SAID[state], state, Math.max(start, paint.left), Math.min(end, paint.width - 2), y, height);
  context.globalAlpha = 1;
  if (chosen) {
    context.strokeStyle = tint.text;
    context.lineWidth = 2;
    context.strokeRect(start - 1, y - 2, wide + 2, height + 4);
  }
}

function drawWaiting(context, start, wide, y, height) {
  const middle = Math.round(y + height / 2);
  context.fillRect(start, middle - 1, wide, 2);
  if (wide > 4) {
    context.fillRect(start, y + 3, 1.5, height - 6);
    context.fillRect(start + wide - 1.5, y + 3, 1.5, height - 6);
  }
}

function drawReady(context, start, wide, y, height, ground) {
  const colour = context.fillStyle;
  context.fillStyle = ground;
  context.fillRect(start, y, wide, height);
  context.fillStyle = colour;
  context.globalAlpha *= 0.35;
  context.fillRect(start, y, wide, height);
  context.globalAlpha /= 0.35;
  context.fillStyle = hatched(context, colour);
  context.fillRect(start, y, wide, height);
}

const patterns = new Map();

function hatched(context, colour) {
  if (!patterns.has(colour)) {
    const tile = new OffscreenCanvas(8, 8);
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = 1.6;
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
    patterns.set(colour, context.createPattern(tile, "repeat"));
  }
  return patterns.get(colour);
}

function label(paint, said, state, start, end, y, height) {
  if (end - start < 40 || height < 11) return;
  const { context, tint } = paint;
  context.font = state === 3 ? "bold 11px system-ui, sans-serif" : "11px system-ui, sans-serif";
  const fits = (text) => context.measureText(text).width + 16 < end - start;
  said = [said, said.replace(/ [(].*/, ""), SAID[state]].find(fits) ?? SAID[state];
  const wide = context.measureText(said).width;
  if (end - start > wide + 16) {
    const place = (start + end - wide) / 2;
    if (state === 1 || state === 2) {
      context.fillStyle = tint.ground;
      context.fillRect(place - 4, y, wide + 8, height);
    }
    context.fillStyle = state === 3 ? tint["on-blocked"] : state === 0 ? tint["on-running"] : tint.text;
    context.fillText(said, place, y + height / 2 + 0.5);
  }
  context.font = "12px system-ui, sans-serif";
}

function drawEnd(paint, lane, top) {
  if (lane.ended === null || !lane.end || lane.end === "pending") return;
  const said = ENDS[lane.end];
  const place = x(paint, lane.ended) + 5;
  if (place < paint.left || place + paint.context.measureText(said).width > paint.width) return;
  paint.context.fillStyle = paint.tint.dim;
  paint.context.fillText(said, place, top + paint.row / 2 + (paint.tall ? 6 : 0));
}

// What was printed, above the bar at its moment, as far as there is room up to the next. Gives where the last stands.
function drawWords(paint, index, top) {
  const { context, tint } = paint;
  const words = paint.words[index] ?? [];
  let free = paint.left;
  let last = null;
  words.forEach((word, position) => {
    const place = x(paint, word.at);
    if (place < paint.left - 1 || place > paint.width) return;
    context.fillStyle = tint.accent;
    context.fillRect(Math.round(place) - 0.5, top + 5, 1.5, 12);
    const next = position + 1 < words.length ? x(paint, words[position + 1].at) : paint.width;
    const start = Math.max(place + 4, free);
    const said = fitted(context, word.text, Math.min(next, paint.width) - start - 4);
    if (said.length > 1 && start - place < 24) {
      context.fillStyle = tint.text;
      context.fillText(said, start, top + 10);
      last = start + context.measureText(said).width;
      free = last + 6;
    }
  });
  return last;
}

function drawMoment(paint) {
  const place = x(paint, paint.moment);
  if (place < paint.left - 1 || place > paint.width) return;
  paint.context.fillStyle = paint.tint.accent;
  paint.context.fillRect(place - 1, AXIS - 6, 2, paint.height);
  paint.context.beginPath();
  paint.context.arc(place, AXIS - 8, 5, 0, 7);
  paint.context.fill();
}

function fitted(context, text, room) {
  if (room < 8) return "";
  let said = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  while (said.length > 1 && context.measureText(said).width > room)
    said = `${said.slice(0, said.endsWith("…") ? -2 : -1)}…`;
  return said;
}
