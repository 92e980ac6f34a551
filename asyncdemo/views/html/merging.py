"""Spans for drawing: lane by lane, and no more of them than a page can hold. Pure; cost: that of sorting the spans.

Spans that are shorter than a pixel at the largest zoom are put together with their neighbours. What is drawn in their
place is the state that took most of the time; how many there were is kept.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import sub
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
    own = {task: array("i") for task in tasks}
    append = {task: indexes.append for task, indexes in own.items()}
    for index, task in enumerate(spans.tasks):
        if task in append:
            append[task](index)
    if sum(map(len, own.values())) <= most:
        return Merged({task: [_drawn(spans, index) for index in indexes] for task, indexes in own.items()})
    below = _enough(spans, length, most - len(own))
    while True:
        found = Merged({task: _lane(spans, indexes, below) for task, indexes in own.items()}, below)
        if found.number <= most or below >= length:
            return found
        below *= 2


def _enough(spans: Spans, length: float, most: int) -> float:
    """The least length of a span that is drawn by itself, for no more stretches than that if lanes have no gaps.

    Each stretch of short spans is as long as that, or the next one is a long span.
    """
    lengths = sorted(map(sub, spans.ends, spans.starts))
    sums = list(accumulate(lengths, initial=0.0))
    below = length / _FINEST
    while below < length:
        short = bisect_left(lengths, below)
        if 2 * (len(lengths) - short) + sums[short] / below <= most:
            break
        below *= 2
    return below


def _lane(spans: Spans, indexes: Sequence[int], below: float) -> list[Drawn]:
    """The stretches of one lane."""
    starts, ends = spans.starts, spans.ends
    lane: list[Drawn] = []
    group: list[int] = []
    first = last = 0.0
    for index in indexes:
        start, end = starts[index], ends[index]
        if end - start >= below:
            if group:
                lane.append(_together(spans, group))
                group = []
            lane.append(_drawn(spans, index))
            continue
        if group and (end - first >= below or start - last >= below):
            lane.append(_together(spans, group))
            group = []
        if not group:
            first = start
        group.append(index)
        last = end
    if group:
        lane.append(_together(spans, group))
    return lane


def _drawn(spans: Spans, index: int) -> Drawn:
    return Drawn(spans.starts[index], spans.ends[index], spans.states[index], spans.where[index])


def _together(spans: Spans, group: Sequence[int]) -> Drawn:
    """One stretch for all of these; its place is that of the longest that has one."""
    if len(group) == 1:
        return _drawn(spans, group[0])
    starts, ends = spans.starts, spans.ends
    times, longest, where = [0.0] * 4, -1.0, -1
    for index in group:
        took = ends[index] - starts[index]
        times[spans.states[index]] += took
        if took > longest and spans.where[index] >= 0:
            longest, where = took, spans.where[index]
    return Drawn(starts[group[0]], ends[group[-1]], times.index(max(times)), where, len(group))
