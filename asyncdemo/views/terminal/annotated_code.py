"""Code with its numbers and colours, beside what happened to it."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from asyncdemo.analysis.line_marks import Mark
from asyncdemo.views import wording
from asyncdemo.views.excerpt import Lines, excerpt
from asyncdemo.views.terminal.page import Page, Part, Row
from asyncdemo.views.terminal.text import cells, wrapped


@lru_cache(maxsize=4)  # a tour draws the same code anew at each key
def highlight(code: str) -> Sequence[tuple[Part, ...]]:
    """Python code in colours, the parts of each line. Cost: 50 ms for 1,000 lines, where they are new."""
    from pygments.lexers.python import (
        PythonLexer,
    )  # takes longer to load than all else that a view without colours needs
    from pygments.token import Comment, Keyword, Name, Number, Operator, String

    styles = {
        Comment: "dim",
        Keyword: "keyword",
        Operator.Word: "keyword",
        Name.Function: "title",
        Name.Class: "title",
        Number: "number",
        String: "string",
    }
    lines: list[list[Part]] = [[]]
    for token, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code):
        style = next((style for kind, style in styles.items() if token in kind), "plain")  # type: ignore[comparison-overlap]  # a token type contains its kinds
        first, *others = text.split("\n")
        lines[-1].append((first, style))
        lines += [[(other, style)] for other in others]
    return [tuple(line) for line in lines]


LONGEST = 400  # characters of what is said of a line; no page is wider
_LEAST = 16  # cells for what is said beside a line, if it has to be cut


class Beside(NamedTuple):
    """What stands beside a line: a sign before it, and behind it the first of the phrases that there is room for.

    Where there is none, what `insists` stands below the line.
    """

    sign: str
    phrases: Sequence[str]
    style: str
    insists: bool


def code_rows(
    page: Page, blocks: Sequence[Lines], marks: Mapping[int, Mark], zero: float, *, first: int | None = None
) -> list[Row]:
    """Blocks of code with their numbers; a marked line tells what was printed there or what went wrong."""
    beside = {}
    for number, mark in marks.items():
        sign, style = ("!", "bad") if mark.trouble else (" ", "accent")
        beside[number] = Beside(sign, _phrases(mark, zero), style, insists=mark.trouble)
    return annotated_rows(page, blocks, beside, first=first)


def annotated_rows(
    page: Page, blocks: Sequence[Lines], marks: Mapping[int, Beside], *, first: int | None = None
) -> list[Row]:
    """Blocks of code with their numbers, and what is said of their lines beside these.

    A sign before the number of a line says that there is code before it that is not shown; `first` is the number of
    the first line of all code, where that is to be said of the first block, too.
    """
    lines = [line for block in blocks for line in block]
    digits = len(str(lines[-1][0])) if lines else 1
    marked = [cells(page.shown(text)) for number, text in lines if number in marks]
    column = min(max(marked, default=0), page.width // 2)
    begins_later = first is not None and bool(lines) and lines[0][0] != first
    rows: list[Row] = []
    for block in blocks:
        gap = page.glyphs["gap"] if rows or begins_later else " "
        for (number, text), parts in zip(block, _coloured(page, block), strict=True):
            mark = marks.get(number)
            sign = (f"{mark.sign} ", mark.style) if mark else "  "
            margin = (gap, "dim"), sign, (f"{number:{digits}}   ", "dim")
            gap = " "
            shown, room = page.shown(text), page.width - 1 - digits - 6
            # Code that is wider than the page has several rows, without colours.
            head, *others = [parts] if cells(shown) <= room else [(row,) for row in wrapped(shown, room)]
            others = [(" " * (digits + 6), *row) for row in others]
            said, below = _said(page, mark, cells(shown), column, digits + 6) if mark else ((), ())
            rows += [(*margin, *head, *said), *others, *below]
    return rows


def fitting_rows(
    lines: Lines, wanted: Sequence[int], most: int, draw: Callable[[list[Lines]], list[Row]]
) -> tuple[list[Row], list[Lines]]:
    """Blocks of code drawn in `most` rows, and which: fewer lines where some are wider than the page."""
    for room in range(most, 0, -1):
        blocks = excerpt(lines, wanted, room)
        if len(rows := draw(blocks)) <= most:
            return rows, blocks
    return [], []


def _said(page: Page, mark: Beside, used: int, column: int, margin: int) -> tuple[Row, list[Row]]:
    """What stands beside the line, and below it where there is no room."""
    style = mark.style
    arrow = f"{page.glyphs['mark']} "
    right = page.width - 1 - margin
    gap = max(column, used) + 3
    phrases = [page.shown(arrow + phrase) for phrase in mark.phrases]
    for phrase in phrases:
        if gap + cells(phrase) <= right:
            return (" " * (gap - used), (phrase, style)), []
    if gap + _LEAST <= right:
        return (" " * (gap - used), (page.cut(phrases[0], right - gap), style)), []
    if mark.insists:
        return (), [(" " * margin, (page.cut(phrases[0], right), style))]
    return (), []


def _phrases(mark: Mark, zero: float) -> list[str]:
    """What can be said of a mark, the longest first."""
    text = mark.text[:LONGEST]
    if mark.trouble or not mark.times:
        return [text]
    first, last = wording.seconds(mark.at - zero), wording.seconds(mark.last - zero)
    if mark.times == 1:
        return [f"{first}  {text.splitlines()[0]}"]
    span = f"at {first}" if first == last else f"{first.removesuffix(' s')} to {last}"
    return [f"{mark.times} times, {span}", f"{mark.times} times"]


def _coloured(page: Page, block: Lines) -> Sequence[Row]:
    plain = [page.shown(text) for _, text in block]
    if page.coloured:
        coloured = highlight("\n".join(plain))
        if len(coloured) == len(plain):
            return coloured
    return [(text,) for text in plain]
