"""A page that keeps its rows for whoever puts them on a screen."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TextIO

from asyncdemo.views.terminal.text import cut, harmless

# Each as it is, and what stands for it in ASCII.
_SIGNS = {
    "rule": ("─", "-"),
    "bar": ("█", "#"),
    "line": ("─", "-"),
    "tick": ("│", "|"),
    "mark": ("◄", "<-"),
    "more": ("…", "..."),
    "gap": ("…", ":"),
    "now": ("►", ">"),
    "halt": ("║", "="),
}
GLYPHS = {name: sign for name, (sign, _) in _SIGNS.items()}
ASCII = {name: sign for name, (_, sign) in _SIGNS.items()}

# The eight colours that every terminal has: its owner has chosen them to go with the background.
STYLES = {
    "plain": "",
    "title": "1",
    "dim": "2",
    "good": "32",
    "bad": "1;31",
    "warn": "33",
    "accent": "36",
    "keyword": "35",
    "number": "36",
    "string": "32",
}

NARROWEST, USUAL, WIDEST = 40, 80, 400

Part = str | tuple[str, str]  # text, or text with the name of a style
Row = tuple[Part, ...]


class Page:
    """Writes rows to one stream. Everything that is given to it is foreign text: shown, never obeyed.

    `terminal`: a person sees the rows as they come. `erases`: what stands in the last row can be replaced. `unfold` is
    what shows all that is folded away.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str], *, ascii_only: bool = False) -> None:
        self.stream = stream
        self.unfold = "--full"
        self.terminal = stream.isatty()
        self.erases = self.terminal and environ.get("TERM") != "dumb"
        # These count where they hold anything at all, and NO_COLOR counts more.
        self.coloured = not environ.get("NO_COLOR") and (self.erases or bool(environ.get("FORCE_COLOR")))
        self.width = _width(stream, environ)
        self._encoding = stream.encoding or "ascii"
        self._any_text = self._encoding.lower().startswith("utf")
        self.ascii = ascii_only or self.shown("".join(GLYPHS.values())) != "".join(GLYPHS.values())
        self.glyphs = ASCII if self.ascii else GLYPHS
        # A script may have put the terminal into raw mode, where a bare newline does not lead to the first column.
        self._end = "\r\n" if self.erases else "\n"

    def shown(self, text: str) -> str:
        """Foreign text as it stands on the page: nothing to obey, nothing that the stream cannot encode."""
        text = harmless(text)
        if self._any_text or text.isascii():
            return text
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)

    def row(self, *parts: Part) -> None:
        """Write one row, without the blanks at its end."""
        if not self.coloured:
            self.stream.write(self.text(*parts).rstrip(" ") + self._end)
            return
        while parts and not text_of(parts[-1]).strip(" "):
            parts = parts[:-1]
        *before, last = parts or ("",)
        self.stream.write(self.text(*before, (text_of(last).rstrip(" "), style_of(last))) + self._end)

    def write(self, rows: Iterable[Sequence[Part]]) -> None:
        """Write several rows."""
        for row in rows:
            self.row(*row)

    def cut(self, text: str, width: int) -> str:
        """Foreign text within so many cells, with a mark at its end where something is left out."""
        return cut(self.shown(text), width, self.glyphs["more"])

    def more(self, number: int, what: str, *, indent: int = 0) -> Row:
        """The row that says how many more there are, and how to see them."""
        return ((f"{' ' * indent}{self.glyphs['more']} {number} more {what}: {self.unfold}", "dim"),)

    def whole_rows(self, rows: str) -> None:
        """Write rows that are made already, each with a newline at its end."""
        self.stream.write(rows if self._end == "\n" else rows.replace("\n", self._end))

    def text(self, *parts: Part) -> str:
        """The parts as one string, with the codes for their styles."""
        if not self.coloured:
            whole = "".join(map(text_of, parts))
            if whole.isascii() and whole.isprintable():
                return whole  # nearly always, and a flood of output has many rows
        alike = groupby(parts, key=style_of)
        return "".join(self._styled("".join(map(text_of, group)), style) for style, group in alike)

    def rule(self) -> None:
        """Write a line across."""
        self.row((self.glyphs["rule"] * (self.width - 1), "dim"))

    def put(self, text: str) -> None:
        """Write a row that is not ended, made with `text`, in place of what stands there; only where `erases`."""
        self.stream.write(f"\r\x1b[K{text}")
        self.stream.flush()

    def fresh_row(self) -> None:
        """Go to the start of a row of its own, wherever the cursor is after somebody else has moved it.

        As many blanks as a row has cells lead into the next row, unless the cursor was in the first column: then
        they just fill this one. (The shell zsh does so before its prompt.)
        """
        if self.erases:
            self.stream.write(f"{' ' * (_columns(self.stream) or self.width)}\r\x1b[K")

    def flush(self) -> None:
        """Send off what was written."""
        self.stream.flush()

    def _styled(self, text: str, style: str) -> str:
        text, code = self.shown(text), STYLES[style]  # a style that there is not fails without colours, too
        return f"\x1b[{code}m{text}\x1b[0m" if self.coloured and code and text.strip() else text


def standard_page(*, ascii_only: bool = False) -> Page:
    """The page on standard output."""
    return Page(sys.stdout, os.environ, ascii_only=ascii_only)


def below(*groups: Sequence[Row]) -> list[Row]:
    """All rows, with a blank one between two groups of some."""
    rows: list[Row] = []
    for group in groups:
        rows += [*([()] if rows and group else []), *group]
    return rows


def text_of(part: Part) -> str:
    """The part without its style."""
    return part if isinstance(part, str) else part[0]


def style_of(part: Part) -> str:
    """The name of the part's style."""
    return "plain" if isinstance(part, str) else part[1]


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    asked = min(int(columns[:9]), WIDEST) if columns.isascii() and columns.isdecimal() else 0
    return min(max(asked or _columns(stream) or USUAL, NARROWEST), WIDEST)


def _columns(stream: TextIO) -> int:
    """How many columns the terminal has; 0 where that is not known."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


class Collected(Page):
    """Like another page, but what is written to it is found in `rows`."""

    def __init__(self, like: Page) -> None:
        vars(self).update(vars(like))
        self.terminal = self.erases = False
        self.rows: list[tuple[Part, ...]] = []

    def row(self, *parts: Part) -> None:
        """Keep one row."""
        self.rows.append(parts)
