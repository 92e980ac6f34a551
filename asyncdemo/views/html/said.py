"""Output in lines, for a page: those that several writes have put together, and no more than a page can hold."""

from collections.abc import Sequence
from typing import NamedTuple

from asyncdemo.recording import Output, Stream

MOST = 2_000  # lines: one half from the beginning, one from the end
LONGEST = 2_000  # characters of a line


class Said(NamedTuple):
    """A line of output, with the moment (seconds from the start of the run) and the task of its first write."""

    at: float
    stream: Stream
    text: str
    line: int | None
    task: int | None


def lines(outputs: Sequence[Output], tasks: Sequence[int | None]) -> list[Said]:
    """Give what was printed line by line; writes to one stream that follow one another stand on a line together."""
    found: list[Said] = []
    opened: Said | None = None
    parts: list[str] = []
    for output, task in zip(outputs, tasks, strict=True):
        if opened is not None and opened.stream != output.stream:
            found.append(opened._replace(text="".join(parts)))
            opened = None
        *whole, rest = output.text.replace("\r\n", "\n").split("\n")
        for text in whole:
            before = "" if opened is None else "".join(parts)
            found.append((opened or _opened(output, task))._replace(text=before + text))
            opened, parts = None, []
        if rest:
            if opened is None:
                opened, parts = _opened(output, task), []
            parts.append(rest)
    return found if opened is None else [*found, opened._replace(text="".join(parts))]


def _opened(output: Output, task: int | None) -> Said:
    return Said(output.at, output.stream, "", output.line, task)


def within(said: Sequence[Said], most: int = MOST) -> tuple[Sequence[Said], int]:
    """Give the lines there is room for, and how many from the middle are left out."""
    if len(said) <= most:
        return said, 0
    return [*said[: most // 2], *said[len(said) - most // 2 :]], len(said) - most // 2 * 2
