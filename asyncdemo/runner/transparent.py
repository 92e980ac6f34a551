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

from asyncdemo.recording import Outcome
from asyncdemo.runner import linux
from asyncdemo.runner.interpreter import CANNOT, NOT_EXECUTABLE, NOT_FOUND
from asyncdemo.runner.ladder import Ladder
from asyncdemo.runner.signals import ENDING, handled

TIMED_OUT = 124  # as `timeout` has it


def run_transparently(command: Sequence[str], *, timeout: float | None) -> Outcome:
    """Run the command with our own streams; `timeout` in seconds."""
    ladder = Ladder(None if timeout is None else time.monotonic() + timeout)
    linux.adopt_orphans()  # first: on a busy machine a child may have left its own behind before we come to it
    with _passing_signals_on() as pass_on:
        try:
            process = subprocess.Popen(list(command))
        except OSError as error:
            return Outcome("not-started", code=_cannot(error), reason=f"{error.strerror}: {command[0]}")
        pass_on(process)
        while (status := _wait(process, ladder)) is None:
            number = ladder.due(time.monotonic())
            if number is not None:
                process.send_signal(number)
    linux.stop_left_behind(spare=set(), grace=0.3)
    if ladder.cause is not None:
        return Outcome("timed-out", after=timeout)
    return Outcome("signalled", signal=-status) if status < 0 else Outcome("exited", code=status)


def exit_status(outcome: Outcome) -> int:
    """The status with which a transparent wrapper ends."""
    if outcome.kind == "timed-out":
        return TIMED_OUT
    if outcome.signal is not None:
        return 128 + outcome.signal
    return CANNOT if outcome.code is None else outcome.code


def _wait(process: "subprocess.Popen[bytes]", ladder: Ladder) -> int | None:
    """Wait for the end of the process or the next deadline, whichever comes first."""
    left = None if ladder.deadline is None else max(0.0, ladder.deadline - time.monotonic())
    descriptor = None if left is None else linux.exit_descriptor(process.pid)
    if descriptor is not None:
        try:
            select([descriptor], [], [], left)
        finally:
            os.close(descriptor)
        return process.poll()
    try:
        return process.wait(left)  # with a deadline it looks again and again, and is up to 0.05 s late
    except subprocess.TimeoutExpired:
        return None


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
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def __call__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        for number in self._early:
            process.send_signal(number)

    def signal(self, number: int, _frame: object) -> None:
        if self._process is None:
            self._early.append(number)
        elif number not in (signal.SIGINT, signal.SIGQUIT) or not _in_foreground():
            self._process.send_signal(number)


def _in_foreground() -> bool:
    """Whether a terminal sends its Ctrl-C to our process group, and so to the child as well."""
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False
