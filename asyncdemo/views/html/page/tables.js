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
