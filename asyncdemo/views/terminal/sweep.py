"""A sweep over several targets: a table with a row for each value, and a plot of the times."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.comparison.result import Comparison, Contestant, Sweep, curve, is_number
from asyncdemo.views import verdicts, wording
from asyncdemo.views.plot import Scale, scale
from asyncdemo.views.terminal.bars import Row, joined
from asyncdemo.views.terminal.contestants import STYLES
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells, cut

MARKS = "ox+*#@%&=~"  # one for each contestant, at most ten
_LEAST, _MOST = 4, 9  # rows of the plot without its axis
_WIDEST = 72  # cells of it


class _Column(NamedTuple):
    """The times of one contestant, with its heading; `width` with the blanks before it."""

    heading: str
    times: list[str]
    width: int


def sweep_rows(page: Page, sweep: Sweep, room: int | None) -> list[Row]:
    """Give the table, and where all values are numbers the plot, in so many rows (None: as many as it takes)."""
    table = _table_rows(page, sweep, full=room is None)
    height = _MOST if room is None else min(_MOST, room - len(table) - 4)
    plot = _plot(page, sweep, height) if height >= _LEAST else []
    return [*table, (), *plot] if plot else table


def _table_rows(page: Page, sweep: Sweep, *, full: bool) -> list[Row]:
    """As many contestants as there is room for beside each other; the others below (`full`), or how many they are."""
    values = [_value(page, value) for value in sweep.values]
    first = max(map(cells, [_value(page, sweep.parameter), *values]))
    blocks: list[list[_Column]] = [[]]
    for column in _columns(page, sweep):
        if blocks[-1] and first + sum(each.width for each in blocks[-1]) + column.width > page.width - 1:
            blocks.append([])
        blocks[-1].append(column)
    rows: list[Row] = []
    for block in blocks if full else blocks[:1]:
        rows += [*([()] if rows else []), *_block(page, sweep, values, block, first)]
    left_out = sum(map(len, blocks[1:]))
    if left_out and not full:
        rows.append(((f"{page.glyphs['more']} {left_out} more contestants: --full", "dim"),))
    return rows


def _columns(page: Page, sweep: Sweep) -> Iterator[_Column]:
    for number, name in enumerate(sweep.ids):
        heading = f"{cut(page.shown(name), 14, page.glyphs['more'])} ({MARKS[number]})"
        times = [_time(point.contestants[number]) for point in sweep.points]
        yield _Column(heading, times, max(map(cells, [heading, *times])) + 2)


def _block(page: Page, sweep: Sweep, values: Sequence[str], columns: Sequence[_Column], first: int) -> list[Row]:
    """The values, the times, and of two contestants what came of it where there is room."""
    room = page.width - 1 - first - sum(column.width for column in columns) - 3
    title = ""
    if len(sweep.ids) == 2:
        other = sweep.ids[1 - sweep.points[0].baseline]
        title = page.shown(f"{other} against {sweep.points[0].compared_with.id}")
        title = next((each for each in (f"{title} ({verdicts.INTERVAL})", title) if cells(each) <= room), "")
    heading = _right(_value(page, sweep.parameter), first), *(_right(each.heading, each.width) for each in columns)
    rows: list[Row] = [(("".join(heading), "dim"), (f"   {title}", "dim"))]
    bracketed = False
    for index, (point, value) in enumerate(zip(sweep.points, values, strict=True)):
        numbers = "".join(_right(each.times[index], each.width) for each in columns)
        said, style = _against(point) if title else ("", "plain")
        said = next((each for each in (said, said.partition(" (")[0]) if cells(each) <= room), "")
        rows.append(((_right(value, first), "title"), numbers, "   ", (said, style)))
        bracketed = bracketed or said.endswith(")")
    return [*rows, ((verdicts.BRACKETS, "dim"),)] if bracketed and verdicts.INTERVAL not in title else rows


def _value(page: Page, value: object) -> str:
    """Give a value, or the parameter, as it stands in the table."""
    return cut(page.shown(verdicts.number(value)), 16, page.glyphs["more"])


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _time(contestant: Contestant) -> str:
    time = contestant.time
    if time is None:
        return "timed out" if contestant.outcome.kind == "timed-out" else "left out"
    return wording.seconds(time, min(3, wording.places(time)))


def _against(point: Comparison) -> tuple[str, str]:
    speedup = point.speedups[0]
    return (verdicts.relation(speedup) if speedup.pairs else "", STYLES.get(speedup.verdict, "plain"))


def _plot(page: Page, sweep: Sweep, height: int) -> list[Row]:
    """Draw the time of each contestant over the values."""
    columns = list(zip(*(point.contestants for point in sweep.points), strict=True))
    curves = [curve(sweep.values, column) for column in columns]
    if not all(map(is_number, sweep.values)) or not any(len(points) > 1 for points in curves):
        return []
    across = scale([float(value) for value in sweep.values])
    up = scale([time for points in curves for _, time in points], from_zero=True)
    labels = _labels(up, height)
    left = max(map(len, labels)) + 1
    width = min(page.width - 1 - left - 2, _WIDEST)
    grid = [[(" ", "plain")] * width for _ in range(height)]
    for number, points in enumerate(curves):
        for value, time in points:
            row, cell = height - 1 - round(up.part(time) * (height - 1)), round(across.part(value) * (width - 1))
            taken = grid[row][cell][0] != " "
            grid[row][cell + 1 if taken and cell + 1 < width else cell] = (MARKS[number], "accent")
    edge = page.glyphs["tick"]
    caption = cut(page.shown(_caption(sweep, across, up)), page.width - 1, page.glyphs["more"])
    rows: list[Row] = [((caption, "dim"),)]
    rows += [((f"{label:>{left}}{edge}", "dim"), *joined(drawn)) for label, drawn in zip(labels, grid, strict=True)]
    rows.append(((" " * (left + 1) + page.glyphs["rule"] * width, "dim"),))
    rows.append(((" " * (left + 1) + _numbers(sweep, across, width), "dim"),))
    return rows


def _labels(up: Scale, height: int) -> list[str]:
    """The time at the top, in the middle and at the bottom."""
    labels = [""] * height
    for row in {0, (height - 1) // 2, height - 1}:
        part = 1 - row / (height - 1)
        value = up.low * (up.high / up.low) ** part if up.logarithmic else up.low + (up.high - up.low) * part
        labels[row] = wording.seconds(value, min(3, wording.places(value)))
    return labels


def _caption(sweep: Sweep, across: Scale, up: Scale) -> str:
    kinds = {(True, True): ", both logarithmic", (True, False): ", which is logarithmic"}
    kind = kinds.get((across.logarithmic, up.logarithmic), ", times logarithmic" if up.logarithmic else "")
    return f"time over {sweep.parameter}{kind}"


def _numbers(sweep: Sweep, across: Scale, width: int) -> str:
    """The values below the axis, as far as they do not run into each other."""
    text = ""
    for value in sorted(sweep.values):
        said = verdicts.number(value)
        at = min(round(across.part(value) * (width - 1)), width - len(said))
        if not text or at > len(text):
            text = text.ljust(at) + said
    return text
