"""How far a learner is: each stop with its mark, chapter by chapter."""

from collections.abc import Sequence
from itertools import groupby

from asyncdemo.tour.progress import Course, overall
from asyncdemo.tour.stop import Stop
from asyncdemo.views.terminal.code import Row
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_next
from asyncdemo.views.terminal.text import cells, cut

_GAP, _LONGEST = 3, len("right at first")  # cells
_STYLES = {None: "dim", "seen": "plain", "right later": "plain", "right at first": "good"}


def write_progress(page: Page, stops: Sequence[Stop], course: Course, again: str) -> None:
    """Write all stops, how many of them were seen and right, and the command that goes on."""
    for chapter, members in groupby(stops, key=lambda stop: stop.chapter):
        page.row((f"{chapter.number}  {cut(page.shown(chapter.title), page.width - 5, page.glyphs['more'])}", "title"))
        for row in progress_rows(page, [*members], course):
            page.row(*row)
    marks = [overall(course, stop.keys) for stop in stops]
    right = sum(mark in ("right later", "right at first") for mark in marks)
    page.row()
    page.row(f"{len(marks) - marks.count(None)} of {len(marks)} seen, {right} right")
    page.row()
    write_next(page, ("go on", again))


def progress_rows(page: Page, stops: Sequence[Stop], course: Course) -> list[Row]:
    """Give the stops, each with its mark."""
    room = page.width - 1 - 2 * _GAP - _LONGEST
    names = [cut(page.shown(stop.name), room, page.glyphs["more"]) for stop in stops]
    width = max(map(cells, names))
    rows: list[Row] = []
    for name, stop in zip(names, stops, strict=True):
        mark = overall(course, stop.keys)
        rows.append(("   ", name, " " * (width + 3 - cells(name)), (mark or "not yet", _STYLES[mark])))
    return rows
