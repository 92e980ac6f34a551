"""`explain` on a terminal: one rule with its examples, or the list of all."""

from collections.abc import Mapping

from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_next, write_title
from asyncdemo.views.terminal.show import write_prose
from asyncdemo.views.terminal.text import cut


def write_explanation(page: Page, rule: str, markdown: str) -> None:
    """Write the explanation of a rule: heading and first paragraph as the title, then the rest."""
    _, summary, rest = markdown.split("\n\n", 2)
    write_title(page, rule, summary, "")
    write_prose(page, rest)


def write_rules(page: Page, summaries: Mapping[str, str]) -> None:
    """Write a row for each rule."""
    names = max(map(len, summaries))
    for rule, summary in summaries.items():
        room = page.width - 1 - names - 2
        page.row((f"{rule:<{names}}  ", "title"), cut(page.shown(summary), room, page.glyphs["more"]))
    page.row()
    write_next(page, ("one of them", f"asyncdemo explain {next(iter(summaries))}"))
