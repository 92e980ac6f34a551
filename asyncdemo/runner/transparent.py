"""`run --output-only`: the child as if we were not there, with its streams, its process group and its exit status.

Nothing is observed, so there is no probe. What remains of us is the timeout, and that nothing is left running.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from select import select

from asyncdemo.model.recording import Outcome
from asyncdemo.runner import linux
from asyncdemo.runner.escalation import ENDING, Escalation, handled
from asyncdemo.runner.interpreter import CANNOT, NOT_EXECUTABLE, NOT_FOUND
from asyncdemo.runner.reaper import Reaper, start_reaper

_GRACE = 0.3  # seconds for the end of what is left running
TIMED_OUT = 124  # as `timeout` has it


def run_transparently(command: Sequence[str], *, timeout: float | None) -> Outcome:
    """Run the command with our own streams; `timeout` in seconds."""
    escalation = Escalation(None if timeout is None else time.monotonic() + timeout)
    with _passing_signals_on() as pass_on:
        try:
            reaper = start_reaper(lambda: subprocess.Popen(list(command)), grouped=False)
        except OSError as error:
            return Outcome("not-started", code=_cannot(error), reason=f"{error.strerror}: {command[0]}")
        escalation.ignores = lambda number: linux.is_ignored(reaper.child, number)
        pass_on(reaper)
        while not _has_ended(reaper, escalation):
            number = escalation.due(time.monotonic())
            if number is not None:
                os.kill(reaper.child, number)
    (status, *_), _ = reaper.finish(_GRACE)
    if escalation.cause is not None:
        return Outcome("timed-out", after=timeout)
    return Outcome("signalled", signal=-status) if status < 0 else Outcome("exited", code=status)


def exit_status(outcome: Outcome) -> int:
    """The status with which a transparent wrapper ends."""
    if outcome.kind == "timed-out":
        return TIMED_OUT
    if outcome.signal is not None:
        return 128 + outcome.signal
    return CANNOT if outcome.code is None else outcome.code


def _has_ended(reaper: Reaper, escalation: Escalation) -> bool:
    """Wait for the end of the child or the next deadline, whichever comes first; returns whether it was the end."""
    exited = linux.exit_descriptor(reaper.child)  # the child may have stopped its parent, which then reports nothing
    watched = [reaper.reports] if exited is None else [reaper.reports, exited]
    try:
        while True:
            left = None if escalation.deadline is None else max(0.0, escalation.deadline - time.monotonic())
            ready = select(watched, [], [], left)[0]
            if not ready:
                return False
            if exited in ready:
                watched = [reaper.reports]
                reaper.wake()
            if reaper.reports in ready and reaper.take_report() == "exited":
                return True
    finally:
        if exited is not None:
            os.close(exited)


def _cannot(error: OSError) -> int:
    return NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE


@contextmanager
def _passing_signals_on() -> Iterator["_PassOn"]:
    """Leave every decision to the child: what is sent to us alone is passed on, Ctrl-C it has got itself."""
    pass_on = _PassOn()
    with handled((*ENDING, signal.SIGQUIT), pass_on.signal):
        yield pass_on


class _PassOn:
    def __init__(self) -> None:
        self._reaper: Reaper | None = None
        self._early: list[int] = []

    def __call__(self, reaper: Reaper) -> None:
        self._reaper = reaper
        for number in self._early:
            os.kill(reaper.child, number)

    def signal(self, number: int, _frame: object) -> None:
        if self._reaper is None:
            self._early.append(number)
        elif (number not in (signal.SIGINT, signal.SIGQUIT) or not _in_foreground()) and not self._reaper.lost:
            os.kill(self._reaper.child, number)  # it keeps its number until all is over


def _in_foreground() -> bool:
    """True if a terminal sends its Ctrl-C to our process group, and so to the child as well."""
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False
