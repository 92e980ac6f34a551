"""Pages to be read: the code and the notes of a target, and what a rule means."""

import re
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markdown import Markdown
from rich.segment import Segment
from rich.style import Style
from rich.theme import Theme

from asyncdemo.catalogue.targets import Target, notes_of
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.terminal.annotated_code import code_rows
from asyncdemo.views.terminal.common_rows import paragraph, write_next, write_title
from asyncdemo.views.terminal.page import Page, Part

WIDEST = 90  # columns of prose that are still easy to read

_PROSE = Theme({"markdown.code": Style(color="cyan"), "markdown.code_block": Style(color="cyan")})
_ASCII = str.maketrans("•▌─━├┤", "*|-=||")  # what Rich draws lists, quotations and rules with, and ends of waits
_UNBROKEN = "\ue000"  # stands for a space at which no line breaks; Rich breaks at a no-break space too
_UNIT = re.compile(r"(\d) (s|ms|us|%)(?!\w)")
_CODE = re.compile(r"(?ms)(?P<block>^```.*?^```)|(?<!`)`(?P<inline>(?:[^`\n]|\n(?!\n))+)`(?!`)")


def write_sources(page: Page, target: Target, sources: list[tuple[str, str]]) -> None:
    """Write the code of each script, without what only the tool reads, and all of the notes."""
    summary = target.scenario.summary if target.scenario else (target.script.summary if target.script else "")
    write_title(page, target.name, summary, "")
    for heading, source in sources:
        if len(sources) > 1:
            page.row((page.cut(heading, page.width - 1), "title"))
        page.write(code_rows(page, [code_lines(source)], {}, 0.0))
        page.row()
    for note in notes_of(target):
        write_prose(page, note)
        page.row()
    if target.scenario is not None:
        write_next(page, ("run it", f"asyncdemo run {target.name}"))


def write_prose(page: Page, markdown: str) -> None:
    """Write Markdown. A page makes harmless what Rich makes of it too: it may say `&#27;`.

    Without colours, code keeps its backticks: `done` is not the word "done". A number stays with its unit.
    """
    console = Console(file=page.stream, width=min(page.width - 1, WIDEST), theme=_PROSE)
    text = _UNIT.sub(rf"\1{_UNBROKEN}\2", "\n".join(page.shown(line) for line in markdown.splitlines()))
    if not page.coloured:
        text = _CODE.sub(lambda found: found["block"] or f"`` `{found['inline']}` ``", text)
    blank = True
    for line in console.render_lines(Markdown(text, hyperlinks=False), pad=False):
        before, blank = blank, not any(segment.text.strip() for segment in line)
        if not (blank and before):
            page.row(*(_part(page, segment) for segment in line))


def _part(page: Page, segment: Segment) -> Part:
    text = segment.text.replace(_UNBROKEN, " ")
    text = text.translate(_ASCII) if page.ascii else text
    if segment.style is None or not (segment.style.bold or segment.style.color):
        return text
    return text, "title" if segment.style.bold else "accent"


def write_explanation(page: Page, rule: str, markdown: str) -> None:
    """Write the explanation of a rule: heading and first paragraph as the title, then the rest."""
    _, summary, rest = markdown.split("\n\n", 2)
    write_title(page, rule, summary, "")
    write_prose(page, rest)


def write_meaning(page: Page, word: str, markdown: str) -> None:
    """Write what a word of the glossary means."""
    write_title(page, word, "", "")
    write_prose(page, markdown)


def write_rules(page: Page, summaries: Mapping[str, str], words: Sequence[str]) -> None:
    """Write a row for each rule, and the words of the glossary."""
    names = max(map(len, summaries))
    for rule, summary in summaries.items():
        room = page.width - 1 - names - 2
        page.row((f"{rule:<{names}}  ", "title"), page.cut(summary, room))
    page.row()
    page.write(paragraph(page, f"words: {', '.join(words)}"))
    page.row()
    write_next(page, ("one of them", f"asyncdemo explain {next(iter(summaries))}"))
