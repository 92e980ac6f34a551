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
