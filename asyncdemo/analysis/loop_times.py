"""Adds up what an event loop did with its time while its events are read: idle, blocked, or nobody knows.

It is idle from when it waits with nothing left to do until something begins. A loop that is asked for a turn again and
again, by a task that awaits sleep(0) in a loop, never is: what it takes to turn counts as busy.
"""

from asyncdemo.model.spans import BLOCKED, LoopTime


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
