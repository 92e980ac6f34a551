"""The process between the tool and the child on Linux: it adopts what the child leaves running, and stops it.

It is a subreaper: whatever outlives its parent, somewhere below it, becomes its own. So all that is below it
is the run's, also what has left its session, and nothing else is: not what a shell has left us with (`db & exec
asyncdemo run`), not what those have started since, not the runs beside this one. If the tool is killed it ends the run.

It collects the child last, for as long as the child is not collected nobody else can be given its number. Of all others
it takes note at once, as init would: a script may wait for its daemon to be gone.

It is a fork of this process. To start another program would take as long as to start Python.
"""

import errno
import os
import resource
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from select import select
from typing import NoReturn

from asyncdemo.errors import ToolError
from asyncdemo.runner import linux
from asyncdemo.runner.escalation import ENDING, IGNORED
from asyncdemo.runner.process import Exit, Report

_FAILED, _STARTED, _STOPPED, _EXITED, _DONE = range(5)
# kind; an error's number, or a process id or status; a moment (ns); a count; seconds; two times in ns, -1 for none
_REPORT = struct.Struct("=4qd2q")
_ORDER = struct.Struct("=d")  # to stop what is left: seconds of grace
_WAKING = 0.1  # seconds after which a reaper that the script has stopped is woken again
_ABANDONED = 0.3  # seconds that a run has for its end when the tool is gone


class Reaper:
    """What the tool knows of the process between: `child`, `started` (ns), and reports to be read as they come.

    `grouped`: the child leads a process group.
    """

    def __init__(self, pid: int, reports: int, orders: int, *, grouped: bool) -> None:
        self.child = self.started = 0  # until it has told
        self.reports = reports
        self.pid = pid
        self._grouped = grouped
        self._orders = orders
        self._lost = False

    def take_report(self) -> Report | None:
        """The next report, once `reports` is readable; None for one that is for nobody. Raises ToolError at its end."""
        kind, *_ = self._read()
        return "stopped" if kind == _STOPPED else "exited" if kind == _EXITED else None

    def wake(self) -> None:
        """Let it go on where the script, whose parent it is, has stopped it."""
        if not self._lost:
            os.kill(self.pid, signal.SIGCONT)

    def signal(self, number: int) -> None:
        """Send a signal to the child's whole group, and wake it up for it; to the child too if it has left that."""
        if not self._grouped:
            os.kill(self.child, number)
            return
        for each in (number, signal.SIGCONT):
            with suppress(ProcessLookupError, PermissionError):  # gone, or no longer ours
                os.killpg(self.child, each)
            with suppress(ProcessLookupError, PermissionError):
                if os.getpgid(self.child) != self.child:
                    os.kill(self.child, each)

    def finish(self, grace: float) -> tuple[Exit, int]:
        """Have what is left stopped: how the child ended, and how many processes it had left running.

        A child that still runs is ended too. `grace` in seconds. Raises ToolError where the process was killed.
        """
        with suppress(BrokenPipeError):
            os.write(self._orders, _ORDER.pack(grace))
        kind = None
        while kind != _DONE:
            self.wake()
            if select([self.reports], [], [], _WAKING)[0]:
                kind, status, at, left, cpu, main_cpu, queued = self._read()
        self._close()
        known = (main_cpu / 1e9, queued / 1e9) if queued >= 0 else (None, None)
        return Exit(status, at, cpu, *known), left

    def _read(self) -> tuple[int, int, int, int, float, int, int]:
        data = b"" if self._lost else os.read(self.reports, _REPORT.size)
        if not data:
            if not self._lost:
                self._close()
            raise ToolError(
                "the process that started the script is gone, killed by the script perhaps: its end is unknown"
            )
        report: tuple[int, int, int, int, float, int, int] = _REPORT.unpack(data)
        return report

    def _close(self) -> None:
        self._lost = True
        os.close(self.reports)
        os.close(self._orders)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    @property
    def lost(self) -> bool:
        """True if the process is gone, and with it all certainty of what has the child's number."""
        return self._lost


def start_reaper(
    spawn: Callable[[], "subprocess.Popen[bytes]"], *, grouped: bool, closing: Iterable[int] = ()
) -> Reaper:
    """Start the process, which starts the child. Raises OSError where that cannot be started.

    `grouped`: the child leads a process group. `closing` are descriptors that are the child's and ours alone.
    """
    linux.load_prctl()  # here, so that it is done once
    reports, tells = os.pipe()
    heard, orders = os.pipe()
    # what this process does about signals is not for the other one, not even for a moment
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if pid == 0:
            for descriptor in (reports, orders):
                os.close(descriptor)
            _reap(spawn, tells, heard, before, grouped=grouped, closing=closing)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(tells)
    os.close(heard)
    reaper = Reaper(pid, reports, orders, grouped=grouped)
    kind, reaper.child, reaper.started, *_ = reaper._read()
    if kind == _FAILED:
        number = reaper.child
        reaper._close()
        raise OSError(number, os.strerror(number))
    return reaper


