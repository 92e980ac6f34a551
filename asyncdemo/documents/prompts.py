"""`>>>` examples: what is typed, and the output that the document shows for it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# What may stand before a prompt: indentation, marks of a quotation, the mark of a list.
_BEFORE = r"(?P<before>(?:[ \t]*>(?=[ \t]))*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)"
_PROMPT = re.compile(rf"{_BEFORE}>>>(?: (?P<code>.*)|$)")


class ShownLine(NamedTuple):
    """A line of output that the document shows, with its number there."""

    text: str
    number: int


class Session(NamedTuple):
    """Examples one after the other: `code[0]` stands on line `line`, and is empty where no code is."""

    line: int
    code: tuple[str, ...]
    shown: tuple[ShownLine, ...]


def has_prompt(lines: Sequence[str]) -> bool:
    """True if the first line that is not blank is a prompt."""
    return next((bool(_PROMPT.match(line)) for line in lines if line.strip()), False)


def sessions(lines: Sequence[str], first: int, *, whole: bool) -> Iterator[Session]:
    """The sessions in lines, of which the first has the number `first`.

    In a fence (`whole`) all examples are one session; else those between which nothing but blank lines stands.
    """
    code: list[str] = []
    shown: list[ShownLine] = []
    start = 0
    before = ""
    state = "outside"  # or "code", "output", "blank"
    for number, line in enumerate(lines, first):
        prompt = _PROMPT.match(line)
        rest = _without(before, line)
        if prompt is not None:
            if state == "blank" and not whole and _blank(prompt["before"]) != before:
                yield _session(start, code, shown)
                state = "outside"
            if state == "outside":
                code, shown, start = [], [], number
            before, state = _blank(prompt["before"]), "code"
            code.append(prompt["code"] or "")
        elif state == "outside":
            continue
        elif state == "code" and (rest == "..." or rest.startswith("... ")):
            code.append(rest[4:])
        elif not rest.strip():
            state = "blank"
            code.append("")
        elif state == "blank" and not whole:
            yield _session(start, code, shown)
            state = "outside"
        else:
            if state != "blank":
                shown.append(ShownLine(rest.rstrip(), number))
                state = "output"
            code.append("")
    if state != "outside":
        yield _session(start, code, shown)


def _session(start: int, code: Sequence[str], shown: Sequence[ShownLine]) -> Session:
    count = max(index for index, line in enumerate(code) if line or not index) + 1
    return Session(start, tuple(code[:count]), tuple(shown))


def _blank(before: str) -> str:
    """What stands before the lines that follow a prompt: blanks in the place of a list's mark."""
    return re.sub(r"[^ \t>]", " ", before)


def _without(before: str, line: str) -> str:
    """The line without what stands before it, or as much of that as is there."""
    count = 0
    while count < len(before) and count < len(line) and (line[count] == before[count] or line[count] in " \t"):
        count += 1
    return line[count:]
