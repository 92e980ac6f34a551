"""What a run printed, for a single bar: how much at a time, and in few words what."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from asyncdemo.lanes.axis import Axis
from asyncdemo.recording import Output

_LONGEST = 12  # cells of a word
_SHORT = 3  # cells: what is printed at the end need not be said
_TOGETHER = 40  # what is printed within this part of the axis counts as printed at one time


class Burst(NamedTuple):
    """What was printed at almost one time: the lines on stdout, the last of them; `alike` if one word begins all."""

    cell: int
    lines: int
    line: str
    alike: bool


def bursts(outputs: Iterable[Output], axis: Axis) -> list[Burst]:
    """Give what was printed, in its order; each in the cell of its first line."""
    found: list[Burst] = []
    for output in outputs:
        cell = axis.cell(output.at)
        if not found or cell - found[-1].cell > axis.cells // _TOGETHER:
            found.append(Burst(cell, 0, "", True))
        for line in filter(str.strip, output.text.splitlines() if output.stream == "stdout" else ()):
            cell, count, before, alike = found[-1]
            alike = alike and (not count or before.split()[0] == line.split()[0])
            found[-1] = Burst(cell, count + 1, line, alike)
    return found


def labels(some: Sequence[Burst], stop: int, measure: Callable[[str], int]) -> list[str]:
    """Say what each was, where there is room for it up to the next, or `stop`: all at more length, or all shorter."""
    starts = [burst.cell for burst in some]
    rooms = [after - start - 1 for start, after in pairwise([*starts, stop])]
    for words in (2, 1):
        said = [_said(burst, words) for burst in some]
        fits = [measure(text) <= room for text, room in zip(said, rooms, strict=True)]
        if all(fits[:-1]) and (not fits or fits[-1] or rooms[-1] < _SHORT):
            break
    return [text if fit else "" for text, fit in zip(said, fits, strict=True)]


def _said(burst: Burst, words: int) -> str:
    if not burst.lines:
        return ""
    first = burst.line.split()[0][:_LONGEST]
    if burst.lines > 1 and burst.alike:
        return f"{first} x{burst.lines}" if words > 1 else f"x{burst.lines}"
    return " ".join(burst.line.split()[:words])[: words * _LONGEST]
