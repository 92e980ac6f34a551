"""The variants of a scenario with their lanes, one below the other, on one axis."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asyncdemo.analysis.lane_drawing import chart, length
from asyncdemo.analysis.lanes import FEWEST
from asyncdemo.analysis.task_names import names, overlap, shown_tasks
from asyncdemo.catalogue.script_source import docstring
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import Task, Timeline
from asyncdemo.views import wording
from asyncdemo.views.terminal.bars import Drawn, Row, legend
from asyncdemo.views.terminal.lanes import incomplete_rows, lane_rows, name_cells, own_axis, scale_row, wrapped_parts
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells, cut


class _Variant(NamedTuple):
    run: Run
    title: str
    timeline: Timeline
    tasks: Sequence[Task]
    names: Mapping[int, str]


def variant_rows(
    page: Page, runs: Sequence[Run], titles: Sequence[str], *, room: int | None, show: bool | None
) -> list[Row]:
    """Give the lanes of all runs in `room` rows at most (None: no folding); none where a run has nothing to show.

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
    said = cut(page.shown(summary), room, page.glyphs["more"])
    gaps = " " * (width - cells(variant.title)), " " * (room + 2 - cells(said))
    return (variant.title, "title"), gaps[0], said, gaps[1], (total, "title")
