"""Tables of the lines that took a program's time: what held the loop, and where it waited."""

from collections.abc import Sequence

from asyncdemo.analysis.held_loop import Held, call_of
from asyncdemo.analysis.wait_times import WaitTime
from asyncdemo.model.recording import Subject
from asyncdemo.views import wording
from asyncdemo.views.shown_modules import file_name, lines
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut

_HELD_NUMBERS = f"{'times':>7}{'total':>9}{'longest':>9}"
_LATE = 6  # cells
_STATE = 11  # cells
_LEAST_CALL = 8  # cells for a call


def held_rows(page: Page, rows: Sequence[Held], subject: Subject, most: int | None) -> list[tuple[Part, ...]]:
    """The table, `most` of its lines (None: all) with what is said of the others."""
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
    if not row.path:
        return "a callback"
    return f"{file_name(row.path, subject)}:{row.line}"


def _within(page: Page, place: str, width: int) -> str:
    """Cut a place at its beginning: its end tells more."""
    place = page.shown(place)
    if cells(place) <= width:
        return place
    more = page.glyphs["more"]
    while cells(place) > width - len(more):
        place = place[1:]
    return more + place


_WIDTHS, _NARROW = (7, 9, 9, 9), (6, 7, 8, 8)  # cells of the numbers; on a page of fewer than _ROOMY cells
_ROOMY = 72
_WAIT_HEADS = ("times", "total", "longest", "at once")
_LEAST_PLACE = 14  # cells for the line, and on a roomy page for what it waits
_LINES = 3  # of those that led there and itself, at most
ARROW = " > "


def wait_rows(page: Page, rows: Sequence[WaitTime], subject: Subject, most: int | None) -> list[tuple[Part, ...]]:
    """The table, `most` of its rows (None: all) with how many others there are."""
    shown = rows if most is None or len(rows) <= most else rows[: max(1, most - 1)]
    widths = _WIDTHS if page.width >= _ROOMY else _NARROW
    room = page.width - 1 - sum(widths) - 2 - 1
    places = [
        page.shown(lines([*row.through, (row.path, row.line)], subject, arrow=ARROW, most=_LINES)) for row in shown
    ]
    column = min(max(_LEAST_PLACE, *map(cells, places)), max(_LEAST_PLACE, room - _LEAST_PLACE))
    heading = "".join(f"{name:>{width}}" for name, width in zip(_WAIT_HEADS, widths, strict=True))
    table: list[tuple[Part, ...]] = [(("where it waited".ljust(column + 1), "title"), (heading, "dim"))]
    for place, row in zip(places, shown, strict=True):
        values = str(row.times), wording.seconds(row.total), wording.seconds(row.longest), str(row.at_once)
        numbers = "".join(f"{value:>{width}}" for value, width in zip(values, widths, strict=True))
        name = cut(place, column, page.glyphs["more"])
        wait = cut(page.shown(row.wait), max(1, room - column), page.glyphs["more"])
        table.append(
            (name + " " * (column + 1 - cells(name)), f"{numbers}  ", (wait, "dim" if row.for_tasks else "plain"))
        )
    if len(shown) < len(rows):
        table.append(((f"{page.glyphs['more']} {len(rows) - len(shown)} more lines: {page.unfold}", "dim"),))
    return table
