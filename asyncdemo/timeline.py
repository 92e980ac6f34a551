"""Spans from events: which task was in which state, when, and where it was suspended. Pure; cost linear in the events.

A step of a task ends where the next thing begins in its loop. Before a step the task was ready from the moment at
which the step was put into the loop's queue; if a timer did that, from the moment at which the timer was due, for
while a step holds the loop no timer gets into the queue. Before that it was waiting. What is not known is left out.
"""

from collections import deque

from asyncdemo.own_code import is_own
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.spans import BLOCKED, READY, RUNNING, WAITING, End, Spans, Task, Timeline
from asyncdemo.trace import Trace

_ENDS: dict[int, End] = {layout.RETURNED: "returned", layout.RAISED: "raised", layout.CANCELLED: "cancelled"}
_HELD = 0.5  # of a long step: off the processor for more than this part of it, the loop was blocked


def timeline(trace: Trace, started: int, ended: int) -> Timeline:
    """Give the timeline of a run between two moments (ns). What was still going on then ends there, as pending."""
    builder = _Builder(trace, started)
    builder.read()
    return builder.finish(ended)


class _Lane:
    """What is known of one task while the events are read; times in ns."""

    __slots__ = ("created", "end", "ended", "parent", "since", "where")

    def __init__(self, created: int, parent: int | None) -> None:
        self.created = created
        self.parent = parent
        self.since = created  # when its last step ended
        self.where = -1  # where it is suspended since then
        self.ended: int | None = None
        self.end: End | None = "pending"


class _Loop:
    """What is known of one event loop while the events are read; times in ns."""

    __slots__ = ("cpu", "current", "due", "long", "next_due", "queued", "recent", "short", "start")

    def __init__(self) -> None:
        self.current: int | None = None  # whose step goes on
        self.start = 0
        self.due: int | None = None  # when the timer was due whose callback it is
        self.next_due: int | None = None  # the same of the step to come
        self.recent: deque[tuple[int, int, int, int | None]] = deque()  # steps that may have put later ones in
        self.long = False  # whether the two clocks were read at its end
        self.cpu = self.queued = 0
        self.short = 0  # wall time of the steps since the processor time was last read


class _Builder:
    def __init__(self, trace: Trace, started: int) -> None:
        self._trace = trace
        self._samples = deque(trace.samples)
        self._started = started
        self._spans = Spans()
        self._lanes: dict[int, _Lane] = {}
        self._loops: dict[int, _Loop] = {}
        self._places: dict[tuple[str, int], int] = {}
        self._steps = 0

    def read(self) -> None:
        """Go through the events once."""
        loop_of = {key: self._loops.setdefault(who.loop, _Loop()) for key, who in self._trace.whos.items()}
        for time, wake, code in zip(self._trace.times, self._trace.wakes, self._trace.codes, strict=True):
            key, what = code >> 4, code & 15
            loop = loop_of.get(key)
            if loop is None:
                continue  # it was about to be told of when the process died
            if what == layout.STEP:
                self._close(loop, time)
                self._step(loop, key, wake, time)
            elif what in (layout.POLL, layout.IDLE, layout.STOP):
                self._close(loop, time)
                loop.short = 0
            else:
                self._note(loop, key, what, time)

    def finish(self, ended: int) -> Timeline:
        """End what still goes on, and give the lanes in the order in which the tasks came to be."""
        for loop in self._loops.values():
            self._close(loop, ended)
        for key, lane in self._lanes.items():
            if lane.ended is None:
                self._add(key, WAITING, lane.since, ended, lane.where)
        tasks = tuple(self._task(key, lane) for key, lane in self._lanes.items())
        return Timeline(tasks, self._spans, self._steps, self._trace.complete)

    def _step(self, loop: _Loop, key: int, wake: int, time: int) -> None:
        loop.current, loop.start = key, time
        loop.due, loop.next_due = loop.next_due, None
        if self._trace.whos[key].is_loop:
            return
        self._steps += 1
        recent = loop.recent
        while recent and recent[0][1] < wake:
            recent.popleft()
        waker, due = (recent[0][2], recent[0][3]) if recent and recent[0][0] <= wake else (None, None)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(wake, waker)
        ready = max(lane.since, wake if due is None else min(wake, due))
        self._add(key, WAITING, lane.since, ready, lane.where)
        self._add(key, READY, ready, time, lane.where)
        lane.where = -1

    def _close(self, loop: _Loop, time: int) -> None:
        """End the step that goes on in a loop."""
        key = loop.current
        if key is None:
            return
        wall = time - loop.start
        loop.recent.append((loop.start, time, key, loop.due))
        lane = self._lanes.get(key)
        if lane is not None:
            held = loop.long and wall - max(0, loop.cpu - loop.short) - loop.queued > _HELD * wall
            where = self._holding_line(loop.start, time) if loop.long else -1
            self._add(key, BLOCKED if held else RUNNING, loop.start, time, where)
            lane.since = time
        loop.short = 0 if loop.long else loop.short + wall
        loop.current, loop.long, loop.queued = None, False, 0

    def _holding_line(self, start: int, end: int) -> int:
        """The place in the person's own code at which a long step was seen, the first time it was looked at."""
        samples = self._samples
        while samples and samples[0].at < start:
            samples.popleft()
        if not samples or samples[0].at > end:
            return -1
        frames = samples[0].frames
        own = next((frame for frame in frames if is_own(frame.path)), None)
        return -1 if own is None else self._place(own.path, own.line)

    def _note(self, loop: _Loop, key: int, what: int, value: int) -> None:
        if what == layout.DUE:
            loop.next_due = value
        elif what == layout.CPU:
            loop.cpu, loop.long = value, True
        elif what == layout.QUEUED:
            loop.queued = value
        elif (lane := self._lanes.get(key)) is None:
            return
        elif what == layout.AT:
            lane.where = self._place(self._trace.files.get(value >> 32, ""), value & 0xFFFF_FFFF)
        elif what in _ENDS:
            lane.ended, lane.end = value, _ENDS[what]
        elif what == layout.GONE and lane.ended is None:
            lane.ended, lane.end = value, None

    def _place(self, path: str, line: int) -> int:
        where = self._places.setdefault((path, line), len(self._places))
        if where == len(self._spans.places):
            self._spans.places.append((path, line))
        return where

    def _add(self, key: int, state: int, start: int, end: int, where: int) -> None:
        self._spans.add(key, state, self._seconds(start), self._seconds(end), where)

    def _seconds(self, moment: int) -> float:
        return (moment - self._started) / 1e9

    def _task(self, key: int, lane: _Lane) -> Task:
        who = self._trace.whos[key]
        parent = lane.parent if lane.parent is not None and not self._trace.whos[lane.parent].is_loop else None
        ended = None if lane.ended is None else self._seconds(lane.ended)
        created = self._seconds(lane.created)
        return Task(key, who.name, "asyncio", parent, who.coroutine, who.path, who.line, created, ended, lane.end)
