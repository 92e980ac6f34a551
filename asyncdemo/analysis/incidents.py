"""What is collected of loops and tasks while their events are read, besides spans.

Cross-thread calls, cancellations that tasks ignore, what a loop did with its time, and its long callbacks. Places are
as they are stored: thread << THREAD_AT | file << 32 | line.
"""

from collections.abc import Container, Mapping

from asyncdemo.model.spans import BLOCKED, CALLBACKS, CrossThreadCall, IgnoredCancellation, LoopTime, Spans, Task
from asyncdemo.probe.inject import _asyncdemo_layout as layout


class Touches:
    """Where other threads have touched loops; a cost only where they do. Times in seconds."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[int, float]] = {}  # by place: how often, and the longest sleep after it
        self._asleep: dict[int, list[tuple[float, int]]] = {}  # by loop: when and where, while it is idle

    def touched(self, loop: int, where: int, moment: float, *, idle: bool) -> None:
        """Another thread has put something into the queue of a loop, which may be idle."""
        times, slept = self._found.get(where, (0, 0.0))
        self._found[where] = times + 1, slept
        if idle:
            self._asleep.setdefault(loop, []).append((moment, where))

    def awake(self, loop: int, moment: float) -> None:
        """A loop is no longer idle: only now it sees what has come meanwhile."""
        for since, where in self._asleep.pop(loop, ()):
            times, slept = self._found[where]
            self._found[where] = times, max(slept, moment - since)

    def all(self, files: Mapping[int, str], lanes: Container[int]) -> tuple[CrossThreadCall, ...]:
        """All of them in the order in which they were seen; `lanes` are those that are shown."""
        return tuple(_touch(where, *told, files, lanes) for where, told in self._found.items())


def _touch(where: int, times: int, slept: float, files: Mapping[int, str], lanes: Container[int]) -> CrossThreadCall:
    thread, where = where >> layout.THREAD_AT, where & (1 << layout.THREAD_AT) - 1
    path, line = split(where, files)
    return CrossThreadCall(path or None, line or None, thread if thread in lanes else None, times, slept)


def split(where: int, files: Mapping[int, str]) -> tuple[str, int]:
    """The file and the line of a place."""
    return files.get(where >> 32, ""), where & 0xFFFF_FFFF


class Ignored:
    """Cancellations that one task has ignored; places by their numbers in the timeline, -1 where unknown."""

    __slots__ = ("count", "waited", "where")

    def __init__(self) -> None:
        self.count = 0  # of those that are open as it is suspended now
        self.where = -1  # where it was suspended when the last of them came
        self.waited: dict[tuple[int, int], float] = {}  # by where that was and where it waited then: seconds

    def suspended(self, count: int, before: int) -> None:
        """The task is suspended again; `before` is where it was suspended before its last step."""
        if count > self.count:
            self.where = before
        self.count = count

    def waits(self, where: int, seconds: float) -> None:
        """It waits somewhere."""
        if self.count and self.where >= 0 and where >= 0:
            self.waited[self.where, where] = self.waited.get((self.where, where), 0.0) + seconds


def unheeded(task: int, ignored: Ignored, places: list[tuple[str, int]]) -> tuple[IgnoredCancellation, ...]:
    """What a task has ignored."""
    return tuple(
        IgnoredCancellation(task, *places[stood], *places[again], waited)
        for (stood, again), waited in ignored.waited.items()
    )


class Callbacks:
    """The long callbacks of one loop; times in seconds from the start of the run."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, float, float, float]] = []
        self._places: list[int] = []
        self._functions: set[str] = set()
        self._held = False

    def add(self, state: int, start: float, end: float, queued: float) -> None:
        """One has ended; for `queued` seconds of it the machine had no processor for it."""
        self._steps.append((state, start, end, queued))

    def seen(self, where: int, function: str) -> None:
        """The next of those that were added: its place and function in user code, -1 and "" where not known."""
        _, start, end, _ = self._steps[len(self._places)]
        self._places.append(where)
        if end - start >= layout.HELD / 1e9:
            self._held = True
            self._functions.add(function)

    def lane(self, key: int, thread: int | None, spans: Spans) -> list[Task]:
        """The lane, if there is to be one; its spans are added. It has the name of the only function, if it is one."""
        if not self._held:
            return []
        for (state, start, end, queued), where in zip(self._steps, self._places, strict=True):
            spans.add(key, state, start, end, where, queued=queued)
        function = next(iter(self._functions)) if len(self._functions) == 1 else ""
        begun, ended = self._steps[0][1], self._steps[-1][2]
        return [Task(key, function or "callbacks", CALLBACKS, None, function, "", 0, begun, ended, None, thread)]


class LoopClock:
    """The time of one loop; seconds from the start of the run."""

    __slots__ = ("_blocked", "_first", "_idle", "_idle_since", "_last", "_longest", "_ran", "_unknown", "since")

    def __init__(self) -> None:
        self.since: float | None = None  # when it began to run; None while it does not
        self._first: float | None = None
        self._last = 0.0
        self._idle_since: float | None = None
        self._ran = self._idle = self._blocked = self._unknown = self._longest = 0.0

    def runs(self, moment: float) -> None:
        """It has begun to run."""
        self.since = moment
        if self._first is None:
            self._first = moment

    def waits(self, moment: float) -> None:
        """Nothing is left for it to do."""
        self._idle_since = moment

    def wakes(self, moment: float) -> None:
        """It waits no longer."""
        if self._idle_since is not None:
            self._idle += moment - self._idle_since
            self._idle_since = None

    def held(self, state: int | None, seconds: float) -> None:
        """A step has held it for so long; `state` is what the step was, None where that is not known."""
        if state is None:
            self._unknown += seconds
        elif state == BLOCKED:
            self._blocked += seconds
            self._longest = max(self._longest, seconds)

    def stops(self, moment: float) -> None:
        """It runs no longer."""
        if self.since is not None:
            self.wakes(moment)
            self._ran += moment - self.since
            self.since, self._last = None, moment

    def told(self, thread: int | None) -> LoopTime | None:
        """What it did, once it has stopped; None if it has never run."""
        if self._first is None:
            return None
        parts = self._idle, self._blocked, self._unknown, self._longest
        return LoopTime(thread, self._first, self._last, self._ran, *parts)
