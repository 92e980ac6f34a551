"""Tables of the lines that took a program's time: what held the loop, and where it waited."""

import os
from collections.abc import Sequence

from asyncdemo.analysis.held_loop import Held, call_of
from asyncdemo.analysis.wait_times import WaitTime
from asyncdemo.model.recording import Subject
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut

_HELD_NUMBERS = f"{'times':>7}{'total':>9}{'longest':>9}"
_LATE = 6  # cells
_STATE = 11  # cells
_LEAST_CALL = 8  # cells for a call


def held_rows(page: Page, rows: Sequence[Held], subject: Subject, most: int | None) -> list[tuple[Part, ...]]:
    """Give the table, `most` of its lines (None: all) with what is said of the others."""
    shown = rows if most is None or len(rows) <= most else rows[: max(1, most - 1)]
    late = max(_LATE, *(1 + len(str(row.late)) for row in shown))
    room = page.width - 1 - len(_HELD_NUMBERS) - late - 2 - _STATE
    widest = room // 2 if room // 2 >= _LEAST_CALL else room
    places = [_within(page, _held_place(row, subject), max(13, widest)) for row in shown]
    column = max(13, *map(cells, places))
    call = room - column
    heading = f"{_HELD_NUMBERS}{'late':>{late}}"
    table: list[tuple[Part, ...]] = [(("held the loop".ljust(column), "title"), (heading, "dim"))]
    for place, row in zip(places, shown, strict=True):
        total, longest = wording.seconds(row.total), wording.seconds(row.longest)
        numbers = f"{row.times:>7}{total:>9}{longest:>9}{row.late:>{late}}  "
        state: Part = (row.state.ljust(_STATE), "bad" if row.state == "blocked" else "warn")
        text = cut(page.shown(call_of(row, subject)), call, page.glyphs["more"]) if call >= _LEAST_CALL else ""
        table.append((place.ljust(column - cells(place) + len(place)), numbers, state, text))
    if len(shown) < len(rows):
        table.append(((f"{page.glyphs['more']} {len(rows) - len(shown)} more lines: {page.unfold}", "dim"),))
    return table


def _held_place(row: Held, subject: Subject) -> str:
    path = (subject.path or row.path) if row.path == subject.ran else row.path
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118  # a name to compare with, not a file
    return f"{path.removeprefix(here)}:{row.line}"


def _within(page: Page, place: str, width: int) -> str:
    """Cut a place at its beginning: its end tells more."""
    place = page.shown(place)
    if cells(place) <= width:
        return place
    more = page.glyphs["more"]
    while cells(place) > width - len(more):
        place = place[1:]
    return more + place


_WAIT_NUMBERS = f"{'times':>7}{'total':>9}{'longest':>9}{'at once':>9}"
_LEAST_PLACE = 14  # cells for the line, and for what it waits
_LINES = 2  # lines that led there, at most


def wait_rows(page: Page, rows: Sequence[WaitTime], subject: Subject, most: int | None) -> list[tuple[Part, ...]]:
    """The table, `most` of its rows (None: all) with how many others there are."""
    shown = rows if most is None or len(rows) <= most else rows[: max(1, most - 1)]
    room = page.width - 1 - len(_WAIT_NUMBERS) - 2
    places = [page.shown(line_names([*row.through, (row.path, row.line)], subject)) for row in shown]
    column = min(max(_LEAST_PLACE, *map(cells, places)), max(_LEAST_PLACE, room - _LEAST_PLACE))
    table: list[tuple[Part, ...]] = [(("where it waited".ljust(column + 1), "title"), (_WAIT_NUMBERS, "dim"))]
    for place, row in zip(places, shown, strict=True):
        numbers = f"{row.times:>7}{wording.seconds(row.total):>9}{wording.seconds(row.longest):>9}{row.at_once:>9}  "
        name = cut(place, column, page.glyphs["more"])
        wait = cut(page.shown(row.wait), max(_LEAST_PLACE, room - column), page.glyphs["more"])
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
