"""Lanes and spans: what every task did, as plain data. Times are seconds from the start of the run."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from asyncdemo.probe.inject import _asyncdemo_layout as layout

State = Literal["running", "ready", "waiting", "blocked"]
End = Literal["returned", "raised", "cancelled", "pending"]

STATES: tuple[State, ...] = ("running", "ready", "waiting", "blocked")
RUNNING, READY, WAITING, BLOCKED = range(4)
UNKNOWN = -2  # in the place of a task that has ended a wait: it was not recorded whether one did

TASKS = "asyncio", "trio"  # the kinds of lanes that are tasks of event loops
CALLBACKS = "callbacks"  # the kind of a lane that has the callbacks of an event loop

LONG = 0.001  # seconds: a shorter step is one of very many
_MATTERS = 0.001  # seconds in the queue for a processor: less is always there


class Task(NamedTuple):
    """A lane: times in seconds from the start of the run, None where unknown; `path` and `line` of its coroutine.

    `kind` is one of TASKS, "thread", or CALLBACKS: then it has the steps of a loop that are no task's, `coroutine` is
    the name of the only function that held the loop, and it is there from the first such step to the end of the last.

    `end` is None of a task that was gone before it could be asked how it ended. `thread` is the identifier of the
    thread in which it ran, or that it is.
    """

    id: int
    name: str
    kind: str
    parent: int | None
    coroutine: str
    path: str
    line: int
    created: float
    ended: float | None
    end: End | None
    thread: int | None = None
    raised: "Raised | None" = None


class Raised(NamedTuple):
    """What a task has ended with: the name of the error, and the line of user code that raised it, where known.

    `text` is what the error says, "" where that is not known. `unseen` if nothing had looked at it when the script had
    ended, and the task was still kept somewhere.
    """

    error: str
    path: str | None
    line: int | None
    text: str = ""
    unseen: bool = False

    @property
    def whole(self) -> str:
        """The error with what it says."""
        return f"{self.error}: {self.text}" if self.text else self.error


class Reason(NamedTuple):
    """For what a task waits: the kind of wait, a value that says more, and the lines of user code that led there.

    Of a step that holds the loop the kind is "", and the lines are those of the functions that have called one another.
    `value` is what probe/inject/_asyncdemo_layout.py says of the kind, None where that changes all the time; `through`
    are the lines of the coroutines that await one another down to the one that is suspended, the outermost first.
    """

    wait: str
    value: int | None = None
    through: tuple[tuple[str, int], ...] = ()


class Span(NamedTuple):
    """A stretch of one task in one state; seconds from the start of the run; the place where it was suspended.

    `reason` is for what it waited, None where that is unknown. For `queued` seconds of a long step the machine had no
    processor for it.
    """

    task: int
    state: State
    start: float
    end: float
    path: str | None
    line: int | None
    reason: Reason | None = None
    queued: float = 0.0

    @property
    def own(self) -> float:
        """Its length in seconds, without the time in which the machine had no processor for it."""
        return self.end - self.start - self.queued


class Spans:
    """Spans as columns, so that millions of them stay small; `places` are pairs of path and line.

    `reasons` tell for what tasks wait there; a line has several places if there are several reasons. `wakers` are the
    tasks whose steps have ended waits, -1 where nobody's has, as that of a timer, and UNKNOWN in old recordings.
    `queued` tells by the indexes of long steps for how many seconds the machine had no processor for them, where that
    was long enough to matter. `long` has the indexes of those that last LONG seconds or more, or blocked their loop:
    few of millions. `by_task` has those of each task, in the order of their times.
    """

    def __init__(self) -> None:
        self.tasks = array("i")
        self.states = bytearray()
        self.starts = array("d")
        self.ends = array("d")
        self.where = array("i")
        self.wakers = array("i")
        self.places: list[tuple[str, int]] = []
        self.reasons: dict[int, Reason] = {}
        self.queued: dict[int, float] = {}
        self.long = array("i")
        self.by_task: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[Span]:
        for index in range(len(self)):
            yield self[index]

    def __getitem__(self, index: int) -> Span:
        path, line = self.places[self.where[index]] if self.where[index] >= 0 else (None, None)
        state = STATES[self.states[index]]
        reason = self.reasons.get(self.where[index])
        times = self.starts[index], self.ends[index]
        return Span(self.tasks[index], state, *times, path, line, reason, self.queued.get(index, 0.0))

    def add(
        self, task: int, state: int, start: float, end: float, where: int = -1, waker: int = -1, queued: float = 0.0
    ) -> None:
        """Append a span; one that has no length is left out."""
        if end > start:
            index = len(self.states)
            if end - start >= LONG or state == BLOCKED:
                self.long.append(index)
                if queued >= _MATTERS:
                    self.queued[index] = min(queued, end - start)
            if task not in self.by_task:
                self.by_task[task] = array("i")
            self.by_task[task].append(index)
            self.tasks.append(task)
            self.states.append(state)
            self.starts.append(start)
            self.ends.append(end)
            self.where.append(where)
            self.wakers.append(waker)

    def of(self, task: int) -> Sequence[int]:
        """The indexes of a task's spans, in the order of their times."""
        return self.by_task.get(task, ())

    def last_wait(self, task: int) -> int | None:
        """The index of a task's last wait; None where it has not waited."""
        return next((index for index in reversed(self.of(task)) if self.states[index] == WAITING), None)


