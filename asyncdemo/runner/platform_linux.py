"""Linux: everything is known."""

import fcntl
import mmap
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from asyncdemo.runner.linux import (
    busy_seconds,
    can_adopt_orphans,
    exit_descriptor,
    is_ignored,
    processor_times,
    python_programs,
    reads_input,
)
from asyncdemo.runner.process import Process, read
from asyncdemo.runner.reaper import start_reaper
from asyncdemo.runner.terminal import can_lend, lent_terminal, out_of_reach

NAME = "linux"
WAITS = FORKS = True
CRLF = False
LACKING: tuple[str, ...] = ()
finds_leftovers = can_adopt_orphans
_PIPE = 1 << 20  # bytes for which a pipe for stacks has room, where the system lets it


def start(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] | None = None,
    output: int | None = None,
    begin: Callable[[], None] = lambda: None,
    closing: Iterable[int] = (),
) -> Process:
    """Start a program below a reaper, which finds whatever it leaves running."""

    def spawn() -> "subprocess.Popen[bytes]":
        begin()
        group = None if output is None else 0
        return subprocess.Popen(command, stdin=stdin, stdout=output, stderr=output, env=environ, process_group=group)

    return start_reaper(spawn, grouped=output is not None, closing=closing)


@contextmanager
def memory(size: int) -> Iterator[tuple[mmap.mmap, str]]:
    """Memory without a name in the file system, of which nothing is ever left behind."""
    descriptor = os.memfd_create("asyncdemo")
    try:
        os.ftruncate(descriptor, size)
        yield mmap.mmap(descriptor, size), f"/proc/{os.getpid()}/fd/{descriptor}"
    finally:
        os.close(descriptor)


@contextmanager
def stack_pipe() -> Iterator[int | None]:
    """The descriptor of a pipe, to read and to write, for the child's stacks; None where that cannot be had.

    A pipe, because no limit on the size of files that a script sets for itself counts there.
    """
    reading, writing = os.pipe()
    try:
        descriptor = os.open(f"/proc/self/fd/{reading}", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # /proc is not there
        yield None
        return
    finally:
        os.close(reading)
        os.close(writing)
    try:
        with suppress(OSError):  # more than this user may have
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE)
        yield descriptor
    finally:
        os.close(descriptor)
