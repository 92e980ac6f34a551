"""Has idle event loops of a process look for input once more, so that it comes to execute a bytecode. Linux only.

An event of ours comes up once in the poll of the kernel by which a loop waits, under a number that neither asyncio nor
trio knows: it turns once, and finds nothing to do. A poll of anything else never gets one: libraries written in C
take what comes with an event for an address of theirs.
"""

import os
import select
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

_SEEN = 0.01  # seconds that an event of ours is there to be seen
_PIDFD_GETFD = 438  # the number of that system call
_WAITS = {  # the numbers of epoll_wait, epoll_pwait and epoll_pwait2
    "x86_64": ("232", "281", "441"),
    "aarch64": ("22", "441"),
}.get(os.uname().machine if hasattr(os, "uname") else "", ())


def wake_loops(pid: int, waiting: Callable[[], Iterable[int]]) -> None:
    """Wake the loops whose threads are in asyncio's or trio's wait for input, by what `waiting` reads of their stacks.

    A thread counts if it has not run from before its stack was read until we have its poll: so that is what the loop
    waits for. Nothing is left, even if we are killed at any moment.
    """
    import ctypes

    before = _all_waits(pid)
    if not before:
        return
    libc = ctypes.CDLL(None)
    with suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            for thread in waiting():
                if (wait := before.get(thread)) is None:
                    continue
                poll = libc.syscall(_PIDFD_GETFD, process, int(wait[0], 16), 0)
                if poll >= 0:
                    _wake(libc, poll, is_sure=_wait(pid, thread) == wait)
        finally:
            os.close(process)


def _all_waits(pid: int) -> dict[int, tuple[str, ...]]:
    """Of each thread that waits by epoll, how."""
    with suppress(OSError):
        threads = [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]
        return {thread: wait for thread in threads if (wait := _wait(pid, thread)) is not None}
    return {}


def _wait(pid: int, thread: int) -> tuple[str, ...] | None:
    """By which descriptor a thread waits, and how often it has slept and run: the same as long as it does not run."""
    folder = Path(f"/proc/{pid}/task/{thread}")
    try:
        number, *words = (folder / "syscall").read_text().split()
        switches = [line for line in (folder / "status").read_text().splitlines() if "_ctxt_switches:" in line]
    except (OSError, ValueError):
        return None  # it has ended
    return (*words, *switches) if number in _WAITS and switches else None


def _wake(libc: Any, poll: int, *, is_sure: bool) -> None:
    """Have an event come up in a poll, if it is one of a loop; close our copy of it."""
    event = os.eventfd(1, os.EFD_CLOEXEC)
    try:
        if is_sure:
            packed = "=Iq" if os.uname().machine == "x86_64" else "Iq"
            wanted = struct.pack(packed, select.EPOLLIN | select.EPOLLONESHOT, -1)
            libc.epoll_ctl(poll, 1, event, wanted)  # EPOLL_CTL_ADD
            time.sleep(_SEEN)
            libc.epoll_ctl(poll, 2, event, wanted)  # EPOLL_CTL_DEL
    finally:
        os.close(event)
        os.close(poll)
