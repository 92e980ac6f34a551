"""Spans from events: which task was in which state, when, and where it was suspended. Pure; cost linear in the events.

A step of a task ends where the next thing begins in its loop. Before a step the task was ready from the moment at
which the step was put into the loop's queue; if a timer did that, from the moment at which the timer was due, for
while a step holds the loop no timer gets into the queue. Before that it was waiting. What is not known is left out.

A thread is a loop of its own with one task: a step is its whole life, or a job of a pool's worker.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from asyncdemo.analysis.incidents import Callbacks, Ignored, LoopClock, Touches, split, unheeded
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, End, LoopTime, Raised, Reason, Spans, Task, Timeline
from asyncdemo.model.traces import Frame, Sample, Trace, Who
from asyncdemo.model.user_code import is_own
from asyncdemo.probe.inject import _asyncdemo_layout as layout

_ENDS: dict[int, End] = {layout.RETURNED: "returned", layout.RAISED: "raised", layout.CANCELLED: "cancelled"}
_CROWDED = 0.8  # of a step over 20 ms: if it queued for a processor for longer, nobody is to be blamed by the rest,
#                but for 20 ms on the processor: those are nobody else's
_HELD = 0.5  # of the rest: off the processor for more than this part of it, the loop was blocked
_LOCKED = 0.5  # of the time off the processor: if other threads used more than that, they may have held Python's lock
_USED = 0.1  # of it: if they used that much, the one with the lock may have queued for a processor as long as this one
_TURNS = ("_run_once", "unrolled_run")  # the functions in which asyncio and trio make the steps
_CUT = 100  # frames of a stack at most, as faulthandler writes it
_IGNORED = (1 << layout.KIND_AT - layout.IGNORED_AT) - 1  # masks of what the word of a suspension holds
_KIND = (1 << layout.CHAIN_AT - layout.KIND_AT) - 1
_CHAIN = (1 << layout.VALUE_AT - layout.CHAIN_AT) - 1
_LASTING = ("sleep", "task", "queue.put")  # waits whose value is not another one each time
_MANY_PLACES = 10_000  # from then on lines are told apart by kinds of waits only
_PLAIN = 0.9  # of a thread's time: on or off the processor for more than that, it was running or waiting


def timeline(trace: Trace, started: int, ended: int) -> Timeline:
    """The timeline of a run between two moments (ns). What was still going on then ends there, as pending."""
    return TimelineBuilder(started).finish(trace, ended)


def _of_step(frames: Sequence[Frame], loop: Who | None) -> Sequence[Frame]:
    """Those frames of a stack that are within a step: below them is the loop's own function, or the stack was cut.

    A loop that is written in C has none, and where the stack was pressed for nobody says so: then the outermost
    function is taken that has run the loop.
    """
    below = next((index for index, frame in enumerate(frames) if frame.function in _TURNS), None)
    if below is None and loop is not None and loop.coroutine:
        runs = (loop.path, loop.coroutine)
        below = next((index for index in reversed(range(len(frames))) if frames[index][::2] == runs), None)
    if below is None:
        return frames if len(frames) >= _CUT else ()
    return frames[:below]


def _runs_loop(main: Who, whos: Iterable[Who]) -> bool:
    """True if the main thread runs a loop, whose tasks tell more than the thread."""
    return any(who.kind in ("asyncio", "trio") and who.thread == main.thread for who in whos)


class _Lane:
    """What is known of one task while the events are read; times in seconds from the start of the run."""

    __slots__ = (
        "begun",
        "created",
        "due",
        "end",
        "ended",
        "ignored",
        "lost",
        "parent",
        "raised",
        "since",
        "stood",
        "theirs",
        "where",
    )

    def __init__(self, created: float, parent: int | None, *, begun: bool = True) -> None:
        self.begun = begun  # it has made a step
        self.created = created
        self.parent = parent
        self.since = created  # when its last step ended
        self.due: float | None = None  # since when it could have gone on, but for a step that held the loop
        self.where = -1  # where it is suspended since then
        self.stood = -1  # where it was suspended before its last step, if not by an installed library
        self.theirs = False  # an installed library has suspended it
        self.ignored: Ignored | None = None
        self.raised = 0  # with what it has ended, as layout.RAISED has it
        self.lost = False  # nobody knows when its last step ended
        self.ended: float | None = None
        self.end: End | None = "pending"


class _Loop:
    """What is known of one event loop while the events are read; times in seconds."""

    def __init__(self, key: int, *, threaded: bool) -> None:
        self.key = key
        self.idle = False  # it waits, and nothing has come since
        self.threaded = threaded  # it is a thread
        self.current: int | None = None  # whose step goes on
        self.last: int | None = None  # whose step was the last one, until the loop turns to something else
        self.start = 0.0
        self.due: float | None = None  # when the timer was due whose callback it is
        self.next_due: float | None = None  # the same of the step to come
        # Steps that may have put later ones in: start, end, whose, when its timer was due, and the task that it is due
        # to, which of a callback is the one whose step has put that in.
        self.recent: deque[tuple[float, float, int, float | None, int]] = deque()
        self.by = -1  # the task to which the step that goes on is due
        self.long = False  # whether the clocks were read at its end
        self.cpu = self.queued = self.others = 0.0
        self.queue_known = False
        self.short = 0.0  # wall time of the steps since the processor time was last read
        self.stopped: float | None = None  # since when it has not run
        self.clock = LoopClock()
        self.callbacks = Callbacks()


class _LongStep(NamedTuple):
    """A step of which a stack may tell the line: its span, or of a callback where it stands among those of its loop."""

    key: int
    start: float
    end: float
    span: int | None
    loop: _Loop


class TimelineBuilder:
    """Builds the timeline of a run that began at `started` (ns); its events may come part by part."""

    def __init__(self, started: int) -> None:
        self._started = started
        self._trace: Trace  # the part that is being read
        self._spans = Spans()
        self._lanes: dict[int, _Lane] = {}
        self._loops: dict[int, _Loop] = {}
        self._loop_of: dict[int, _Loop] = {}
        self._places: dict[tuple[str, int, Reason | None], int] = {}
        self._long: list[_LongStep] = []
        self._callbacks: set[int] = set()
        self._threads: set[int] = set()
        self._steps = 0
        self._touches = Touches()

    def read(self, part: Trace) -> None:
        """Go through some events, once. `part.whos` has all to whom they happened, and their loops."""
        self._trace = part
        started, step, loop_of = self._started, layout.STEP, self._loop_of
        for time, wake, code in zip(part.times, part.wakes, part.codes, strict=True):
            key, what = code >> 4, code & 15
            loop = loop_of.get(key)
            if loop is None:
                who = part.whos.get(key)
                if who is None or key == part.main:
                    continue  # it was about to be told of when the process died
                loop = self._register(key, who)
            if what == step:
                moment = (time - started) / 1e9
                if loop.current is not None:
                    self._close(loop, moment)
                self._step(loop, key, (wake - started) / 1e9 if wake else moment, moment)
            elif what in (layout.POLL, layout.IDLE, layout.STOP):
                self._turn(loop, what, (time - started) / 1e9)
            else:
                self._note(loop, key, what, time, wake)

    def _register(self, key: int, who: Who) -> _Loop:
        if who.kind in ("loop", "thread"):
            (self._callbacks if who.kind == "loop" else self._threads).add(key)
        self._loop_of[key] = loop = self._loops.setdefault(who.loop, _Loop(who.loop, threaded=who.kind == "thread"))
        return loop

    def finish(self, trace: Trace, ended: int) -> Timeline:
        """The timeline up to a moment (ns), the tasks in the order in which they came to be. What still goes on ends.

        `trace` has the last part of the events and, for all of them, what else is known.
        """
        main = None if trace.main is None else trace.whos.get(trace.main)
        if trace.main is not None and main is not None and not _runs_loop(main, trace.whos.values()):
            self._register(trace.main, main)
        self.read(trace)
        end = self._seconds(ended if trace.until is None else min(ended, trace.until))
        holding = {key: loop.start for key, loop in self._loops.items() if loop.current is not None}
        for loop in self._loops.values():
            self._touches.awake(loop.key, end)
            if loop.current is not None:
                self._close_last(loop, loop.current, end)
        self._find_lines()
        for key, lane in self._lanes.items():
            if lane.end != "pending" or lane.ended is not None:
                continue
            if key not in self._threads:
                home = trace.whos[key].loop
                if not lane.begun:
                    self._spans.add(key, READY, lane.since, min(end, self._loops[home].stopped or end))
                    lane.since = end
                # While a step holds the loop to the end, nobody is told who gets ready.
                until = min(end, holding.get(home, end), self._loops[home].stopped or end)
                self._wait(key, lane, lane.since, until)
            if trace.until is not None:
                lane.end = None
        every = [self._task(key, lane) for key, lane in self._lanes.items()]
        for key, loop in self._loops.items():
            every += [] if loop.threaded else loop.callbacks.lane(key, self._thread_of(key), self._spans)
        tasks = sorted(every, key=lambda task: task.created)
        touches = self._touches.all(trace.files, self._lanes)
        ignored = ((key, lane.ignored) for key, lane in self._lanes.items() if lane.ignored is not None)
        went_on = tuple(each for key, some in ignored for each in unheeded(key, some, self._spans.places))
        return Timeline(tuple(tasks), self._spans, self._steps, trace.complete, touches, went_on, self._times(end))

    def _times(self, end: float) -> tuple[LoopTime, ...]:
        """What each loop did with its time, in the order in which they came to run."""
        found = []
        for key, loop in self._loops.items():
            loop.clock.stops(end)
            told = None if loop.threaded else loop.clock.told(self._thread_of(key))
            found += [] if told is None else [told]
        return tuple(sorted(found, key=lambda each: each.start))

    def _thread_of(self, key: int) -> int | None:
        who = self._trace.whos.get(key)
        return None if who is None else who.thread or None

    def _step(self, loop: _Loop, key: int, wake: float, moment: float) -> None:
        loop.current, loop.last, loop.start, loop.stopped = key, None, moment, None
        loop.due, loop.next_due = loop.next_due, None
        if loop.clock.since is None:
            loop.clock.runs(moment)
        if loop.idle:
            self._awake(loop, moment)
        recent = loop.recent
        while recent and recent[0][1] < wake:
            recent.popleft()
        waker, due, by = recent[0][2:] if recent and recent[0][0] <= wake else (None, None, -1)
        loop.by = by if key in self._callbacks else key
        if key in self._callbacks:
            return
        self._steps += not loop.threaded
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(wake, waker)
        elif due is not None and due < wake:
            wake = due
        if not lane.begun:
            wake, lane.begun = lane.since, True
        if lane.due is not None:
            wake, lane.due = min(wake, lane.due), None
        since = moment if loop.threaded else lane.since  # that a worker has no job is nothing to be told
        if wake > since:
            self._wait(key, lane, since, wake, by)
            since = wake
        if moment > since:
            self._spans.add(key, READY, since, moment, lane.where)
        lane.stood = -1 if lane.theirs else lane.where
        lane.where, lane.theirs, lane.lost = -1, False, False

    def _turn(self, loop: _Loop, what: int, moment: float) -> None:
        """The loop has made its steps, or has stopped."""
        if loop.current is not None:
            self._close(loop, moment)
        loop.short, loop.last = 0.0, None
        self._awake(loop, moment)
        loop.idle = what == layout.IDLE
        if what == layout.STOP:
            loop.stopped = loop.stopped or moment
            loop.clock.stops(moment)
            return
        loop.stopped = None
        if loop.clock.since is None:
            loop.clock.runs(moment)
        if loop.idle:
            loop.clock.waits(moment)

    def _awake(self, loop: _Loop, moment: float) -> None:
        """The loop is no longer idle."""
        loop.idle = False
        loop.clock.wakes(moment)
        self._touches.awake(loop.key, moment)

    def _wait(self, key: int, lane: _Lane, since: float, until: float, waker: int = -1) -> None:
        """A task has waited, until a step of `waker` has woken it."""
        self._spans.add(key, WAITING, since, until, lane.where, waker)
        if lane.ignored is not None and until > since:
            lane.ignored.waits(lane.where, until - since)

    def _close(self, loop: _Loop, moment: float) -> None:
        """End the step that goes on in a loop."""
        key, start = loop.current, loop.start
        if key is None:
            return
        loop.recent.append((start, moment, key, loop.due, loop.by))
        lane = self._lanes.get(key)
        state = self._state(loop, moment - start) if loop.long or loop.threaded else RUNNING
        if state != RUNNING:
            loop.clock.held(state, moment - start)
        if loop.long and state is not None:
            self._long.append(_LongStep(key, start, moment, None if lane is None else len(self._spans), loop))
        if lane is not None:
            if state is not None:
                self._spans.add(key, state, start, moment, queued=loop.queued if loop.long else 0.0)
            lane.since = moment
        elif loop.long and state is not None:
            loop.callbacks.add(state, start, moment, loop.queued)
        loop.current, loop.last = None, key
        if loop.long:
            loop.short, loop.long, loop.queued, loop.others = 0.0, False, 0.0, 0.0
            loop.queue_known = False
        else:
            loop.short += moment - start

    def _close_last(self, loop: _Loop, key: int, end: float) -> None:
        """End a step that was never to end: what it was, only somebody outside can have seen."""
        seen, wall = self._trace.hanging, end - loop.start
        if seen is not None and self._seconds(seen.since) == loop.start and seen.wall > 0 and self._in_main_thread(key):
            part = wall / seen.wall  # seconds for each ns
            loop.cpu, loop.queued, loop.others = seen.cpu * part, seen.queued * part, seen.others * part
            loop.queue_known = True
            loop.short, loop.long = 0.0, True
        elif wall > layout.LONG / 1e9 and not loop.threaded:
            loop.current = None  # nobody knows
            loop.clock.held(None, wall)
            if key in self._lanes:
                self._lanes[key].since = end
            return
        self._close(loop, end)

    def _state(self, loop: _Loop, wall: float) -> int | None:
        """What a long step was; None where that cannot be known."""
        cpu = max(0.0, loop.cpu - loop.short)
        off = wall - cpu - loop.queued
        locked_out = loop.others > _USED * off and loop.others + loop.queued > _LOCKED * off
        if not loop.threaded:
            computed = off <= _HELD * (wall - loop.queued)
            crowded = loop.queued > _CROWDED * wall and wall > layout.HELD / 1e9
            if crowded and not (computed and cpu > layout.HELD / 1e9):
                return None
            # Not on Linux: it may have queued, and a clock of Windows stands still for 16 ms.
            doubtful = not loop.queue_known and (cpu > (1 - _PLAIN) * wall or wall <= layout.HELD / 1e9)
            return RUNNING if computed else None if locked_out or doubtful else BLOCKED
        if not loop.long:
            return None
        if cpu + loop.queued >= _PLAIN * wall:
            return RUNNING
        return WAITING if cpu <= (1 - _PLAIN) * wall and off > _HELD * wall and not locked_out else None

    def _find_lines(self) -> None:
        """Add to long steps where they were seen."""
        samples: dict[int, deque[Sample]] = {}
        for sample in self._trace.samples:
            samples.setdefault(sample.thread, deque()).append(sample)
        for step in self._long:
            # Of the life of a thread stacks tell nothing: a loop may have made steps in it.
            has_stacks = not step.loop.threaded or self._in_main_thread(step.key)
            own = self._seen(step, samples) if has_stacks else ()
            if step.span is None:
                step.loop.callbacks.seen(self._holding_line(own) if own else -1, own[-1].function if own else "")
            elif own:
                self._spans.where[step.span] = self._holding_line(own)

    def _in_main_thread(self, key: int) -> bool:
        """True if a task runs in the main thread."""
        main, whos = self._trace.main, self._trace.whos
        return main is None or whos[key].thread == whos[main].thread

    def _seen(self, step: _LongStep, samples: dict[int, deque[Sample]]) -> Sequence[Frame]:
        """The frames of the person's own code in which a long step was seen, the innermost first."""
        key = step.key
        some = samples.get(0 if self._in_main_thread(key) else self._trace.whos[key].thread, deque())
        while some and self._seconds(some[0].at) < step.start:
            some.popleft()
        if not some or self._seconds(some[0].at) > step.end:
            return ()
        within = _of_step(some[0].frames, self._trace.whos.get(self._trace.whos[key].loop))
        return [frame for frame in within if is_own(frame.path, self._trace.libraries)]

    def _holding_line(self, own: Sequence[Frame]) -> int:
        """The place at which a step was seen; its reason tells the lines that had called one another down to it."""
        through = tuple((frame.path, frame.line) for frame in reversed(own[1:]))
        return self._place(own[0].path, own[0].line, Reason("", None, through) if through else None)

    def _note(self, loop: _Loop, key: int, what: int, value: int, wake: int) -> None:
        if what == layout.DUE:
            self._due(loop, key, self._seconds(value))
        elif what == layout.CPU:
            loop.cpu, loop.long = value / 1e9, True
        elif what == layout.QUEUED:
            loop.queued, loop.queue_known = value / 1e9, True
        elif what == layout.OTHERS:
            loop.others = value / 1e9
        elif what == layout.NEW:
            made_by, begun = wake % layout.NOT_BEGUN, wake < layout.NOT_BEGUN
            parent = made_by - 1 if made_by else None
            self._lanes.setdefault(key, _Lane(self._seconds(value), parent, begun=begun))
        elif what == layout.TOUCHED:
            self._touches.touched(loop.key, wake, self._seconds(value), idle=loop.idle)
        elif what == layout.OVER:
            self._over(loop, key, self._seconds(value), known=not wake)
        elif (lane := self._lanes.get(key)) is not None:
            if what == layout.AT:
                self._suspended(lane, value, wake)
            elif lane.end == "pending" and lane.ended is None:
                self._ended(loop, key, lane, self._seconds(value), what)
                lane.raised = wake if what == layout.RAISED else 0

    def _due(self, loop: _Loop, key: int, moment: float) -> None:
        """A timer was due: that of the loop's next callback, or one for which a task waits."""
        lane = self._lanes.get(key)
        if key in self._callbacks:
            loop.next_due = moment
        elif lane is not None and moment >= lane.since:
            lane.due = moment

    def _over(self, loop: _Loop, key: int, moment: float, *, known: bool) -> None:
        """A step has ended; if nobody knows when, nothing is known of it."""
        lane = self._lanes.get(key)
        if known:
            if loop.current == key:
                self._close(loop, moment)
        elif lane is not None:
            lane.since, lane.lost = moment, loop.current == key
            if lane.lost:
                loop.clock.held(None, moment - loop.start)
                loop.current, loop.last, loop.long = None, key, False

    def _ended(self, loop: _Loop, key: int, lane: _Lane, moment: float, what: int) -> None:
        """A task has ended: with its step, or as something that nobody will ever wake up."""
        own_end = key in (loop.current, loop.last) or key in self._threads
        if loop.current == key:
            self._close(loop, moment)
        lane.ended = None if lane.lost and own_end else moment
        if what in _ENDS:
            lane.end = _ENDS[what]
        elif own_end:
            lane.end = None
        elif not lane.begun:
            self._spans.add(key, READY, lane.since, min(moment, loop.stopped or moment))
        else:
            self._wait(key, lane, lane.since, moment)

    def _suspended(self, lane: _Lane, where: int, word: int) -> None:
        """A task is suspended; the word tells by whom, and how many times it was cancelled and has not ended."""
        ignored, lane.theirs = word >> layout.IGNORED_AT & _IGNORED, bool(word & 1)
        lane.where = self._place(*split(where, self._trace.files), self._reason(word))
        if ignored or lane.ignored is not None:
            lane.ignored = lane.ignored or Ignored()
            lane.ignored.suspended(ignored, lane.stood)

    def _reason(self, word: int) -> Reason | None:
        """For what a task waits, as the word of its suspension tells; without counts that change all the time."""
        kind, value = word >> layout.KIND_AT & _KIND, word >> layout.VALUE_AT
        wait = layout.WAITS[kind] if kind < len(layout.WAITS) else ""
        chain = self._trace.chains.get(word >> layout.CHAIN_AT & _CHAIN, ())
        if not wait and not chain:
            return None
        lasting = wait in _LASTING and len(self._places) < _MANY_PLACES
        return Reason(wait, value if lasting else None, chain)

    def _place(self, path: str, line: int, reason: Reason | None = None) -> int:
        where = self._places.setdefault((path, line, reason), len(self._places))
        if where == len(self._spans.places):
            self._spans.places.append((path, line))
            if reason is not None:
                self._spans.reasons[where] = reason
        return where

    def _seconds(self, moment: int) -> float:
        return (moment - self._started) / 1e9

    def _task(self, key: int, lane: _Lane) -> Task:
        who = self._trace.whos[key]
        parent = None if lane.parent in self._callbacks else lane.parent
        ends = lane.created, lane.ended, lane.end
        raised = self._raised(lane.raised, unseen=who.unseen) if lane.raised else None
        return Task(
            key, who.name, who.kind, parent, who.coroutine, who.path, who.line, *ends, who.thread or None, raised
        )

    def _raised(self, word: int, *, unseen: bool) -> Raised:
        path, line = split(word & (1 << 48) - 1, self._trace.files)
        error, _, text = self._trace.files.get(word >> 48, "").partition(": ")
        return Raised(error, path or None, line or None, text, unseen)
