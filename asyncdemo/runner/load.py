"""How busy the machine is with other programs while we measure."""

import os
import time

from asyncdemo.runner import linux

_LEAST = 0.1  # seconds: the system counts in hundredths


class Load:
    """Measures from when it is made."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._busy, self._own = linux.busy_seconds(), _own_seconds()

    def of_others(self) -> float | None:
        """The part of all processors, from 0 to 1, that other programs have used; None where that is not known."""
        elapsed, busy = time.monotonic() - self._started, linux.busy_seconds()
        if busy is None or self._busy is None or elapsed < _LEAST:
            return None
        others = busy - self._busy - (_own_seconds() - self._own)
        return min(1.0, max(0.0, others / elapsed / (os.cpu_count() or 1)))


def _own_seconds() -> float:
    """Of the tool, and of all children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
