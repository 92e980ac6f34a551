"""The variants of a scenario as a bar each, on one axis, with what they printed at its moment."""

from collections.abc import Sequence

from asyncdemo.analysis.lane_drawing import bursts, labels, length
from asyncdemo.analysis.lanes import Axis, scale
from asyncdemo.analysis.printed_lines import prints
from asyncdemo.analysis.wait_times import waits
from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.terminal.bars import Row, joined
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells

_TIMES = 21  # cells of the two columns at the right


def bar_rows(page: Page, runs: Sequence[Run], names: Sequence[str]) -> list[Row]:
    """Give a bar for each run, as long as its script's own time, below an axis.

    At its right is how many tasks waited at once, where that is known of any of them, else for how long it waited.
    """
    column = max(7, *map(cells, names)) + 1
    seconds = max(map(length, runs)) or 1.0
    width = max(10, page.width - 1 - column - _TIMES)
    most = [None if found is None else found.at_once for found in map(waits, runs)]
    known = any(run.timeline is not None and count for run, count in zip(runs, most, strict=True))
    heading = f"{'script':>12}{'at once' if known else 'waiting':>9}"
    numbers = scale(seconds, width, width + 5).ljust(width)
    rows: list[Row] = [(" " * column, (numbers + heading[len(numbers) - width :], "dim"))]
    for run, name, count in zip(runs, names, most, strict=True):
        zero = run.seconds.zero or 0.0
        bar = _bar(page, run, Axis(zero, zero + seconds, width))
        gaps = " " * (column - cells(name)), " " * (width + 1 - len(bar))
        second = ("?" if count is None else str(count)) if known else wording.share(run.seconds.waiting_share)
        times = f"{wording.seconds(run.seconds.script):>11}{second:>9}"
        rows.append(((name, "title"), gaps[0], *joined(bar), gaps[1], times))
    return rows


def _bar(page: Page, run: Run, axis: Axis) -> list[tuple[str, str]]:
    """Text and style for each cell."""
    stop = max(1, round(length(run) * axis.cells / (axis.end - axis.start)))
    some = [burst._replace(cell=min(burst.cell, stop - 1)) for burst in bursts(prints(run.output), axis)]
    row = [(page.glyphs["line"], "accent")] * stop
    for burst, label in zip(some, labels(some, stop, lambda text: cells(page.shown(text))), strict=True):
        text = page.shown(label)
        row[burst.cell] = page.glyphs["tick"], "accent"
        row[burst.cell + 1 : burst.cell + 1 + cells(text)] = (
            [(text, "plain"), *[("", "plain")] * (cells(text) - 1)] if text else []
        )
    return row
