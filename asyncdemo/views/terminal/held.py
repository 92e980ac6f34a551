"""The table of what held the loop: where, how long, who was late by it."""

import os
import re
import tokenize
from collections.abc import Sequence

from asyncdemo.analysis.held_loop import Held
from asyncdemo.model.recording import Subject
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut

_NUMBERS = f"{'times':>7}{'total':>9}{'longest':>9}"
_LATE = 6  # cells
_STATE = 11  # cells
_NOT_THE_CALL = re.compile(r"(?:(?:return|await|yield|for .+? in|if|while|with|async|[\w., ]+ =) )+")
_LEAST = 8  # cells for a call
_LINE_END = re.compile(r"\r\n|\r|\n")  # Python's; str.splitlines knows more
_LARGEST = 1_000_000  # bytes of a file that is read for one line


def held_rows(page: Page, rows: Sequence[Held], subject: Subject, most: int | None) -> list[tuple[Part, ...]]:
    """Give the table, `most` of its lines (None: all) with what is said of the others."""
    shown = rows if most is None or len(rows) <= most else rows[: max(1, most - 1)]
    late = max(_LATE, *(1 + len(str(row.late)) for row in shown))
    room = page.width - 1 - len(_NUMBERS) - late - 2 - _STATE
    widest = room // 2 if room // 2 >= _LEAST else room
    places = [_within(page, _place(row, subject), max(13, widest)) for row in shown]
    column = max(13, *map(cells, places))
    call = room - column
    table: list[tuple[Part, ...]] = [(("held the loop".ljust(column), "title"), (f"{_NUMBERS}{'late':>{late}}", "dim"))]
    for place, row in zip(places, shown, strict=True):
        total, longest = wording.seconds(row.total), wording.seconds(row.longest)
        numbers = f"{row.times:>7}{total:>9}{longest:>9}{row.late:>{late}}  "
        state: Part = (row.state.ljust(_STATE), "bad" if row.state == "blocked" else "warn")
        text = cut(page.shown(_call(row, subject)), call, page.glyphs["more"]) if call >= _LEAST else ""
        table.append((place.ljust(column - cells(place) + len(place)), numbers, state, text))
    if len(shown) < len(rows):
        table.append(((f"{page.glyphs['more']} {len(rows) - len(shown)} more lines: {page.unfold}", "dim"),))
    return table


def _place(row: Held, subject: Subject) -> str:
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


def _call(row: Held, subject: Subject) -> str:
    if row.function is not None:
        return f"in {row.function}()"
    own = subject.source if row.path in (subject.path, subject.ran) else None
    lines = _LINE_END.split(_text(row.path) if own is None else own)
    return _NOT_THE_CALL.sub("", lines[row.line - 1].strip(), count=1) if 0 < row.line <= len(lines) else ""


def _text(path: str) -> str:
    """A file of source code, as far as it is one."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:  # noqa: PTH113, PTH202  # may be no path at all
            return ""
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, ValueError):
        return ""
