"""The code of a run, and what is said about it in its docstring, for a page."""

from pathlib import PurePath
from textwrap import dedent
from typing import Any, NamedTuple

from asyncdemo.catalogue import reading, syntax
from asyncdemo.recording import Subject
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.harmless import shortened, shown

MOST = 5_000  # lines
LONGEST = 500  # characters of a line


class Prose(NamedTuple):
    """What a docstring says: its first line, and the rest as pairs of an element and its text."""

    summary: str
    notes: list[list[str]]


def code(subject: Subject) -> list[list[Any]]:
    """Give pairs of number and text of the lines of code."""
    lines = [] if subject.source is None else code_lines(subject.source)
    return [[number, shortened(line, LONGEST)] for number, line in lines[:MOST]]


def prose(subject: Subject) -> Prose:
    """Give what the docstring says; a script of a person's own may have none."""
    summary, notes = reading.prose(syntax.docstring(subject.source or ""))
    parts = [part for part in notes.split("\n\n") if part.strip()]
    return Prose(shortened(summary, LONGEST), [_part(shortened(part, 4 * LONGEST)) for part in parts])


def _part(text: str) -> list[str]:
    """A paragraph, a heading, or what stands indented as it is."""
    if text.startswith("    "):
        return ["pre", dedent(text)]
    said = " ".join(text.split())
    return ["p", f"**{said.lstrip('# ')}**" if said.startswith("#") else said]


def is_script(path: str | None, subject: Subject) -> bool:
    """Whether a file is the one whose code is shown."""
    return path is not None and path in (subject.path, subject.ran)


def place(path: str | None, line: int | None, subject: Subject) -> str:
    """Say where a line is: of the script by its number, elsewhere with the file."""
    if line is None:
        return ""
    return f"line {line}" if is_script(path, subject) else shown(f"{PurePath(path or '').name}:{line}")


def where(path: str, line: int, subject: Subject) -> int | str:
    """Give a place as it stands in the data: the number of a line of the script, words for any other."""
    return line if is_script(path, subject) else place(path, line, subject)