class CrossThreadCall(NamedTuple):
    """A line at which another thread has put something into a loop's queue and not woken the loop; how often.

    `path` and `line` are None where it is no line of the person's own, `thread` is the lane, None where it has none.
    `slept` is for how many seconds the loop has then slept on, at most; 0 where it was awake each time.
    """

    path: str | None
    line: int | None
    thread: int | None
    times: int
    slept: float


class IgnoredCancellation(NamedTuple):
    """A task was cancelled while it was suspended at `line`, and then was suspended again at `again_line`.

    `waited` is for how many seconds it has waited there in all while nobody had taken the cancellation back.
    """

    task: int
    path: str
    line: int
    again_path: str
    again_line: int
    waited: float


class LoopTime(NamedTuple):
    """What an event loop did with its time; all in seconds, `start` and `end` from the start of the run.

    Between these two it was running for `ran`. Of that it was idle, or blocked by steps of tasks and callbacks, or
    nobody knows; for the rest it was busy. `longest_blocked` is the longest of these steps.
    """

    thread: int | None
    start: float
    end: float
    ran: float
    idle: float
    blocked: float
    unknown: float
    longest_blocked: float

    @property
    def busy(self) -> float:
        """Seconds for which it made steps, or turned from one to the next."""
        return max(0.0, self.ran - self.idle - self.blocked - self.unknown)


class Timeline(NamedTuple):
    """All lanes of a run with their spans; `steps` counts the steps of tasks.

    `loops` are the event loops that ran, none in recordings of earlier versions.
    """

    tasks: tuple[Task, ...]
    spans: Spans
    steps: int
    complete: bool
    touches: tuple[CrossThreadCall, ...] = ()
    unheeded: tuple[IgnoredCancellation, ...] = ()
    loops: tuple[LoopTime, ...] = ()


def loop_json(loop: LoopTime) -> dict[str, Any]:
    """What a loop did in the published shape; times rounded to the microsecond."""
    return {name: value if name == "thread" else round(value, 6) for name, value in loop._asdict().items()}


def task_json(task: Task) -> dict[str, Any]:
    """A lane in the published shape."""
    ended, raised = task.ended, task.raised
    return task._asdict() | {
        "created": round(task.created, 6),
        "ended": None if ended is None else round(ended, 6),
        "raised": None if raised is None else raised._asdict(),
    }


def span_json(span: Span) -> dict[str, Any]:
    """A span in the published shape."""
    reason = span.reason if span.state == "waiting" else None
    told = {
        "wait": None if reason is None else wait_words(reason.wait, reason.value),
        "through": [] if reason is None else [list(place) for place in reason.through],
    }
    times = {"start": round(span.start, 6), "end": round(span.end, 6), "queued": round(span.queued, 6)}
    return {name: value for name, value in span._asdict().items() if name != "reason"} | times | told


_COUNTED = {
    "semaphore": "{} free",
    "queue.put": "full, {}",
    "queue.join": "{} unfinished",
    "task group": "{} left",
    "nursery": "{} left",
    "asyncio.wait": "{} left",
    "receive": "{} senders",
    "send": "{} receivers",
}
_FOREVER = {  # by the way of reading, 0 where there is none
    "process": {0: "{:,} bytes of its output unread"},
    "stream.read": {
        layout.A_LINE: "{:,} bytes have come, no line end",
        layout.TO_THE_END: "{:,} bytes have come, not the end",
        layout.SO_MANY: "{:,} bytes have come, too few",
    },
    "stream.drain": {0: "{:,} bytes that the other side does not read"},
    "connections": {0: "{} still open"},
}
_OF_TWO = {"gather": "{} of {} left", "barrier": "{} of {} there"}


def wait_words(wait: str, value: int | None, task: str | None = None) -> str:
    """A kind of wait with what its value says, for example "sleep 0.2" or "queue.join (2 unfinished)".

    `task` is the name of the task that a wait for a task is about.
    """
    if wait == "sleep":
        return f"sleep {value / 10_000:g}" if value else "sleep"
    if wait == "task":
        return "another task" if task is None else task
    if wait == "queue.get":
        return "queue.get (empty)"
    if value is None:
        return wait
    if wait in _COUNTED:
        counted = _COUNTED[wait].format(value)
        return f"{wait} ({counted.removesuffix('s') if value == 1 else counted})"
    if wait in _OF_TWO:
        return f"{wait} ({_OF_TWO[wait].format(value >> 16, value & 0xFFFF)})"
    if wait in _FOREVER and value:
        way, number = _FOREVER[wait].get(value >> layout.WAY_AT, "{:,}"), value & (1 << layout.WAY_AT) - 1
        return f"{wait} ({way.format(number)})".replace("(1 bytes have", "(1 byte has")
    return {"future": "a future that nobody has set", "forever": "sleep forever"}.get(wait, wait)
