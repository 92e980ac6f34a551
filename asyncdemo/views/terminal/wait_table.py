"""The table of where a run waited: the line, for what, how often, how long, how many at once."""

import os
from collections.abc import Sequence

from asyncdemo.analysis.wait_times import WaitTime
from asyncdemo.model.recording import Subject
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut

_NUMBERS = f"{'times':>7}{'total':>9}{'longest':>9}{'at once':>9}"
_LEAST = 14  # cells for the line, and for what it waits
_LINES = 2  # lines that led there, at most


def wait_rows(page: Page, rows: Sequence[WaitTime], subject: Subject, most: int | None) -> list[tuple[Part, ...]]:
    """The table, `most` of its rows (None: all) with how many others there are."""
    shown = rows if most is None or len(rows) <= most else rows[: max(1, most - 1)]
    room = page.width - 1 - len(_NUMBERS) - 2
    places = [page.shown(line_names([*row.through, (row.path, row.line)], subject)) for row in shown]
    column = min(max(_LEAST, *map(cells, places)), max(_LEAST, room - _LEAST))
    table: list[tuple[Part, ...]] = [(("where it waited".ljust(column + 1), "title"), (_NUMBERS, "dim"))]
    for place, row in zip(places, shown, strict=True):
        numbers = f"{row.times:>7}{wording.seconds(row.total):>9}{wording.seconds(row.longest):>9}{row.at_once:>9}  "
        name = cut(place, column, page.glyphs["more"])
        wait = cut(page.shown(row.wait), max(_LEAST, room - column), page.glyphs["more"])
        table.append((name + " " * (column + 1 - cells(name)), numbers, (wait, "dim" if row.for_tasks else "")))
    if len(shown) < len(rows):
        table.append(((f"{page.glyphs['more']} {len(rows) - len(shown)} more lines: {page.unfold}", "dim"),))
    return table


def line_names(chain: Sequence[tuple[str, int]], subject: Subject) -> str:
    """A line with those that led to it, the outermost first, the file named where it changes."""
    named: list[str] = []
    before = None
    for path, line in chain[-1 - _LINES :]:
        named.append(f"{_name(path, subject)}:{line}" if path != before else str(line))
        before = path
    return " > ".join(named)


def _name(path: str, subject: Subject) -> str:
    """A file by its path from here; one that lies elsewhere by its name alone."""
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118  # a name to compare with, not a file
    path = (subject.path or path) if path == subject.ran else path
    return path.removeprefix(here) if path.startswith(here) else os.path.basename(path)  # noqa: PTH119
