"""The variants of a scenario with their lanes, one below the other, on one axis."""

from collections.abc import Sequence

from asyncdemo.catalogue.syntax import docstring
from asyncdemo.lanes.chart import chart, length
from asyncdemo.lanes.folding import FEWEST
from asyncdemo.lanes.naming import overlap, shown_tasks
from asyncdemo.recording import Run
from asyncdemo.spans import Task
from asyncdemo.views import wording
from asyncdemo.views.terminal.bars import Row
from asyncdemo.views.terminal.lanes import incomplete, lane_rows, name_cells, own_axis, scale_row
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import paragraph
from asyncdemo.views.terminal.text import cells, cut


def variant_rows(
    page: Page, runs: Sequence[Run], names: Sequence[str], *, room: int | None, show: bool | None
) -> list[Row]:
    """Give the lanes of all runs in `room` rows at most (None: no folding); none where a run has nothing to show.

    `show` None: where in each of them at least two tasks were there at the same time.
    """
    tasks = [_tasks(run, full=room is None) for run in runs]
    if show is False or not all(tasks if show else map(overlap, tasks)):
        return []
    names_width = max(name_cells(page, tasks), *(cells(name) + 2 for name in names))
    seconds = max(map(length, runs)) or 1.0
    end = [
        row
        for run, name in zip(runs, names, strict=True)
        if run.timeline is not None and not run.timeline.complete
        for row in paragraph(page, f"{name}: {incomplete(run, run.timeline)}", style="warn")
    ]
    rooms = _rooms([len(some) for some in tasks], None if room is None else room - 2 * len(runs) - len(end))
    if not show and any(
        most is not None and most < min(len(some), FEWEST) for most, some in zip(rooms, tasks, strict=True)
    ):
        return []
    rows = [scale_row(own_axis(page, runs[0], names_width, seconds), names_width)]
    for run, name, some, most in zip(runs, names, tasks, rooms, strict=True):
        if run.timeline is None:
            continue
        found = chart(run, run.timeline, some, own_axis(page, run, names_width, seconds))
        lanes, _ = lane_rows(page, found, found.folded(most), names_width)
        rows += [_heading(page, run, name, names_width), *lanes]
        rows.append(())
    return [*rows[:-1], *end]


def _tasks(run: Run, *, full: bool) -> list[Task]:
    return [] if run.timeline is None else shown_tasks(run.timeline, full=full)


def _rooms(needed: Sequence[int], room: int | None) -> list[int | None]:
    """Share the rows for lanes: who needs less gets less."""
    rooms: list[int | None] = [None] * len(needed)
    left = room
    for served, index in enumerate(sorted(range(len(needed)), key=needed.__getitem__)):
        if left is not None:
            rooms[index] = most = max(1, min(needed[index], left // (len(needed) - served)))
            left -= most
    return rooms


def _heading(page: Page, run: Run, name: str, names_width: int) -> Row:
    """The variant's name, what it is about, and the script's own time."""
    total = wording.seconds(run.seconds.script)
    width = page.width - 1 - names_width - len(total) - 2
    summary = docstring(run.subject.source or "").strip().partition("\n")[0]
    said = cut(page.shown(summary), width, page.glyphs["more"])
    gaps = " " * (names_width - cells(name)), " " * (width + 2 - cells(said))
    return (name, "title"), gaps[0], said, gaps[1], (total, "title")
