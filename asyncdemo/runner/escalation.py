"""The signals that end a run: which are sent, in which order, and how the tool itself takes them.

What whoever started us wants ignored (nohup, a script's background job) stays so, here and in the child: an ignored
signal is inherited, and one that we handle is not.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from signal import Signals
from types import FrameType
from typing import Literal

# Those that the system has: the last one is Ctrl-Break of Windows.
ENDING = tuple(
    Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK") if name in Signals.__members__
)
# What whoever started us wants ignored, here and in the child; asked before anything of ours can have changed it.
IGNORED = frozenset(number for number in ENDING if signal.getsignal(number) is signal.SIG_IGN)


def heeded(numbers: Iterable[Signals]) -> tuple[Signals, ...]:
    """Those of the signals that are not to be ignored."""
    return tuple(number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN)


@contextmanager
def handled(numbers: Iterable[Signals], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals, but for ignored ones, within the block."""
    before = {number: signal.signal(number, handler) for number in heeded(numbers)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


# SIGINT first: it lets `finally` run. On Windows the last one, SIGTERM, is as strong as SIGKILL.
SIGNALS = tuple(Signals[name] for name in ("SIGINT", "SIGTERM", "SIGKILL") if name in Signals.__members__)

# Seconds after SIGINT and after SIGTERM. After a timeout all of it stays within two seconds; a person who pressed
# Ctrl-C can press it again to go on at once.
GRACES = {"timed-out": (0.7, 0.4), "interrupted": (3.0, 1.0), "watched": (3.0, 1.0), "deadlock": (0.7, 0.4)}

Cause = Literal["timed-out", "interrupted", "watched", "deadlock"]


class Escalation:
    """Where a run stands on the way to its end; times in seconds of one monotonic clock.

    `deadline` is the next moment at which something has to be done, or None. `by_deadline` is what it means that the
    first one passes: it took too long, or it was watched for as long as was asked for. `ignores` tells whether the
    child ignores a signal: then that is left out, and nobody waits for what it does. `cause` is why it is made to
    end, None as long as it is not, and `since` when that was said first. No dataclass: to make that class takes as
    long as to load a module.
    """

    __slots__ = ("_step", "by_deadline", "cause", "deadline", "ignores", "since")

    def __init__(self, deadline: float | None, by_deadline: Cause = "timed-out") -> None:
        self.deadline = deadline
        self.ignores: Callable[[Signals], bool] = lambda _: False
        self.by_deadline = by_deadline
        self.cause: Cause | None = None
        self.since: float | None = None
        self._step = 0

    def due(self, now: float) -> Signals | None:
        """The signal to send now that the deadline has passed, None where all have been sent."""
        return self._escalate(self.by_deadline, now)

    def end(self, now: float) -> Signals | None:
        """The signal to send now that nothing can wake it any more, None where all have been sent."""
        return self._escalate("deadlock", now)

    def interrupt(self, now: float, *, delivered: bool = False) -> Signals | None:
        """The signal to send for a Ctrl-C; `delivered` where the terminal has already sent the first one itself.

        A child on a terminal that ignores that has its grace all the same: it may be in the midst of something.
        """
        number = self._escalate("interrupted", now, delivered=delivered)
        return None if delivered and number is SIGNALS[0] else number

    def postpone(self, seconds: float) -> None:
        """Allow that much more time, for example because the whole job was suspended so long."""
        if self.deadline is not None:
            self.deadline += seconds

    def _escalate(self, cause: Cause, now: float, *, delivered: bool = False) -> Signals | None:
        if self.cause is None:
            self.cause, self.since = cause, now
        if self._step == 0 and not delivered and self.ignores(SIGNALS[0]):
            self._step = 1
        if self._step == len(SIGNALS):
            self.deadline = None
            return None
        number = SIGNALS[self._step]
        graces = GRACES[self.cause]
        self.deadline = now + graces[self._step] if self._step < len(graces) else None
        self._step += 1
        return number
