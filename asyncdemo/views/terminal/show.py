"""`show` on a terminal: the code, highlighted, then the notes."""

from rich.markdown import Markdown

from asyncdemo.catalogue.targets import Target
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.terminal.code import write_code
from asyncdemo.views.terminal.colours import PROSE
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_title
from asyncdemo.views.terminal.text import harmless

WIDEST = 90  # columns of prose that are still easy to read


def write_sources(page: Page, target: Target, sources: list[tuple[str, str]]) -> None:
    """Write the code of each script, without what only the tool reads, and all of the notes."""
    summary = target.scenario.summary if target.scenario else (target.script.summary if target.script else "")
    write_title(page, target.name, summary, "")
    for heading, source in sources:
        if len(sources) > 1:
            page.row((heading, "title"))
        write_code(page, code_lines(source), {}, 0.0)
        page.row()
    notes = [each.notes for each in (target.scenario, target.script) if each is not None]
    for note in filter(None, dict.fromkeys(notes)):
        _write_prose(page, note)
        page.row()
    if target.scenario is not None:
        page.row(("run it   ", "dim"), f"asyncdemo run {target.name}")


def _write_prose(page: Page, markdown: str) -> None:
    text = "\n".join(map(harmless, markdown.splitlines()))
    with page.console.use_theme(PROSE):
        page.console.print(
            Markdown(text, hyperlinks=False), width=min(page.width - 1, WIDEST), soft_wrap=False, no_wrap=False
        )
