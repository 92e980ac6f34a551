"""Windows: a job object in the place of a process group, and Ctrl-Break in that of SIGINT.

The job holds the child and all that it starts, and ends them when its last handle is closed: also when the tool is
killed. What the standard library lacks is called by ctypes.
"""

import _winapi
import ctypes
import mmap
import msvcrt
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from ctypes import wintypes
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
from asyncdemo.runner.process import Exit, Process, Report

assert sys.platform == "win32"  # on others its types are not known

NAME = "windows"
WAITS = FORKS = False
CRLF = True
LACKING: tuple[str, ...] = (
    *platform_unknown.LACKING,
    "a script that is stopped gets Ctrl-Break, which runs no `finally`",
    "other Python programs that it starts are not seen",
    "times are exact to 16 ms before Python 3.13, and wrong where only the tool or only the script is older than that",
)

_CHUNK = 1 << 16  # bytes read at once
_PAUSE = 0.01  # seconds between two looks
_SUSPENDED = 0x4  # CREATE_SUSPENDED
_KILL_ON_CLOSE = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
_ACCOUNTING, _LIMITS = 1, 9  # JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation
_ENDED = 1  # the exit status of what is terminated

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.CreateJobObjectW.restype = wintypes.HANDLE
_kernel.GetConsoleWindow.restype = wintypes.HWND


class _Accounting(ctypes.Structure):
    _fields_ = (
        ("user", ctypes.c_int64),  # in units of 100 ns, as all of these times
        ("kernel", ctypes.c_int64),
        ("user_of_period", ctypes.c_int64),
        ("kernel_of_period", ctypes.c_int64),
        ("faults", wintypes.DWORD),
        ("processes", wintypes.DWORD),
        ("active", wintypes.DWORD),
        ("terminated", wintypes.DWORD),
    )


class _Limits(ctypes.Structure):
    _fields_ = (
        ("times", ctypes.c_int64 * 2),
        ("flags", wintypes.DWORD),
        ("sizes", ctypes.c_size_t * 2),
        ("processes", wintypes.DWORD),
        ("affinity", ctypes.c_size_t),
        ("classes", wintypes.DWORD * 2),
        ("io", ctypes.c_uint64 * 6),
        ("memory", ctypes.c_size_t * 4),
    )


class _Job:
    """A child and all that it starts; `grouped` if a Ctrl-Break can be sent to that alone."""

    reports: int | None = None
    lost = False

    def __init__(self, popen: "subprocess.Popen[bytes]", job: int, started: int, *, grouped: bool) -> None:
        self.child = popen.pid
        self.started = started
        self._popen = popen
        self._job = wintypes.HANDLE(job)
        self._grouped = grouped
        self._ended: int | None = None  # when
        self._closed = False

    def take_report(self) -> Report | None:
        """The next report; None for nothing new."""
        if self._ended is None:
            if self._popen.poll() is None:
                return None
            self._ended = min(time.monotonic_ns(), self.started + self._lasted())
        return "exited"

    def wake(self) -> None:
        """Nothing is between the tool and the child."""

    def signal(self, number: int) -> None:
        """Send Ctrl-Break in the place of SIGINT, and end all at once in that of any other."""
        if number == signal.SIGINT and self._grouped:
            with suppress(OSError):  # it has ended, or shares no console with us: then it is terminated a moment later
                os.kill(self.child, signal.CTRL_BREAK_EVENT)
        elif number != signal.SIGINT:
            self._terminate()

    def finish(self, grace: float) -> tuple[Exit, int]:
        """Have all ended that is left, after so many seconds of grace."""
        if self.take_report() != "exited":
            self._terminate()
            self._popen.wait()
            self.take_report()
        until = time.monotonic() + grace
        while (left := self._accounts().active) and time.monotonic() < until:
            time.sleep(_PAUSE)
        self._terminate()
        accounts = self._accounts()
        _winapi.CloseHandle(self._job.value or 0)
        self._closed = True
        assert self._ended is not None
        return Exit(self._popen.returncode, self._ended, (accounts.user + accounts.kernel) / 1e7), left

    def _terminate(self) -> None:
        if not self._closed:
            _kernel.TerminateJobObject(self._job, _ENDED)

    def _accounts(self) -> _Accounting:
        found = _Accounting()
        _kernel.QueryInformationJobObject(self._job, _ACCOUNTING, ctypes.byref(found), ctypes.sizeof(found), None)
        return found

    def _lasted(self) -> int:
        """For how long (ns) the child was there, which the system knows better than who looks now and then."""
        times = (ctypes.c_int64 * 4)()
        pointers = [ctypes.byref(times, 8 * index) for index in range(4)]
        if not _kernel.GetProcessTimes(wintypes.HANDLE(int(self._popen._handle)), *pointers):  # type: ignore[attr-defined]
            return time.monotonic_ns() - self.started
        return (times[1] - times[0]) * 100


def start(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] | None = None,
    output: int | None = None,
    begin: Callable[[], None] = lambda: None,
    closing: Iterable[int] = (),  # noqa: ARG001  # no other process has them
) -> Process:
    """Start a program in a job of its own; it does nothing before it is in there."""
    begin()
    flags = _SUSPENDED
    if output is not None:
        flags |= subprocess.CREATE_NEW_PROCESS_GROUP
        flags |= 0 if _kernel.GetConsoleWindow() else subprocess.CREATE_NO_WINDOW
    job = _new_job()
    started = time.monotonic_ns()
    try:
        popen = subprocess.Popen(
            list(command), stdin=stdin, stdout=output, stderr=output, env=environ, creationflags=flags
        )
    except BaseException:
        _winapi.CloseHandle(job)
        raise
    handle = wintypes.HANDLE(int(popen._handle))  # type: ignore[attr-defined]
    _kernel.AssignProcessToJobObject(wintypes.HANDLE(job), handle)
    ctypes.WinDLL("ntdll").NtResumeProcess(handle)
    return _Job(popen, job, started, grouped=output is not None)


def _new_job() -> int:
    job: int = _kernel.CreateJobObjectW(None, None)
    limits = _Limits(flags=_KILL_ON_CLOSE)
    _kernel.SetInformationJobObject(wintypes.HANDLE(job), _LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    return job


def read(descriptor: int) -> bytes | None:
    """What has come through a pipe, without waiting."""
    handle = msvcrt.get_osfhandle(descriptor)  # by the descriptor, line ends would be changed
    try:
        there = int(_winapi.PeekNamedPipe(handle)[0])
        return _winapi.ReadFile(handle, min(there, _CHUNK))[0] if there else None
    except BrokenPipeError:
        return b""


@contextmanager
def memory(size: int) -> Iterator[tuple[mmap.mmap, str]]:
    """Memory by a name that nobody can guess; it is gone with the last one who has mapped it."""
    name = f"asyncdemo-{secrets.token_hex(16)}"
    yield mmap.mmap(-1, size, tagname=name), name


def can_lend() -> bool:
    """True: every program of a console may read from it."""
    return True


def out_of_reach(*, lend: bool) -> "nullcontext[None]":  # noqa: ARG001
    """Nothing is stopped for reading."""
    return nullcontext()


def lent_terminal(_group: int, *, lend: bool) -> "nullcontext[None]":  # noqa: ARG001
    """Nothing has to be lent."""
    return nullcontext()


def finds_leftovers() -> bool:
    """True: they are in the job."""
    return True
