"""`list` of a document on a terminal."""

from collections.abc import Sequence
from shlex import quote
from typing import NamedTuple

from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_next, write_title
from asyncdemo.views.terminal.text import cells, cut

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
            cut(page.shown(row.about), max(room, 1), page.glyphs["more"]),
        )
    page.row()
    step = ("run them", f"asyncdemo run {quote(name)}")
    one = next((row for row in rows if row.kind in ("runnable", "top-level await")), rows[0])
    fragment = next((row for row in rows if row.kind == "fragment"), None)
    write_next(page, step, ("one", f"asyncdemo run {quote(name)}#{one.number}"))
    if fragment is not None:
        write_next(page, ("a fragment", f"asyncdemo run {quote(name)}#{fragment.number} --cumulative"))
