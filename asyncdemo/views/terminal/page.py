"""Where rows are written: a width, the glyphs that can be shown, colours or none."""

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from asyncdemo.views.terminal.text import harmless

GLYPHS = {"rule": "─", "bar": "█", "line": "─", "tick": "│", "mark": "◄", "more": "…", "times": "×"}
ASCII = {"rule": "-", "bar": "#", "line": "-", "tick": "|", "mark": "<-", "more": "...", "times": "x"}

STYLES = {
    "title": Style(bold=True),
    "dim": Style(dim=True),
    "good": Style(color="green"),
    "bad": Style(color="red", bold=True),
    "warn": Style(color="yellow"),
    "accent": Style(color="cyan"),
    "plain": Style(),
}

NARROWEST, USUAL, WIDEST = 40, 80, 400


class Page:
    """Writes rows to one stream. Everything that is given to it as a string is foreign text: shown, never obeyed."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str], *, ascii_only: bool = False) -> None:
        self.live = stream.isatty()
        self.width = _width(stream, environ)
        self.ascii = ascii_only or not _has_glyphs(stream)
        self.glyphs = ASCII if self.ascii else GLYPHS
        self.console = Console(
            file=stream,
            width=self.width,
            color_system=_colours(stream, environ),  # type: ignore[arg-type]  # a plain string, one of Rich's names
            force_terminal=True,  # colours are decided here; Rich would look at the environment again
            force_interactive=False,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )

    def row(self, *parts: str | tuple[str, str] | Text) -> None:
        """Write one row; a part is text, text with the name of a style, or a ready-made Text."""
        row = self.text(*parts)
        row.rstrip()
        self.console.print(row, end="\n", crop=False)

    def text(self, *parts: str | tuple[str, str] | Text) -> Text:
        """Put parts together; those that are strings are made harmless."""
        row = Text(no_wrap=True, end="")
        for part in parts:
            if isinstance(part, Text):
                row.append_text(part)
            elif isinstance(part, str):
                row.append(harmless(part))
            else:
                row.append(harmless(part[0]), STYLES[part[1]])
        return row

    def ansi(self, *parts: str | tuple[str, str] | Text) -> str:
        """The same as a string, for `raw`: a row that is not ended."""
        with self.console.capture() as capture:
            self.console.print(self.text(*parts), end="", crop=False)
        return capture.get()

    def rule(self) -> None:
        """Write a line across."""
        self.row((self.glyphs["rule"] * (self.width - 1), "dim"))

    def raw(self, text: str) -> None:
        """Write text of our own as it is, for example half a row, and send it off."""
        self.console.file.write(text)
        self.console.file.flush()


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        width = int(columns)
    else:
        try:
            width = os.get_terminal_size(stream.fileno()).columns or USUAL
        except (OSError, ValueError):
            width = USUAL
    return min(max(width, NARROWEST), WIDEST)


def _has_glyphs(stream: TextIO) -> bool:
    try:
        "".join(GLYPHS.values()).encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _colours(stream: TextIO, environ: Mapping[str, str]) -> str | None:
    """NO_COLOR and FORCE_COLOR count where they hold anything at all, and NO_COLOR counts more."""
    if environ.get("NO_COLOR"):
        return None
    if not environ.get("FORCE_COLOR") and (not stream.isatty() or environ.get("TERM") == "dumb"):
        return None
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "standard"


def standard_page(*, ascii_only: bool = False) -> Page:
    """The page on standard output."""
    return Page(sys.stdout, os.environ, ascii_only=ascii_only)
