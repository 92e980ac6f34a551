"""The variants of a scenario, each run once, on one time axis. No speed-up: one run each shows none."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from asyncdemo.analysis.lane_drawing import bursts, chart, labels, length
from asyncdemo.analysis.lanes import FEWEST, Axis, scale
from asyncdemo.analysis.printed_lines import prints
from asyncdemo.analysis.task_names import names, overlap, shown_tasks
from asyncdemo.analysis.wait_times import waits
from asyncdemo.catalogue.script_source import docstring
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import Task, Timeline
from asyncdemo.views import wording
from asyncdemo.views.terminal.common_rows import next_rows, notes, paragraph, write_times, write_title
from asyncdemo.views.terminal.finding_rows import finding_rows
from asyncdemo.views.terminal.lane_rows import (
    Drawn,
    incomplete_rows,
    joined,
    lane_rows,
    legend,
    name_cells,
    own_axis,
    scale_row,
    wrapped_parts,
)
from asyncdemo.views.terminal.page import Page, Row
from asyncdemo.views.terminal.text import cells, cut, wrapped
from asyncdemo.views.variant_runs import Moment, folded, moments, own_lines, same_work

_TIMES = 21  # cells of the two columns at the right


def bar_rows(page: Page, runs: Sequence[Run], names: Sequence[str]) -> list[Row]:
    """A bar for each run, as long as its script's own time, below an axis.

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


class _Variant(NamedTuple):
    run: Run
    title: str
    timeline: Timeline
    tasks: Sequence[Task]
    names: Mapping[int, str]


def variant_rows(
    page: Page, runs: Sequence[Run], titles: Sequence[str], *, room: int | None, show: bool | None
) -> list[Row]:
    """The lanes of all runs in `room` rows at most (None: no folding); none where a run has nothing to show.

    `show` None: where in each of them at least two tasks were there at the same time, and there is room for that.
    """
    variants = _variants(runs, titles, full=room is None)
    if show is False or len(variants) < len(runs) or not all(overlap(each.tasks) or show for each in variants):
        return []
    end = [row for each in variants for row in incomplete_rows(page, each.run, each.timeline, each.title)]
    rooms = _rooms([len(each.tasks) for each in variants], None if room is None else room - 2 * len(runs) - len(end))
    if rooms is None and not show:
        return []
    width = max(max(name_cells(page, each.tasks, each.names), cells(each.title) + 2) for each in variants)
    rows, parts = _rows(page, variants, rooms or [FEWEST] * len(runs), width)
    unsaid = wrapped_parts(page, legend(page, parts))
    return [*rows, *(unsaid if room is None or len(rows) + len(unsaid) + len(end) <= room else []), *end]


def _variants(runs: Sequence[Run], titles: Sequence[str], *, full: bool) -> list[_Variant]:
    """Those of which at least one task was seen."""
    variants = []
    for run, title in zip(runs, titles, strict=True):
        tasks = [] if run.timeline is None else shown_tasks(run.timeline, full=full)
        if run.timeline is not None and tasks:
            variants.append(_Variant(run, title, run.timeline, tasks, names(tasks)))
    return variants


