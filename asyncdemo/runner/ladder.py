"""How a child is made to end: asked, told, killed, with a short grace after each. Decides only; sends nothing."""

from collections.abc import Callable
from signal import Signals
from typing import Literal

RUNGS = (Signals.SIGINT, Signals.SIGTERM, Signals.SIGKILL)  # SIGINT first: it lets `finally` run

# Seconds after SIGINT and after SIGTERM. After a timeout all of it stays within two seconds; a person who pressed
# Ctrl-C can press it again to go on at once.
GRACES = {"timed-out": (0.7, 0.4), "interrupted": (3.0, 1.0), "watched": (3.0, 1.0), "deadlock": (0.7, 0.4)}

Cause = Literal["timed-out", "interrupted", "watched", "deadlock"]


class Ladder:
    """Where a run stands on the way to its end; times in seconds of one monotonic clock.

    `deadline` is the next moment at which something has to be done, or None. `by_deadline` is what it means that the
    first one passes: it took too long, or it was watched for as long as was asked for. `ignores` tells whether the
    child ignores a signal: then that is left out, and nobody waits for what it does. `cause` is why it is made to
    end, None as long as it is not, and `since` when that was said first. No dataclass: to make that class takes as
    long as to load a module.
    """

    __slots__ = ("_rung", "by_deadline", "cause", "deadline", "ignores", "since")

    def __init__(self, deadline: float | None, by_deadline: Cause = "timed-out") -> None:
        self.deadline = deadline
        self.ignores: Callable[[Signals], bool] = lambda _: False
        self.by_deadline = by_deadline
        self.cause: Cause | None = None
        self.since: float | None = None
        self._rung = 0

    def due(self, now: float) -> Signals | None:
        """Say that the deadline has passed; gives the signal to send, None where all have been sent."""
        return self._climb(self.by_deadline, now)

    def end(self, now: float) -> Signals | None:
        """Say that nothing can wake it any more; gives the signal to send."""
        return self._climb("deadlock", now)

    def interrupt(self, now: float, *, delivered: bool = False) -> Signals | None:
        """Say that Ctrl-C was pressed; `delivered` where the terminal has already sent the first signal itself.

        A child on a terminal that ignores that has its grace all the same: it may be in the midst of something.
        """
        number = self._climb("interrupted", now, delivered=delivered)
        return None if delivered and number is RUNGS[0] else number

    def postpone(self, seconds: float) -> None:
        """Give that much more time, for example because the whole job was suspended so long."""
        if self.deadline is not None:
            self.deadline += seconds

    def _climb(self, cause: Cause, now: float, *, delivered: bool = False) -> Signals | None:
        if self.cause is None:
            self.cause, self.since = cause, now
        if self._rung == 0 and not delivered and self.ignores(RUNGS[0]):
            self._rung = 1
        if self._rung == len(RUNGS):
            self.deadline = None
            return None
        number = RUNGS[self._rung]
        graces = GRACES[self.cause]
        self.deadline = now + graces[self._rung] if self._rung < len(graces) else None
        self._rung += 1
        return number
