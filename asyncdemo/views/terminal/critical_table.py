"""The critical path of a run as a table: which lines decided how long it took, and by how much."""

from collections.abc import Mapping, Sequence

from asyncdemo.analysis.critical_path import Share, critical_path
from asyncdemo.analysis.critical_path import shares as shares_of
from asyncdemo.analysis.task_names import names, shown_tasks
from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.critical_words import doing, place_of
from asyncdemo.views.terminal.line_tables import ARROW
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut

_NUMBERS = f"{'times':>7}{'total':>9}{'share':>7}"
_LEAST = 14  # cells for the line, and for what was done there
_SMALL = 0.005  # of the path: lines that contribute less are summed up


def critical_rows(page: Page, run: Run, most: int | None) -> list[tuple[Part, ...]]:
    """The table, `most` lines of it at most (None: all); no rows where there is no path."""
    if run.timeline is None:
        return []
    subject, shares = run.subject, shares_of(critical_path(run.timeline))
    called = names(shown_tasks(run.timeline, full=True))
    whole = sum(share.seconds for share in shares)
    if not whole:
        return []
    shown = [share for share in shares if share.seconds >= _SMALL * whole][:most]
    room = page.width - 1 - len(_NUMBERS) - 2
    places = [page.shown(place_of(share, subject, arrow=ARROW)) for share in shown]
    column = min(max(_LEAST, *map(cells, places)), max(_LEAST, room - _LEAST))
    rows: list[tuple[Part, ...]] = [(("critical path".ljust(column + 1), "title"), (_NUMBERS, "dim"))]
    for place, share in zip(places, shown, strict=True):
        part = wording.share(share.seconds / whole)
        numbers = f"{share.times:>7}{wording.seconds(share.seconds):>9}{part:>7}  "
        what = cut(page.shown(_what(share, called)), max(_LEAST, room - column), page.glyphs["more"])
        name = cut(place, column, page.glyphs["more"])
        rows.append((name + " " * (column + 1 - cells(name)), numbers, what))
    rest = whole - sum(share.seconds for share in shown)
    if len(shown) < len(shares):
        others = f"{page.glyphs['more']} {len(shares) - len(shown)} more lines, {wording.seconds(rest)} together"
        rows.append(((others, "dim"),))
    return rows


def decisive_rows(page: Page, run: Run, found: Sequence[Share]) -> list[tuple[Part, ...]]:
    """What decided how long it took, in a row: the lines of the critical path that contribute most."""
    if run.timeline is None or not found:
        return []
    called = names(shown_tasks(run.timeline, full=True))
    head, times = "critical path  ", [wording.seconds(share.seconds) for share in found]
    places = [place_of(share, run.subject, arrow=ARROW) for share in found]
    long = [f"{place} ({_what(share, called)})" for place, share in zip(places, found, strict=True)]
    short = [f"{place} ({_who(share, called)})" for place, share in zip(places, found, strict=True)]
    room = page.width - 1 - len(head)
    texts = [
        page.shown(", ".join(f"{time} at {text}" for time, text in zip(times, some, strict=True)))
        for some in (long, short, places)
    ]
    text = next((text for text in texts if cells(text) <= room), cut(texts[-1], room, page.glyphs["more"]))
    return [((head, "title"), text)]


def _what(share: Share, called: Mapping[int, str]) -> str:
    """Who does what there."""
    return f"{doing(share, called)}, {_who(share, called)}"


def _who(share: Share, called: Mapping[int, str]) -> str:
    return called.get(share.tasks[0], "?") if len(share.tasks) == 1 else f"{len(share.tasks)} tasks"
