"""`list` on a terminal."""

from itertools import groupby

from rich.cells import cell_len

from asyncdemo.catalogue.scenario import Catalogue, Scenario
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cut, harmless

ROWS = 20  # of the scenarios; the rest of the default view is the hint at its end


def write_listing(page: Page, catalogue: Catalogue, *, full: bool, chapter: str | None) -> None:
    """Write the chapters: all scenarios with their summaries where they fit, else later chapters by name only."""
    chapters = [(key, list(group)) for key, group in groupby(catalogue.scenarios, lambda each: each.chapter)]
    widest = max((cell_len(harmless(each.name)) for each in catalogue.scenarios), default=0)
    rows_left = ROWS
    for index, (key, scenarios) in enumerate(chapters):
        folded = [] if full or chapter is not None else _names(page, scenarios)
        rest = sum(1 + len(_names(page, each)) for _, each in chapters[index + 1 :])
        if not full and chapter is None and rows_left < 1 + len(folded):
            _write_more(page, chapters[index:])
            break
        page.row((f"{key.number:<3}", "accent"), (key.title, "title"))
        if folded and rows_left - 1 - len(scenarios) < rest:
            for row in folded:
                page.row("   ", row)
            rows_left -= 1 + len(folded)
            continue
        for scenario in scenarios:
            page.row("   ", *_entry(page, scenario, min(widest, page.width // 2)))
        rows_left -= 1 + len(scenarios)
    page.row()
    page.row(("start  ", "dim"), "asyncdemo run sync-main", ("         one chapter  ", "dim"), "asyncdemo list 1")


def _entry(page: Page, scenario: Scenario, widest: int) -> list[tuple[str, str] | str]:
    room = page.width - 1 - 3 - widest - 2
    what = harmless(scenario.summary)
    if scenario.variants:
        what += f": {' '.join(map(harmless, scenario.variants))}"
    if not scenario.available:
        what = f"not here: {scenario.unavailable_reason}"
    name = cut(harmless(scenario.name), widest, page.glyphs["more"])
    style = "plain" if scenario.available else "dim"
    return [(name, "title"), " " * (widest - cell_len(name) + 2), (cut(what, room, page.glyphs["more"]), style)]


def _names(page: Page, scenarios: list[Scenario]) -> list[str]:
    """The names only, in as few rows as they fit."""
    rows = [""]
    for scenario in scenarios:
        name = harmless(scenario.name)
        if rows[-1] and cell_len(rows[-1]) + 2 + cell_len(name) > page.width - 4:
            rows.append("")
        rows[-1] += ("  " if rows[-1] else "") + name
    return rows


def _write_more(page: Page, chapters: list[tuple[object, list[Scenario]]]) -> None:
    count = sum(len(scenarios) for _, scenarios in chapters)
    page.row((f"{page.glyphs['more']} {count} more in {len(chapters)} chapters: asyncdemo list --full", "dim"))
