"""Any Unix, by what is the same on all of them: macOS, and Linux for tests.

The tool itself is the parent of the child, and knows of what that starts only its process group.
"""

import errno
import mmap
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from asyncdemo.runner import platform_unknown
from asyncdemo.runner.platform_unknown import (
    busy_seconds,
    exit_descriptor,
    is_ignored,
    processor_times,
    python_programs,
    reads_input,
    stack_pipe,
)
from asyncdemo.runner.process import UNCOUNTED, Exit, Process, Report, read
from asyncdemo.runner.terminal import can_lend, lent_terminal, out_of_reach

NAME = "portable"
WAITS = FORKS = True
CRLF = False
LACKING: tuple[str, ...] = (
    *platform_unknown.LACKING,
    "what a script leaves running in a session of its own is not found",
    "other Python programs that it starts are not seen",
)
_PAUSE = 0.01  # seconds between two looks at what is left


class _Plain:
    """A child of this process; `grouped` if it leads a process group."""

    reports: int | None = None
    lost = False

    def __init__(self, popen: "subprocess.Popen[bytes]", started: int, *, grouped: bool) -> None:
        self.child = popen.pid
        self.started = started
        self._popen = popen
        self._grouped = grouped
        self._exit: Exit | None = None

    def take_report(self) -> Report | None:
        """The next report; None for nothing new."""
        if self._exit is not None:
            return "exited"
        pid, status, usage = os.wait4(self.child, os.WNOHANG | os.WUNTRACED)
        if not pid:
            return None
        if os.WIFSTOPPED(status):
            return "stopped"
        self._popen.returncode = os.waitstatus_to_exitcode(status)  # it is collected: nobody has to wait for it
        self._exit = Exit(self._popen.returncode, time.monotonic_ns(), _cpu(usage))
        return "exited"

    def wake(self) -> None:
        """Nothing is between the tool and the child."""

    def signal(self, number: int) -> None:
        """Send a signal to the group, and wake it up for it; to the child alone where that leads none."""
        if self._grouped:
            for each in (number, signal.SIGCONT):
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.child, each)
        elif self._exit is None:
            os.kill(self.child, number)

    def finish(self, grace: float) -> tuple[Exit, int]:
        """Have the child ended, and what is left in its group."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.take_report() != "exited":
                self.signal(number)
                self._wait(None if number is signal.SIGKILL else grace, lambda: self.take_report() == "exited")
        assert self._exit is not None
        left = self._grouped and self._is_left()
        if left and not self._wait(grace, self._is_gone):
            self.signal(signal.SIGTERM)
            if not self._wait(grace, self._is_gone):
                self.signal(signal.SIGKILL)
        else:
            left = False
        return self._exit, UNCOUNTED if left else 0

    def _is_left(self) -> bool:
        """True if there are processes in the child's group: as long as there are, no other one has its number."""
        try:
            os.killpg(self.child, 0)
        except OSError as error:
            return error.errno == errno.EPERM
        return True

    def _is_gone(self) -> bool:
        return not self._is_left()

    def _wait(self, seconds: float | None, over: Callable[[], bool]) -> bool:
        """Wait until it is over; False where it is not after so many seconds."""
        until = None if seconds is None else time.monotonic() + seconds
        while not over():
            if until is not None and time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True


def start(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] | None = None,
    output: int | None = None,
    begin: Callable[[], None] = lambda: None,
    closing: Iterable[int] = (),  # noqa: ARG001  # no other process has them
) -> Process:
    """Start a program as our own child."""
    begin()
    started = time.monotonic_ns()
    group = None if output is None else 0
    popen = subprocess.Popen(command, stdin=stdin, stdout=output, stderr=output, env=environ, process_group=group)
    return _Plain(popen, started, grouped=output is not None)


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


@contextmanager
def memory(size: int) -> Iterator[tuple[mmap.mmap, str]]:
    """Memory in a temporary file, which the child deletes once it has mapped it: so nothing stays if we are killed."""
    import tempfile  # takes a while to load, and Linux needs none of it

    descriptor, path = tempfile.mkstemp(prefix="asyncdemo-")
    try:
        os.ftruncate(descriptor, size)
        yield mmap.mmap(descriptor, size), path
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108


def finds_leftovers() -> bool:
    """False: only the child's process group is known."""
    return False
