"""What only Linux offers, each with a plain fallback: finding what a child has left behind, and waiting for its end."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER, _PR_GET_CHILD_SUBREAPER = 36, 37
_OF_MULTIPROCESSING = b"from multiprocessing.resource_tracker ", b"from multiprocessing.forkserver "
_PAUSE = 0.01  # seconds between two looks at what is left
ENDING = 0.2  # seconds that they have for ending by themselves
_KILLING = 1.0  # seconds of SIGKILL at most: what survives that is stuck in the kernel


def adopt_orphans() -> bool:
    """Make processes that outlive their parent our children, also those in a session of their own.

    Returns False where that cannot be had; then only the child's own process group can be stopped.
    """
    if sys.platform != "linux":
        return False
    try:
        import _ctypes  # what is below ctypes: that takes four times as long to load, and the child waits for it

        call: Callable[[int, tuple[int, ...]], int] = _ctypes.call_function
        this_process = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]  # typeshed has no None
        return call(_ctypes.dlsym(this_process, "prctl"), (_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) == 0
    except (ImportError, OSError, AttributeError):
        return False


def can_adopt_orphans() -> bool:
    """True if that can be had, and what is adopted be found."""
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        stored = ctypes.c_int()
        known = ctypes.CDLL(None).prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(stored), 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError):
        return False
    return bool(known) and Path("/proc/self/stat").exists()


def load_prctl() -> None:
    """Load what adopting needs before a fork that is to be quick."""
    if sys.platform == "linux":
        with suppress(ImportError):
            import _ctypes  # noqa: F401


def exit_descriptor(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends, or None; the caller closes it."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def reads_input(pid: int) -> bool:
    """True if the process is waiting for something to be typed: it is inside a read of its descriptor 0.

    Reading is number 0 on x86-64, 63 on ARM.
    """
    return _system_call(pid)[:2] == [{"x86_64": "0", "aarch64": "63"}.get(os.uname().machine), "0x0"]


def would_notice(pid: int, number: int) -> bool:
    """True if a signal that its main thread takes no heed of would make a difference to a process all the same.

    The same of a thread, by its own number. It keeps signals waiting, or it waits for one itself: in pause,
    rt_sigsuspend or rt_sigtimedwait.
    """
    waits = {"x86_64": ("34", "130", "128"), "aarch64": ("133", "137")}.get(os.uname().machine, ())
    if (_system_call(pid) or [""])[0] in waits:
        return True
    return _has_signal(pid, "SigBlk", number)


def is_handled(pid: int, number: int) -> bool:
    """True if a process has a handler for a signal, which could end it otherwise."""
    return _has_signal(pid, "SigCgt", number)


def is_ignored(pid: int, number: int) -> bool:
    """True if a process ignores a signal."""
    return _has_signal(pid, "SigIgn", number)


def signal_thread(pid: int, thread: int, number: int) -> bool:
    """Send a signal to one thread of a process, by the number that the kernel has for it; False where that fails."""
    import ctypes

    try:
        return bool(ctypes.CDLL(None).tgkill(pid, thread, number) == 0)
    except (OSError, AttributeError):
        return False


def has_thread(pid: int, thread: int) -> bool:
    """True if a process still has a thread, by the number that the kernel has for it."""
    return Path("/proc", str(pid), "task", str(thread)).exists()


def is_running(pid: int) -> bool:
    """True if a process is there and has not ended, whether or not its parent has taken note of that."""
    return _stat(pid)[:1] not in ([], [b"Z"], [b"X"])


def times_slept(thread: int) -> int | None:
    """How often a thread has gone to sleep, by the number that the kernel has for it; None where it does not sleep."""
    status = _file(thread, "status")
    found = re.search(rb"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)
    return int(found[1]) if found is not None and re.search(rb"^State:\s*S", status, re.MULTILINE) else None


def is_asleep(pid: int) -> bool:
    """True if the main thread of a process sleeps in a system call."""
    return _stat(pid)[:1] == [b"S"]


def _has_signal(pid: int, which: str, number: int) -> bool:
    """True if a signal is in one of the sets that the kernel tells of a process."""
    found = re.search(rf"^{which}:\s*(\w+)".encode(), _file(pid, "status"), re.MULTILINE)
    return found is not None and bool(int(found[1], 16) >> number - 1 & 1)


def processor_times(pid: int) -> tuple[int, int, int] | None:
    """What the main thread of a process has used and queued for, and what its other threads have used, in ns."""
    times, fields = _file(pid, f"task/{pid}/schedstat").split(), _stat(pid)
    if len(times) < 2 or not fields:
        return None
    own, queued = times[:2]
    whole = (int(fields[11]) + int(fields[12])) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    return int(own), int(queued), max(0, whole - int(own))


def all_times(pid: int) -> float | None:
    """What all threads of a process have used of the processor, in seconds; None where that is not told."""
    times = processor_times(pid)
    return None if times is None else (times[0] + times[2]) / 1e9


def _system_call(pid: int) -> list[str]:
    """The number of the system call in which the main thread of a process is, and its arguments, as the kernel says."""
    return _file(pid, "syscall").decode("ascii").split()


def python_programs(pid: int) -> tuple[dict[int, str], set[int]]:
    """The Python programs that a process has started and that run now, by process id: what each of them runs.

    Besides, the numbers of copies of the process itself (forks): those that run the same program.
    """
    own = _command(pid)
    found, copies = {}, set()
    below = _children(pid)
    for child in below:
        below += _children(child)
        command = _command(child)
        if command == own and own:
            copies.add(child)
        elif command and re.fullmatch(rb"(.*/)?python[\d.]*", command[0]):
            name = program(child)
            if name is not None:
                found[child] = name
    return found, copies


def program(pid: int) -> str | None:
    """What a Python program runs, by its command line; None of one that multiprocessing starts for itself."""
    command = _command(pid)
    if any(word.startswith(_OF_MULTIPROCESSING) for word in command):
        parent = parent_and_start(pid)
        return "multiprocessing" if parent is not None and _command(parent[0]) == command else None
    if any(word.startswith(b"from multiprocessing.spawn ") for word in command):
        return "multiprocessing"
    return _what_runs(command[1:]).decode(errors="replace")


def executable(pid: int) -> str:
    """The file that a process runs, as far as it can be known; its name as it was given, else."""
    try:
        return str(Path("/proc", str(pid), "exe").readlink())
    except OSError:
        return next((word.decode(errors="replace") for word in _command(pid)), "python")


def parent_and_start(pid: int) -> tuple[int, int] | None:
    """The parent of a process, and when it was started (ns of the monotonic clock, in hundredths of a second)."""
    fields = _stat(pid)
    if not fields:
        return None
    since_boot = int(fields[19]) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    suspended = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()
    return int(fields[1]), since_boot - suspended


def busy_seconds() -> float | None:
    """How long all processors together have been busy since the machine was started; None where nobody tells."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
        user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, line.split()[1:])
        return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None


