"""Who was late because of some steps, and by how much."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from asyncdemo.findings.evidence import Evidence
from asyncdemo.spans import READY, Span


class Held:
    """The time in which a loop was held by some steps; steps of one loop do not overlap."""

    def __init__(self, steps: Iterable[Span]) -> None:
        spans = sorted((step.start, step.end) for step in steps)
        self._starts = [start for start, _ in spans]
        self._lengths = [end - start for start, end in spans]
        self._before = [0.0, *accumulate(self._lengths)]

    def between(self, start: float, end: float) -> float:
        """How many seconds of a stretch they took."""
        return self._until(end) - self._until(start)

    def _until(self, moment: float) -> float:
        place = bisect_left(self._starts, moment)
        if not place:
            return 0.0
        return self._before[place - 1] + min(self._lengths[place - 1], moment - self._starts[place - 1])


def late_by(evidence: Evidence, steps: Iterable[Span]) -> dict[int, float]:
    """The tasks that could have run meanwhile, with the seconds for which they could not, the most first."""
    held, late = Held(steps), dict[int, float]()
    spans = evidence.spans
    for index in evidence.long[READY]:
        seconds = held.between(spans.starts[index], spans.ends[index])
        if seconds > 0:
            late[spans.tasks[index]] = late.get(spans.tasks[index], 0.0) + seconds
    return dict(sorted(late.items(), key=lambda item: item[1], reverse=True))