def _rooms(needed: Sequence[int], room: int | None) -> list[int | None] | None:
    """Share the rows for lanes: who needs less gets less. None where there are too few."""
    rooms: list[int | None] = [None] * len(needed)
    left = room
    for served, index in enumerate(sorted(range(len(needed)), key=needed.__getitem__)):
        if left is not None:
            rooms[index] = most = min(needed[index], left // (len(needed) - served))
            if most < min(needed[index], FEWEST):
                return None
            left -= most
    return rooms


def _rows(
    page: Page, variants: Sequence[_Variant], rooms: Sequence[int | None], width: int
) -> tuple[list[Row], list[Drawn]]:
    """The axis, then each variant with its lanes; and all that is drawn on these."""
    seconds = max(length(each.run) for each in variants) or 1.0
    rows, parts = [scale_row(own_axis(page, variants[0].run, width, seconds), width)], list[Drawn]()
    for each, room in zip(variants, rooms, strict=True):
        axis = own_axis(page, each.run, width, seconds)
        found = chart(each.run, each.timeline, each.tasks, each.names, axis)
        lanes, drawn = lane_rows(page, found, found.folded(room), width)
        rows += [_heading(page, each, width), *lanes, ()]
        parts += drawn
    return rows[:-1], parts


def _heading(page: Page, variant: _Variant, width: int) -> Row:
    """The variant's title, what it is about, and the script's own time."""
    total = wording.seconds(variant.run.seconds.script)
    room = page.width - 1 - width - len(total) - 2
    summary = docstring(variant.run.subject.source or "").strip().partition("\n")[0]
    said = page.cut(summary, room)
    gaps = " " * (width - cells(variant.title)), " " * (room + 2 - cells(said))
    return (variant.title, "title"), gaps[0], said, gaps[1], (total, "title")


ROWS = 22  # of the default view
FRAME = 8  # of these for title, rule, axis, heading, next step, and the blank rows between
LANES_FRAME = 5  # of these for title, rule, next step, and the blank rows around the end, where lanes are shown
FINDINGS = 4  # rows of the default view
FEW = 3  # rows of output that there is always room for
NARROWEST = 8  # cells of a column in which output can be shown
_TIME = 9  # cells


def write_variants(
    page: Page,
    title: str,
    summary: str,
    runs: Sequence[Run],
    *,
    next_step: tuple[str, str] | None,
    see_why: Callable[[Run], str] = lambda run: f"asyncdemo run {run.subject.target}",
    full: bool,
    timing: bool,
    timeline: bool | None = None,
) -> None:
    """Write all runs of a scenario: their lanes (`timeline` None: where all have some), else a bar for each.

    `see_why` gives the command that runs one of them, which has failed, alone and with the same options.
    """
    write_title(page, title, summary, "once each")
    found = finding_rows(page, runs, None if full else FINDINGS)
    end = [*_troubles(page, runs), *found, *(() if found else _sentence(page, runs))]
    names = [_name(page, run) for run in runs]
    failed = next((run for run in runs if not run.ok and run.outcome.kind != "interrupted"), None)
    if failed is not None:
        next_step = ("see why", see_why(failed))
    after = [] if next_step is None else next_rows(page, next_step)
    room = None if full else ROWS - LANES_FRAME - len(end) - (len(after) - 1)
    lanes = variant_rows(page, runs, names, room=room, show=timeline)
    page.write(lanes or bar_rows(page, runs, names))
    page.row()
    if not lanes:
        _write_output(page, runs, None if full else max(FEW, ROWS - FRAME - len(runs) - len(end) - (len(after) - 1)))
        page.row()
    page.write(end)
    if end:
        page.row()
    for run in runs if timing else ():
        page.row((_name(page, run), "title"))
        write_times(page, run)
        page.row()
    page.write(after)


def _name(page: Page, run: Run) -> str:
    return page.cut(run.subject.variant or run.subject.target, page.width // 4)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _write_output(page: Page, runs: Sequence[Run], most: int | None) -> None:
    """What they printed, in a column each."""
    column = (page.width - 1 - _TIME) // len(runs)
    if column < NARROWEST:
        page.write(paragraph(page, "too many to show side by side what they print", style="dim"))
        return
    happened = moments(runs)
    if not happened:
        page.row(("none of them printed anything", "dim"))
        return
    first, left_out, last = folded(happened, most or len(happened))
    page.row(("time".ljust(_TIME), "dim"), *((_fitted(page, _name(page, run), column), "dim") for run in runs))
    for moment in first:
        _write_row(page, moment, column, full=most is None)
    if left_out:
        page.row((f" {page.glyphs['more']:<{_TIME - 1}}{left_out} more rows: {page.unfold}", "dim"))
    for moment in last:
        _write_row(page, moment, column, full=most is None)


def _write_row(page: Page, row: Moment, column: int, *, full: bool) -> None:
    at = f"{wording.seconds(row.at):<{_TIME}}"
    if not full:
        page.row((at, "dim"), *(_first(page, lines, column) for lines in row.cells))
        return
    broken = [[part for line in lines for part in wrapped(page.shown(line), column - 2)] for lines in row.cells]
    for texts in zip_longest(*broken, fillvalue=""):
        page.row((at, "dim"), *(_fitted(page, text, column) for text in texts))
        at = " " * _TIME


def _first(page: Page, lines: Sequence[str], column: int) -> str:
    """The first of the lines, and how many more there are."""
    more = f" +{len(lines) - 1}" if len(lines) > 1 else ""
    text = page.cut(lines[0], column - 2 - len(more)) if lines else ""
    return _padded(text + more, column)


def _fitted(page: Page, text: str, column: int) -> str:
    return _padded(page.cut(text, column - 2), column)


def _troubles(page: Page, runs: Sequence[Run]) -> list[Row]:
    """How those ended that did not end as they should, and what could not be done or observed."""
    said = [f"{_name(page, run)}: {wording.outcome(run.outcome)}" for run in runs if not run.ok]
    rows = [row for each in said for row in paragraph(page, each, style="bad")]
    for note in dict.fromkeys(note for run in runs for note in notes(run)):
        names = [_name(page, run) for run in runs if note in notes(run)]
        whose = f"{', '.join(names)}: " if len(names) < len(runs) else ""
        rows += paragraph(page, whose + note, style="dim")
    return rows


def _sentence(page: Page, runs: Sequence[Run]) -> list[Row]:
    """What differs: the waiting, of those that do the same; else what they print."""
    if not all(run.ok for run in runs):
        return []
    alike = same_work(runs)
    times, waiting = [run.seconds.script for run in alike], [run.seconds.waiting for run in alike]
    said = wording.why_not_computing([_name(page, run) for run in alike], times, waiting)
    if len(alike) < 2:
        said = _what_they_print(page, runs)
    return paragraph(page, said) if said else []


def _what_they_print(page: Page, runs: Sequence[Run]) -> str | None:
    """The last line of each that the others do not print."""
    said = [
        f"{_name(page, run)}: {cut(page.shown(line), page.width // 3, page.glyphs['more'])}"
        for run, line in zip(runs, own_lines(runs), strict=True)
        if line is not None
    ]
    return f"What differs is what comes out. {'; '.join(said)}." if len(said) > 1 else None
