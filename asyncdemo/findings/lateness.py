"""Who was late because of some steps, and by how much."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from asyncdemo.findings.evidence import Evidence
from asyncdemo.model.spans import READY, Span


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
    by_thread: dict[int | None, list[Span]] = {}
    for step in steps:
        by_thread.setdefault(evidence.tasks[step.task].thread, []).append(step)
    held = {thread: Held(some) for thread, some in by_thread.items()}
    spans, late = evidence.spans, dict[int, float]()
    for index in evidence.long[READY]:
        task = spans.tasks[index]
        holder = held.get(evidence.tasks[task].thread)
        seconds = holder.between(spans.starts[index], spans.ends[index]) if holder is not None else 0.0
        if seconds > 0:
            late[task] = late.get(task, 0.0) + seconds
    return dict(sorted(late.items(), key=lambda item: item[1], reverse=True))
