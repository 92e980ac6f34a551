"""For what tasks wait, in words short enough for the bars of their lanes. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from asyncdemo.analysis.lanes import Axis
from asyncdemo.model.spans import WAITING, Reason, Spans, wait_words

Texts = Callable[[int, int], Sequence[str]]  # of the cells from one up to another: what to say there, the best first

_NEARLY = 0.9  # of the time that tasks waited within a stretch: what they waited for most is then said of all of it
_THROUGH = ("as_completed", "asyncio.wait", "shield", "wait_for", "future")  # by these a task may wait for another one
_SOON = 0.001  # seconds from the end of a task to the wake-up of the one that awaited it by one of these
_SAID = {"future": "a future", "task": "a task"}


def short_words(reason: Reason, names: Mapping[int, str]) -> tuple[str, ...]:
    """A wait with what tells it from others, then its kind alone: "sleep 0.2", "sleep"; nothing where it is unknown."""
    kind = _SAID.get(reason.wait, reason.wait)
    if reason.wait == "task" and reason.value in names:
        return f"awaits {names[reason.value or 0]}", kind
    if reason.wait in ("sleep", "forever"):
        return wait_words(reason.wait, reason.value), kind
    return (kind,) if kind else ()


class BarWords:
    """The waits of tasks by the cells of an axis. Cost: the spans once, and those within each bar that is asked for."""

    def __init__(
        self, spans: Spans, axis: Axis, names: Mapping[int, str], ended: Mapping[int, float] = MappingProxyType({})
    ) -> None:
        """`ended` has the moments at which tasks have ended."""
        self._spans = spans
        self._axis = axis
        self._names = names
        self._ended = ended

    def of(self, tasks: Sequence[int]) -> Texts:
        """What to say of the bars of a lane of these tasks."""

        def texts(start: int, stop: int) -> Sequence[str]:
            length = (self._axis.end - self._axis.start) / self._axis.cells
            begin = self._axis.start + start * length
            return self._texts(tasks, begin, begin + (stop - start) * length)

        return texts

    def _texts(self, tasks: Sequence[int], begin: float, end: float) -> tuple[str, ...]:
        """What nearly all of the time was waited for: in full, or where these differ by its kind alone."""
        times: dict[tuple[int, int], float] = {}
        for task in tasks:
            for key, seconds in self._within(task, begin, end):
                times[key] = times.get(key, 0.0) + seconds
        full, kinds = defaultdict[str, float](float), defaultdict[str, float](float)
        for (where, other), seconds in times.items():
            words = self._words.get(where, ())
            if other in self._names and words:
                words = f"awaits {self._names[other]}", *words
            full[words[0] if words else ""] += seconds
            kinds[words[-1] if words else ""] += seconds
        least = _NEARLY * sum(times.values())
        most = [max(some, key=some.__getitem__, default="") for some in (full, kinds)]
        said = [word for word, some in zip(most, (full, kinds), strict=True) if word and some[word] >= least]
        return tuple(dict.fromkeys(said))

    def _within(self, task: int, begin: float, end: float) -> Iterator[tuple[tuple[int, int], float]]:
        """The places at which a task waited within a stretch, each with the task that it awaited, and the seconds."""
        spans = self._spans
        own = spans.of(task) if spans.reasons else ()
        for index in own[max(0, bisect_right(own, begin, key=spans.starts.__getitem__) - 1) :]:
            if spans.starts[index] >= end:
                return
            seconds = min(end, spans.ends[index]) - max(begin, spans.starts[index])
            if seconds > 0 and spans.states[index] == WAITING:
                yield (spans.where[index], self._awaited(index)), seconds

    def _awaited(self, index: int) -> int:
        """The task whose end has ended a wait that does not say for what task it is; -1 where that is not known."""
        spans = self._spans
        reason, waker = spans.reasons.get(spans.where[index]), spans.wakers[index]
        if reason is None or reason.wait not in _THROUGH or waker not in self._ended:
            return -1
        return waker if 0 <= spans.ends[index] - self._ended[waker] < _SOON else -1

    @cached_property
    def _words(self) -> dict[int, tuple[str, ...]]:
        return {where: short_words(reason, self._names) for where, reason in self._spans.reasons.items()}
