"""`list` on a terminal."""

from itertools import groupby

from asyncdemo.catalogue.scenario import Catalogue, Chapter, Scenario
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.parts import write_next
from asyncdemo.views.terminal.text import cells, cut

ROWS = 20  # of the scenarios; the rest of the default view is the hint at its end


def write_listing(page: Page, catalogue: Catalogue, *, full: bool, chapter: str | None) -> None:
    """Write the chapters: all scenarios with their summaries where they fit, else later chapters by name only."""
    chapters = [(key, list(group)) for key, group in groupby(catalogue.scenarios, lambda each: each.chapter)]
    widest = max((cells(page.shown(each.name)) for each in catalogue.scenarios), default=0)
    rows_left = ROWS
    for index, (key, scenarios) in enumerate(chapters):
        whole = [_entry(page, scenario, min(widest, page.width // 2)) for scenario in scenarios]
        if not full and chapter is None:
            rest = sum(1 + len(_names(page, each)) for _, each in chapters[index + 1 :])
            if rows_left - 1 - len(whole) < rest:
                whole = [(row,) for row in _names(page, scenarios)]
            if rows_left - 1 - len(whole) < min(rest, 1):
                _write_more(page, chapters[index:])
                break
        _write_chapter(page, key, whole)
        rows_left -= 1 + len(whole)
    page.row()
    first = next((each.name for each in catalogue.scenarios if each.available), "sync-main")
    others = ("all chapters", "asyncdemo list") if chapter is not None else ("one chapter", "asyncdemo list 1")
    write_next(page, ("start", f"asyncdemo run {first}"), others)


def _write_chapter(page: Page, chapter: Chapter, rows: list[tuple[Part, ...]]) -> None:
    title = cut(page.shown(chapter.title), page.width - 1 - 3, page.glyphs["more"])
    page.row((f"{chapter.number:<3}", "accent"), (title, "title"))
    for row in rows:
        page.row("   ", *row)


def _entry(page: Page, scenario: Scenario, widest: int) -> tuple[Part, ...]:
    room = page.width - 1 - 3 - widest - 2
    what = scenario.summary
    if scenario.variants:
        what += f": {' '.join(scenario.variants)}"
    if not scenario.available:
        what = f"not here: {scenario.unavailable_reason}"
    name = cut(page.shown(scenario.name), widest, page.glyphs["more"])
    style = "plain" if scenario.available else "dim"
    return (name, "title"), " " * (widest - cells(name) + 2), (cut(page.shown(what), room, page.glyphs["more"]), style)


def _names(page: Page, scenarios: list[Scenario]) -> list[str]:
    """The names only, in as few rows as they fit."""
    rows = [""]
    for scenario in scenarios:
        name = cut(page.shown(scenario.name), page.width - 4, page.glyphs["more"])
        if rows[-1] and cells(rows[-1]) + 2 + cells(name) > page.width - 4:
            rows.append("")
        rows[-1] += ("  " if rows[-1] else "") + name
    return rows


def _write_more(page: Page, chapters: list[tuple[Chapter, list[Scenario]]]) -> None:
    count = sum(len(scenarios) for _, scenarios in chapters)
    where = f"{len(chapters)} chapter{'s' if len(chapters) > 1 else ''}"
    page.row((f"{page.glyphs['more']} {count} more in {where}: asyncdemo list --full", "dim"))