def _reap(
    spawn: Callable[[], "subprocess.Popen[bytes]"],
    tells: int,
    heard: int,
    mask: set[int | signal.Signals],
    *,
    grouped: bool,
    closing: Iterable[int],
) -> NoReturn:
    """Be that process. Leaves without running anything of the tool's."""
    try:
        _let_signals_pass()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        linux.adopt_orphans()  # before there are any
        started = time.monotonic_ns()
        try:
            process = spawn()
        except OSError as error:
            os.write(tells, _REPORT.pack(_FAILED, error.errno or errno.EIO, 0, 0, 0.0, -1, -1))
            os._exit(0)
        for descriptor in closing:
            os.close(descriptor)
        if grouped:
            os.setpgid(0, 0)  # a signal to all of the tool's group is not for us; where the child is in that, we stay
        os.write(tells, _REPORT.pack(_STARTED, process.pid, started, 0, 0.0, -1, -1))
        _Reaping(process.pid, tells, grouped=grouped).until_told(heard)
    finally:
        os._exit(1)


def _let_signals_pass() -> None:
    """Heed no signal that is meant for the tool, and leave ignored what whoever started us wanted to be.

    The child inherits what is ignored; what is handled it gets back as if we had never touched it.
    """
    for number in (*ENDING, signal.SIGTSTP):
        if number in IGNORED:
            signal.signal(number, signal.SIG_IGN)
        elif signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _pass)


def _pass(*_: object) -> None:
    """Do nothing at a signal."""


class _Reaping:
    """What the process does once the child runs."""

    def __init__(self, child: int, tells: int, *, grouped: bool) -> None:
        self._child = child
        self._tells = tells
        self._grouped = grouped
        self._ended: int | None = None  # when

    def until_told(self, heard: int) -> None:
        """Collect whatever ends, but for the child, until the tool says that it is enough, or is gone itself."""
        woken, wakes = os.pipe()
        for descriptor in (woken, wakes):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _pass)  # now: the child has inherited what was there
        ready = [woken]
        while heard not in ready:
            if woken in ready:
                with suppress(BlockingIOError):
                    os.read(woken, 4096)
                self._look()
            ready = select([woken, heard], [], [])[0]
        order = os.read(heard, _ORDER.size)
        self._finish(_ORDER.unpack(order)[0] if order else _ABANDONED)

    def _look(self) -> None:
        if self._ended is None:
            self._collect_others()
        else:
            linux.collect_children(spare={self._child})
        if self._ended is None and os.waitid(os.P_PID, self._child, os.WSTOPPED | os.WNOHANG):
            self._tell(_STOPPED)

    def _collect_others(self) -> None:
        while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if found.si_pid == self._child:
                self._ended = time.monotonic_ns()
                self._tell(_EXITED)
                break
            os.waitpid(found.si_pid, 0)

    def _finish(self, grace: float) -> None:
        """Stop all that is left, the child last of all, and tell how it ended."""
        if self._ended is None:
            self._end_child(grace)
        left = linux.stop_left_behind({self._child}, grace)
        if self._grouped:
            self._signal(signal.SIGKILL)  # where orphans are not found
        times = linux.processor_times(self._child)
        main_cpu, queued = times[:2] if times is not None else (-1, -1)
        _, status, usage = os.wait4(self._child, 0)
        left += linux.stop_left_behind(set(), 0)  # the kernel's lists may have holes while processes come and go
        assert self._ended is not None
        self._tell(_DONE, os.waitstatus_to_exitcode(status), self._ended, left, _cpu(usage), main_cpu, queued)
        os._exit(0)

    def _end_child(self, grace: float) -> None:
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, None)):
            if seconds != 0:
                self._signal(number)
            until = None if seconds is None else time.monotonic() + seconds
            while until is None or time.monotonic() < until:
                flags = os.WEXITED | os.WNOWAIT | (0 if until is None else os.WNOHANG)
                if os.waitid(os.P_PID, self._child, flags):
                    self._ended = time.monotonic_ns()
                    return
                time.sleep(0.01)

    def _signal(self, number: signal.Signals) -> None:
        send = os.killpg if self._grouped else os.kill
        for each in (number, signal.SIGCONT):
            with suppress(ProcessLookupError, PermissionError):
                send(self._child, each)

    def _tell(
        self,
        kind: int,
        first: int = 0,
        at: int = 0,
        count: int = 0,
        seconds: float = 0.0,
        cpu: int = -1,
        queued: int = -1,
    ) -> None:
        with suppress(BrokenPipeError):  # the tool is gone
            os.write(self._tells, _REPORT.pack(kind, first, at, count, seconds, cpu, queued))


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime
