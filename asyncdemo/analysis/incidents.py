"""What the spans of tasks do not show: loops that another thread has touched, and cancellations that tasks ignore.

Collected while the events are read. Places are as they are stored: thread << THREAD_AT | file << 32 | line.
"""

from collections.abc import Container, Mapping

from asyncdemo.model.spans import CrossThreadCall, IgnoredCancellation
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
