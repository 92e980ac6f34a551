"""The timeline of a run, built while it goes on, so that little is left to be done when the script has ended.

It takes only time that nobody else wants: short slices between two looks at the child, and none for a while where the
tool had to wait for a processor itself. What a slice leaves is read by a later one, or at the end.
"""

import time

from asyncdemo.analysis.timeline import TimelineBuilder
from asyncdemo.model.spans import Timeline
from asyncdemo.runner.shared_memory import Memory, PartReader
from asyncdemo.runner.stacks import Stacks

_SLICE = 3_000_000  # ns of every look, which comes each 10 ms: output has to be read meanwhile
_EVENTS = 500  # read before it is looked at the clock again
_CROWDED = 1.5  # times the processor time of a slice: if it took longer, others wanted the processor
_PAUSE = 200_000_000  # ns


class LiveTimeline:
    """Reads the events of a child that was started at `started` (ns)."""

    def __init__(self, memory: Memory, started: int) -> None:
        self._parts = PartReader(memory)
        self._builder = TimelineBuilder(started)
        self._not_before = 0

    def go_on(self, now: int) -> None:
        """Read what has come, for a slice of time at most; `now` in ns."""
        if now < self._not_before:
            return
        start, used = time.monotonic_ns(), time.thread_time_ns()
        while time.monotonic_ns() - start < _SLICE and (part := self._parts.part(_EVENTS)) is not None:
            self._builder.read(part)
        took = time.monotonic_ns() - start
        if took > _SLICE and took > _CROWDED * (time.thread_time_ns() - used):
            self._not_before = now + took + _PAUSE

    def finish(self, stacks: Stacks | None, ended: int) -> Timeline | None:
        """The timeline up to a moment (ns), with what stacks tell of long steps; None where nothing was traced."""
        trace = self._parts.rest()
        if trace is None:
            return None
        if stacks is not None:
            trace = trace._replace(samples=stacks.samples(), hanging=stacks.hanging())
        return self._builder.finish(trace, ended)
