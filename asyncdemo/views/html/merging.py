"""Spans for drawing: lane by lane, and no more of them than a page can hold. Pure; cost linear in the spans.

Spans that are shorter than a pixel at the largest zoom are put together with their neighbours. What is drawn in their
place is the state that took most of the time; how many there were is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from asyncdemo.spans import Spans

MOST = 120_000  # spans of a page, in all its lanes
_FINEST = 2**17  # pixels along a run at the largest zoom, if spans have to be merged at all


class Drawn(NamedTuple):
    """A stretch of a lane, in seconds from the start of the run; `many` spans in its place, `where` a place's index."""

    start: float
    end: float
    state: int
    where: int
    many: int = 1


class Merged(NamedTuple):
    """The stretches by task; `below` (seconds) is what is shorter and was merged, 0.0 if nothing was."""

    lanes: dict[int, list[Drawn]]
    below: float = 0.0

    @property
    def number(self) -> int:
        """How many stretches there are."""
        return sum(map(len, self.lanes.values()))


def merged(spans: Spans, tasks: Iterable[int], length: float, most: int = MOST) -> Merged:
    """Give the spans of these tasks, `most` of them at most if there are not as many lanes; `length` in seconds."""
    lanes: dict[int, list[Drawn]] = {task: [] for task in tasks}
    append = {task: lane.append for task, lane in lanes.items()}
    if len(spans) <= most:
        for drawn, task in zip(_each(spans), spans.tasks, strict=True):
            if task in append:
                append[task](drawn)
        return Merged(lanes)
    below = length / _FINEST
    groups = {task: _Group(lane) for task, lane in lanes.items()}
    for drawn, task in zip(_each(spans), spans.tasks, strict=True):
        if task in groups:
            groups[task].add(drawn, below)
    for group in groups.values():
        group.flush()
    found = Merged(lanes, below)
    while found.number > most and below < length:
        below *= 2
        found = Merged({task: _coarser(lane, below) for task, lane in found.lanes.items()}, below)
    return found


def _each(spans: Spans) -> Iterator[Drawn]:
    return map(Drawn, spans.starts, spans.ends, spans.states, spans.where)


def _coarser(lane: Sequence[Drawn], below: float) -> list[Drawn]:
    coarse: list[Drawn] = []
    group = _Group(coarse)
    for drawn in lane:
        group.add(drawn, below)
    group.flush()
    return coarse


class _Group:
    """Short spans of a lane that follow one another, not yet put in it."""

    __slots__ = ("_count", "_end", "_first", "_lane", "_longest", "_start", "_times", "_where")

    def __init__(self, lane: list[Drawn]) -> None:
        self._lane = lane
        self._count = 0
        self._start = self._end = self._longest = 0.0
        self._times = [0.0] * 4
        self._where = -1
        self._first = Drawn(0.0, 0.0, 0, -1)

    def add(self, drawn: Drawn, below: float) -> None:
        """Take the next span of the lane."""
        start, end, state, where, many = drawn
        took = end - start
        if took >= below:
            if self._count:
                self.flush()
            self._lane.append(drawn)
            return
        if self._count and (end - self._start >= below or start - self._end >= below):
            self.flush()
        if not self._count:
            self._start, self._longest, self._where, self._first = start, -1.0, -1, drawn
            self._times = [0.0] * 4
        self._count += many
        self._end = end
        self._times[state] += took
        if where >= 0 and took > self._longest:
            self._longest, self._where = took, where

    def flush(self) -> None:
        """Put what there is into the lane as one."""
        if self._count == self._first.many:
            self._lane.append(self._first)
        elif self._count:
            state = self._times.index(max(self._times))
            self._lane.append(Drawn(self._start, self._end, state, self._where, self._count))
        self._count = 0
