"""Output in lines, for a page: those that several writes have put together, and no more than a page can hold."""

from collections.abc import Sequence
from typing import NamedTuple

from asyncdemo.recording import Output, Stream
from asyncdemo.views.overwriting import last_state

MOST = 2_000  # lines: one half from the beginning, one from the end
LONGEST = 2_000  # characters of a line


class Said(NamedTuple):
    """A line of output; moment (seconds from the start of the run), line and task of its first write, the `piece`th."""

    at: float
    stream: Stream
    text: str
    line: int | None
    task: int | None
    piece: int


def lines(outputs: Sequence[Output], tasks: Sequence[int | None]) -> list[Said]:
    """Give what was printed line by line; writes to one stream that follow one another stand on a line together."""
    found: list[Said] = []
    opened: Said | None = None
    parts: list[str] = []
    for piece, (output, task) in enumerate(zip(outputs, tasks, strict=True)):
        if opened is not None and opened.stream != output.stream:
            found.append(opened._replace(text=last_state("".join(parts))))
            opened = None
        *whole, rest = output.text.replace("\r\n", "\n").split("\n")
        for text in whole:
            before = "" if opened is None else "".join(parts)
            found.append((opened or _opened(output, task, piece))._replace(text=last_state(before + text)))
            opened, parts = None, []
        if rest:
            if opened is None:
                opened, parts = _opened(output, task, piece), []
            parts.append(rest)
    return found if opened is None else [*found, opened._replace(text=last_state("".join(parts)))]


def _opened(output: Output, task: int | None, piece: int) -> Said:
    return Said(output.at, output.stream, "", output.line, task, piece)


def within(said: Sequence[Said], most: int = MOST) -> tuple[Sequence[Said], int]:
    """Give the lines there is room for, and how many from the middle are left out."""
    if len(said) <= most:
        return said, 0
    return [*said[: most // 2], *said[len(said) - most // 2 :]], len(said) - most // 2 * 2
