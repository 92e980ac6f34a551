"""`list` on a terminal: the scenarios by chapter, or the blocks of a document."""

from collections.abc import Sequence
from itertools import groupby
from shlex import quote
from typing import NamedTuple

from asyncdemo.catalogue.scenario import Catalogue, Chapter, Scenario
from asyncdemo.views.terminal.common_rows import next_rows, write_next, write_title
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells

ROWS = 20  # of the scenarios; the rest of the default view is a hint of one row at its end

_Rows = list[tuple[Part, ...]]


def write_listing(page: Page, catalogue: Catalogue, *, full: bool, chapter: str | None) -> None:
    """Write the chapters: all scenarios with their summaries where they fit, else later chapters shorter."""
    chapters = [(key, list(group)) for key, group in groupby(catalogue.scenarios, lambda each: each.chapter)]
    folds = not full and chapter is None
    widest = [max(cells(page.shown(each.name)) for each in scenarios) for _, scenarios in chapters]
    if full:
        widest = [max(widest)] * len(widest)
    whole = [_whole(page, *each, min(width, page.width // 2)) for each, width in zip(chapters, widest, strict=True)]
    first = next((each.name for each in catalogue.scenarios if each.available), "sync-main")
    others = ("all chapters", "asyncdemo list") if chapter is not None else ("one chapter", "asyncdemo list 1")
    practise = [] if chapter is not None else [("exercises", "asyncdemo exercise")]
    hint = next_rows(page, ("start", f"asyncdemo run {first}"), others, *practise)
    if folds:
        room = max(1, ROWS + 1 - len(hint))
        whole = _folded([(_title(page, *each), _names(page, *each)) for each in chapters], whole, room)
        left_out = len(chapters) - len(whole)
        if left_out:
            whole[-1] = [(f"{page.glyphs['more']}  {left_out + 1} more chapters: asyncdemo list --full",)]
    blank: _Rows = [()]
    for rows in (*whole, blank, hint):
        page.write(rows)


def _folded(shorter: list[tuple[_Rows, _Rows]], whole: list[_Rows], room: int) -> list[_Rows]:
    """Choose how much of each chapter is shown: at least the titles, then all of the first, then names, then all."""
    shown = [title for title, _ in shorter[:room]]
    names = [names for _, names in shorter]
    for index, rows in [*enumerate(whole[:1]), *enumerate(names[:room]), *enumerate(whole[:room])]:
        more = len(rows) - len(shown[index])
        if more > 0 and sum(map(len, shown)) + more <= room:
            shown[index] = rows
    return shown


def _title(page: Page, chapter: Chapter, scenarios: list[Scenario]) -> _Rows:
    title = page.cut(chapter.title, page.width - 20)
    count = f"   {len(scenarios)} scenario{'s' if len(scenarios) > 1 else ''}"
    return [((f"{chapter.number:<3}", "accent"), (title, "title"), (count, "dim"))]


def _names(page: Page, chapter: Chapter, scenarios: list[Scenario]) -> _Rows:
    """The names only, in as few rows as they fit."""
    rows = [""]
    for scenario in scenarios:
        name = page.cut(scenario.name, page.width - 4)
        if rows[-1] and cells(rows[-1]) + 2 + cells(name) > page.width - 4:
            rows.append("")
        rows[-1] += ("  " if rows[-1] else "") + name
    return [_title(page, chapter, scenarios)[0][:2], *(("   ", row) for row in rows)]


def _whole(page: Page, chapter: Chapter, scenarios: list[Scenario], widest: int) -> _Rows:
    entries = [("   ", *entry) for scenario in scenarios for entry in _entry(page, scenario, widest)]
    return [_title(page, chapter, scenarios)[0][:2], *entries]


def _entry(page: Page, scenario: Scenario, widest: int) -> _Rows:
    """The name beside the summary; the variants behind that, or in a row of their own where there is no room.

    A name is typed as it stands here: one that is too wide has a row of its own rather than being cut.
    """
    room = page.width - 1 - 3 - widest - 2
    said = [scenario.summary]
    if not scenario.available:
        said = [f"not here: {scenario.unavailable_reason}"]
    elif scenario.variants:
        variants = " ".join(scenario.variants)
        both = f"{scenario.summary}: {variants}"
        said = [both] if cells(page.shown(both)) <= room else [*said, variants]
    name = page.cut(scenario.name, page.width - 1 - 3)
    style = "plain" if scenario.available else "dim"
    beside = [(page.cut(each, room), style) for each in said]
    if cells(name) > widest:
        first_row: tuple[Part, ...] = ((name, "title"),)
    else:
        first_row = ((name, "title"), " " * (widest - cells(name) + 2), beside.pop(0))
    return [first_row, *((" " * (widest + 2), each) for each in beside if each[0])]


_STYLES = {"runnable": "good", "top-level await": "good", "fragment": "warn", "broken": "bad"}


class Row(NamedTuple):
    """A block: its number, the line where it begins, what it is, and what else there is to say of it."""

    number: int
    line: int
    kind: str
    about: str


def write_block_rows(page: Page, name: str, rows: Sequence[Row]) -> None:
    """Write a row for each block, and the commands that come next."""
    write_title(page, name, f"{len(rows)} block{'' if len(rows) == 1 else 's'} of Python", "")
    numbers = [f"#{row.number}" for row in rows]
    lines = [f"line {row.line}" for row in rows]
    widest = [max(map(cells, column)) for column in (numbers, lines, [row.kind for row in rows])]
    room = page.width - 1 - sum(widest) - 6
    for number, line, row in zip(numbers, lines, rows, strict=True):
        page.row(
            (f"{number:<{widest[0]}}  ", "accent"),
            f"{line:<{widest[1]}}  ",
            (f"{row.kind:<{widest[2]}}  ", _STYLES.get(row.kind, "dim")),
            page.cut(row.about, max(room, 1)),
        )
    page.row()
    step = ("run them", f"asyncdemo run {quote(name)}")
    one = next((row for row in rows if row.kind in ("runnable", "top-level await")), rows[0])
    fragment = next((row for row in rows if row.kind == "fragment"), None)
    write_next(page, step, ("one", f"asyncdemo run {quote(name)}#{one.number}"))
    if fragment is not None:
        write_next(page, ("a fragment", f"asyncdemo run {quote(name)}#{fragment.number} --cumulative"))
