"""A stretch of time in cells, and the numbers above it."""

import math
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

_ROOM = 8  # cells for a number and what is between it and the next
_MOST = 12  # numbers, however much room there is
_NICE = [digit * 10.0**power for power in range(-9, 12) for digit in (1, 2, 5)]
_UNITS = ((0.01, "s", 1), (1e-5, "ms", 1_000), (0.0, "us", 1_000_000))


class Axis(NamedTuple):
    """Time in cells of equal length; `start` and `end` in seconds from the start of the run."""

    start: float
    end: float
    cells: int

    def cell(self, at: float) -> int:
        """The cell of a moment, the first or the last one for what is outside."""
        cell = math.floor((at - self.start) * self.cells / (self.end - self.start) + 1e-6)  # for what is rounded
        return min(max(cell, 0), self.cells - 1)


def scale(seconds: float, cells: int, room: int) -> str:
    """Numbers at their places above so many seconds in cells, the unit behind the last; in `room` cells at most."""
    unit, text = unit_of(seconds), ""
    for moment, number in ticks(seconds, cells):
        at = round(moment / seconds * cells)
        if at > cells or at + len(number) + 1 + len(unit) > room:
            break
        if at > len(text) or not text:
            text = text.ljust(at) + number
    return f"{text} {unit}"


def ticks(seconds: float, cells: int) -> Iterator[tuple[float, str]]:
    """Give moments (seconds) with their numbers, without end, so that there is room for these in that many cells."""
    factor = _unit(seconds)[1]
    step = _step(seconds * factor, cells)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    yield 0.0, "0"
    for index in count(1):
        yield index * step / factor, f"{index * step:.{decimals}f}"


def unit_of(seconds: float) -> str:
    """Give the unit of the numbers above so many seconds."""
    return _unit(seconds)[0]


def _unit(seconds: float) -> tuple[str, int]:
    return next((unit, factor) for least, unit, factor in _UNITS if seconds >= least)


def _step(span: float, cells: int) -> float:
    """The least nice number that leaves room between two of them, but not more than all."""
    roomy = next(step for step in _NICE if step * cells >= span * max(_ROOM, cells / _MOST))
    return min(roomy, max((step for step in _NICE if step <= span), default=roomy))