def _what_runs(arguments: list[bytes]) -> bytes:
    """The script or module on a command line of Python; "-c" of a program that stands there itself."""
    for index, word in enumerate(arguments):
        if word == b"-m":
            return b" ".join(arguments[index : index + 2])
        if word == b"-c" or not word.startswith(b"-"):
            return word
    return b"-"


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it, or one of its threads, ended while we looked
        for file in Path("/proc", str(pid), "task").glob("*/children"):
            found += map(int, file.read_text(encoding="ascii").split())
    return found


def _command(pid: int) -> list[bytes]:
    return _file(pid, "cmdline").split(b"\0")[:-1]


def _file(pid: int, name: str) -> bytes:
    """A file of the kernel's about a process; empty where it is gone, or not to be seen."""
    try:
        return Path("/proc", str(pid), name).read_bytes()
    except OSError:
        return b""


def _stat(pid: int) -> list[bytes]:
    """What the kernel tells of a process, from its state on: before that is its name, which may hold anything."""
    return _file(pid, "stat").rpartition(b")")[2].split()


def stop_left_behind(spare: set[int], grace: float) -> int:
    """Stop and collect all that is below this process, but for `spare`; returns how many processes that were.

    What is just ending by itself, as multiprocessing's resource tracker, has a moment for it and does not count. Then
    each gets SIGTERM and `grace` seconds for it, then SIGKILL; with no grace all of it at once. Processes that start
    others as fast as they are stopped are met by looking again, in the end without a pause, for a bounded time.
    """
    if grace:
        _let_end(spare)
    stopped: set[int] = set()
    patience = time.monotonic() + grace
    while time.monotonic() < patience + _KILLING:
        children = _own_children() - spare
        if not children:
            break
        late = time.monotonic() > patience
        found = _descendants({pid for pid in children if not _collected(pid)})
        for pid in found:
            if late or pid not in stopped:
                _kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        stopped.update(found)
        if found and not late:
            time.sleep(_PAUSE)
    return len(stopped)


def collect_children(spare: set[int]) -> bool:
    """Collect those of our children that have ended; returns whether that was all of them, but for `spare`."""
    ended = [_collected(pid) for pid in _own_children() - spare]
    return all(ended)


def _let_end(spare: set[int]) -> None:
    """Wait for our own children to end, for a bounded time."""
    until = time.monotonic() + ENDING
    while not collect_children(spare) and time.monotonic() < until:
        time.sleep(_PAUSE)


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _own_children() -> set[int]:
    """Our own children, also those that have come to us as orphans, and those that are dead but not collected."""
    if not _has_children():
        return set()
    own = os.getpid()
    found = set(_children(own))  # not every kernel keeps these lists
    return found or {pid for pid, parent in _parents().items() if parent == own}


def _descendants(pids: set[int]) -> set[int]:
    """These processes, and what they have started."""
    parents = _parents() if pids else {}
    found, more = set(), pids
    while more:
        found |= more
        more = {pid for pid, parent in parents.items() if parent in found} - found
    return found


def _collected(pid: int) -> bool:
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return True


def _kill(pid: int, number: signal.Signals) -> None:
    with suppress(OSError):  # gone in the meantime, or not ours to stop
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)


def _parents() -> dict[int, int]:
    """The parent of every process that can be seen."""
    pids = [int(each.name) for each in Path("/proc").glob("[0-9]*")]
    return {pid: int(fields[1]) for pid in pids if (fields := _stat(pid))}
