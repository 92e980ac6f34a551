"""The operating system, behind one interface: Linux, Windows, and what is the same everywhere else.

ASYNCDEMO_PLATFORM=portable chooses the last one on Linux too, for tests.
"""

import mmap
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING, Protocol

from asyncdemo.runner.process import Process

if TYPE_CHECKING:
    from asyncdemo.runner.terminal import Loan


class Host(Protocol):
    """What a run needs of the operating system. What a system cannot tell is None, False or empty: nobody guesses."""

    NAME: str
    WAITS: bool  # for descriptors: else they are looked at again and again
    FORKS: bool  # this process, for runs beside one another
    CRLF: bool  # ends a line of output
    LACKING: tuple[str, ...]  # what is less exact than on Linux, each with what it means for the person

    def start(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str] | None = None,
        stdin: int | IO[bytes] | None = None,
        output: int | None = None,
        begin: Callable[[], None] = lambda: None,
        closing: Iterable[int] = (),
    ) -> Process:
        """Start a program: with `output` for both of its streams in a process group of its own, else with ours.

        `begin` is called by whoever becomes its parent, just before; `closing` are descriptors that are the child's
        and the tool's alone. Raises OSError where it cannot be started.
        """

    def read(self, descriptor: int) -> bytes | None:
        """What has come through a pipe: None where that is nothing just now, no bytes at its end."""

    def memory(self, size: int) -> AbstractContextManager[tuple[mmap.mmap, str]]:
        """Memory to share, and the name by which a child maps it. Raises OSError where there is not so much."""

    def stack_pipe(self) -> AbstractContextManager[int | None]:
        """The pipe for a child's stacks, as runner/stacks.py needs it; None where a child cannot be asked for them."""

    def can_lend(self) -> bool:
        """True if a child can read what is typed."""

    def out_of_reach(self, *, lend: bool) -> AbstractContextManager[None]:
        """Keep a child that is started in the block from being stopped when it reads a terminal that it has not got."""

    def lent_terminal(self, group: int, *, lend: bool) -> "AbstractContextManager[Loan | None]":
        """Lend the terminal to a process group for the length of the block; None where that takes no lending."""

    def exit_descriptor(self, pid: int, /) -> int | None:
        """A descriptor that becomes readable when the process ends, or None; the caller closes it."""

    def is_ignored(self, pid: int, number: int, /) -> bool:
        """True if a process is known to ignore a signal."""

    def reads_input(self, pid: int, /) -> bool:
        """True if the process is known to wait for something to be typed."""

    def python_programs(self, pid: int, /) -> tuple[dict[int, str], set[int]]:
        """The Python programs that a process has started, and copies of itself; see runner/linux.py."""

    def processor_times(self, pid: int, /) -> tuple[int, int, int] | None:
        """What the main thread of a process has used and queued for, and what its other threads have used, in ns."""

    def busy_seconds(self) -> float | None:
        """How long all processors together have been busy since the machine was started."""

    def finds_leftovers(self) -> bool:
        """True if all that a script leaves running is found and stopped."""


def _host() -> Host:
    if sys.platform == "win32":
        from asyncdemo.runner import platform_windows

        return platform_windows
    if sys.platform == "linux" and os.environ.get("ASYNCDEMO_PLATFORM") != "portable":
        from asyncdemo.runner import platform_linux

        return platform_linux
    from asyncdemo.runner import platform_portable

    return platform_portable


host = _host()
