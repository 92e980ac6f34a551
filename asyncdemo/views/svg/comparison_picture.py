"""A comparison as a picture: how many times as fast each is, as a bar with its interval."""

from collections.abc import Iterator

from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Comparison, Contestant, SpeedUp, Sweep
from asyncdemo.views import verdicts, wording
from asyncdemo.views.svg.drawing import EDGE, WIDTH, bar, cut, opening, path, text
from asyncdemo.views.verdicts import Scale, scale

ROW, THICK = 76, 26  # pixels from row to row, and of a bar
TOP, HEADING, FOOT = 64, 46, 50  # pixels above the rows, above those of each value, and below all
LINE = 28  # pixels for each line of what is said below


def comparison_picture(compared: Comparison | Sweep) -> Iterator[str]:
    """The text of the picture, part by part."""
    points = compared.points
    heights = [(HEADING if point.parameters else 0) + ROW * len(point.contestants) for point in points]
    axis = _axis(points)
    below = _below(compared, axis)
    height = TOP + sum(heights) + FOOT + LINE * (len(below) - 1)
    title = (
        f"Speed against {points[0].compared_with.id}, {verdicts.INTERVAL}, {verdicts.number_of_rounds(compared.rounds)}"
    )
    yield opening(title, height)
    yield text(EDGE, 40, cut(title, 60), kind="title")
    y = float(TOP)
    for point, tall in zip(points, heights, strict=True):
        yield from _rows(point, axis, y)
        y += tall
    for number, said in enumerate(below):
        yield text(EDGE, y + 30 + LINE * number, cut(said, 90), kind="small")
    yield "</svg>\n"


def _below(compared: Comparison | Sweep, axis: Scale) -> list[str]:
    """What the picture has to be read with: its axis, what speaks against it, and how it was made."""
    logarithmic = ", the bars are logarithmic" if axis.logarithmic else ""
    caveat = next((caveat.said for caveat in caveats(compared) if caveat.matters), None)
    note = verdicts.stopping(compared.stopped, compared.rounds) or verdicts.left_out(compared) or caveat
    legend = f"the thin line: as fast as {compared.points[0].compared_with.id}{logarithmic}"
    return [legend, *([note] if note else []), verdicts.circumstances(compared)]


def _axis(points: tuple[Comparison, ...]) -> Scale:
    """An axis for all speed-ups, which begins at 0 or, where they differ much, is logarithmic."""
    ends = [1.0]
    for speedup in (each for point in points for each in point.speedups):
        ends += speedup.interval or ([speedup.speedup] if speedup.speedup else [])
    return scale(ends, from_zero=True)


def _rows(point: Comparison, axis: Scale, top: float) -> Iterator[str]:
    y = top
    for parameter, value in point.parameters.items():
        yield text(EDGE, y + 34, cut(f"{parameter} = {verdicts.number(value)}", 60), kind="title")
        y += HEADING
    against = {each.id: each for each in point.speedups}
    for contestant in point.contestants:
        yield from _row(contestant, against.get(contestant.id), axis, y)
        y += ROW


def _row(contestant: Contestant, speedup: SpeedUp | None, axis: Scale, y: float) -> Iterator[str]:
    """The name and what is said of it, and below that the bar with its interval."""
    said = wording.seconds(contestant.time, 3)
    said += "" if speedup is None else f", {verdicts.relation(speedup)}"
    yield text(EDGE, y + 22, cut(contestant.id, 36), kind="name")
    yield text(WIDTH - EDGE, y + 22, said, anchor="end")
    middle, width = y + 30 + THICK / 2, WIDTH - 2 * EDGE
    one = EDGE + axis.part(1.0) * width
    yield path(f"M{one:.1f} {middle - THICK / 2 - 4:.1f} v{THICK + 8}", "axis")
    ratio = 1.0 if speedup is None else speedup.speedup
    if ratio is not None:
        yield bar(EDGE, middle - THICK / 2, axis.part(ratio) * width, THICK)
    if speedup is not None and speedup.interval is not None:
        low, high = (EDGE + axis.part(end) * width for end in speedup.interval)
        ends = "".join(f" M{end:.1f} {middle - 9:.1f} v18" for end in (low, high))
        yield path(f"M{low:.1f} {middle:.1f} H{high:.1f}{ends}", "mark")
