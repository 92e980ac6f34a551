"""The table of who waited where for what, when a run was stopped: one row a task, and who could have helped."""

from asyncdemo.analysis.standstill_words import at_line, chain, in_order, wait_of, why
from asyncdemo.analysis.standstills import Stand, Waiter, stand_of
from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut, wrapped

_HANGING = {"deadlock", "stuck"}
_NAME, _PLACE = 18, 30  # cells at most
_LEAST = 20  # cells for what is said

Row = tuple[Part, ...]


def standing_rows(page: Page, run: Run, most: int | None) -> list[Row]:
    """The table in `most` rows at most (None: as many as it needs); none where the run did not hang."""
    if not any(finding.rule in _HANGING for finding in run.findings or ()):
        return []
    stand = stand_of(run)
    if stand is None or not stand.waiters:
        return []
    near = run.subject.ran or run.subject.path
    told = in_order(stand)
    names = [cut(page.shown(each.name), _NAME, page.glyphs["more"]) for each in told]
    places = [cut(page.shown(_place(each, near)), _PLACE, page.glyphs["more"]) for each in told]
    first, second = (max(map(cells, column)) for column in (names, places))
    since = max(0.0, stand.since - (run.seconds.zero or 0.0))
    rows: list[Row] = [((f"nothing moved since {wording.seconds(since)}", "title"),)]
    for name, place, waiter in zip(names, places, told, strict=True):
        said = page.shown(_said(stand, waiter, near))
        room = max(_LEAST, page.width - 1 - first - second - 6)
        lines = list(wrapped(said, room))
        head = f" {name}{' ' * (first - cells(name))}   {place}{' ' * (second - cells(place))}  "
        table: list[Row] = [(head, lines[0].strip())]
        table += [(" " * (first + second + 6), line.strip()) for line in lines[1:]]
        if most is not None and len(rows) + len(table) >= most and waiter is not told[-1]:
            left = len(told) - told.index(waiter)
            return [*rows, ((f"{page.glyphs['more']} {left} more tasks: {page.unfold}", "dim"),)]
        rows += table
    return rows


def _place(waiter: Waiter, near: str | None) -> str:
    return chain(waiter, near) if waiter.chain else at_line(None)


def _said(stand: Stand, waiter: Waiter, near: str | None) -> str:
    """For what it waits, and who could end that."""
    known, words = why(stand, waiter, near), wait_of(stand, waiter, near)
    return f"{words}, {known}" if known else words
