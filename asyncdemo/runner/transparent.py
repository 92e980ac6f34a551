"""`run --output-only`: the child as if we were not there, with its streams, its process group and its exit status.

Nothing is observed, so there is no probe. What remains of us is the timeout, and that nothing is left running.
"""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from select import select

from asyncdemo.model.recording import Outcome
from asyncdemo.runner.escalation import ENDING, Escalation, handled
from asyncdemo.runner.host import host
from asyncdemo.runner.interpreter import CANNOT, NOT_EXECUTABLE, NOT_FOUND
from asyncdemo.runner.process import Process

_TYPED = {getattr(signal, name, None) for name in ("SIGINT", "SIGQUIT", "SIGBREAK")}  # sent by a terminal to all of us
_GRACE = 0.3  # seconds for the end of what is left running
_LOOK = 0.005  # seconds between two looks at a child that nobody tells of
TIMED_OUT = 124  # as `timeout` has it


def run_transparently(command: Sequence[str], *, timeout: float | None) -> Outcome:
    """Run the command with our own streams; `timeout` in seconds."""
    escalation = Escalation(None if timeout is None else time.monotonic() + timeout)
    with _passing_signals_on() as pass_on:
        try:
            process = host.start(command)
        except OSError as error:
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            return Outcome("not-started", code=code, reason=f"{error.strerror}: {command[0]}")
        escalation.ignores = lambda number: host.is_ignored(process.child, number)
        pass_on(process)
        while not _has_ended(process, escalation):
            number = escalation.due(time.monotonic())
            if number is not None:
                process.signal(number)
    (status, *_), _ = process.finish(_GRACE)
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


def _has_ended(process: Process, escalation: Escalation) -> bool:
    """Wait for the end of the child or the next deadline, whichever comes first; returns whether it was the end."""
    if process.reports is None:
        return _is_seen_to_end(process, escalation)
    exited = host.exit_descriptor(process.child)  # the child may have stopped its parent, which then reports nothing
    watched = [process.reports] if exited is None else [process.reports, exited]
    try:
        while True:
            left = None if escalation.deadline is None else max(0.0, escalation.deadline - time.monotonic())
            ready = select(watched, [], [], left)[0]
            if not ready:
                return False
            if exited in ready:
                watched = [process.reports]
                process.wake()
            if process.reports in ready and process.take_report() == "exited":
                return True
    finally:
        if exited is not None:
            os.close(exited)


def _is_seen_to_end(process: Process, escalation: Escalation) -> bool:
    """The same by looking again and again."""
    while process.take_report() != "exited":
        if escalation.deadline is not None and time.monotonic() > escalation.deadline:
            return False
        time.sleep(_LOOK)
    return True


@contextmanager
def _passing_signals_on() -> Iterator["_PassOn"]:
    """Leave every decision to the child: what is sent to us alone is passed on, Ctrl-C it has got itself."""
    pass_on = _PassOn()
    with handled(ENDING, pass_on.signal):
        yield pass_on


class _PassOn:
    def __init__(self) -> None:
        self._process: Process | None = None
        self._early: list[int] = []

    def __call__(self, process: Process) -> None:
        self._process = process
        for number in self._early:
            process.signal(number)

    def signal(self, number: int, _frame: object) -> None:
        if self._process is None:
            self._early.append(number)
        elif (number not in _TYPED or not _in_foreground()) and not self._process.lost:
            self._process.signal(number)  # it keeps its number until all is over


def _in_foreground() -> bool:
    """True if a terminal sends its Ctrl-C to our process group, and so to the child as well."""
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False
