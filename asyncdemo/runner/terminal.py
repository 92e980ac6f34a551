"""Lends the terminal to a child, so that `input()` and Ctrl-C work in it as they would without us, and takes it back.

The child's process group becomes the terminal's foreground group, as a shell would make it. Ctrl-C then goes to the
child alone. So that it is noticed here too, a listener joins the child's group: a copy of this process that does
nothing but pass on the word.
"""

import os
import signal
import stat
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import NoReturn

TERMINAL = 0  # standard input, where it is a terminal

_READY = b"r"  # the letter of the listener's first word
_WORD = 9  # bytes that the listener writes at once: a letter, and when that was (ns)
_SHOW_CURSOR = b"\x1b[?25h"


def can_lend() -> bool:
    """True if standard input is a terminal that is ours to give away.

    Not where this is a background job. Not where an output is a pipe either: the program behind it may be reading the
    keyboard, as `less` does, and would be stopped.
    """
    try:
        if not os.isatty(TERMINAL) or os.tcgetpgrp(TERMINAL) != os.getpgrp():
            return False
        return not any(stat.S_ISFIFO(os.fstat(output).st_mode) for output in (1, 2))
    except OSError:
        return False


class Loan:
    """The terminal while it is lent; `presses` becomes readable when Ctrl-C is pressed.

    `pressed` is when that was last, in seconds of the monotonic clock, and None before.
    """

    def __init__(self, group: int) -> None:
        self.pressed: float | None = None
        self._group = group
        self._given = False
        self._attributes = termios.tcgetattr(TERMINAL)
        self.presses, told = os.pipe()
        ended, alive = os.pipe()
        self._alive: int | None = alive
        self.listener = os.fork()
        if self.listener == 0:
            _listen(group, told, ended, keep={told, ended})
        os.close(told)
        os.close(ended)
        # Its first word: it is there, and hears. A Ctrl-C before that was for our own group, and we have heard it.
        while os.read(self.presses, _WORD)[:1] not in (_READY, b""):
            pass
        os.set_blocking(self.presses, False)

    def give(self) -> None:
        """Make the child's group the one that reads and gets the signals, and wake it where it was too early.

        Not if the terminal is not ours to give any more: this job may have been continued in the background.
        """
        with suppress(OSError):
            self._given = os.tcgetpgrp(TERMINAL) == os.getpgrp()
            if self._given:
                os.tcsetpgrp(TERMINAL, self._group)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, signal.SIGCONT)

    def take(self) -> None:
        """Make it ours again, and as it was."""
        if not self._given:
            return
        self._given = False
        with suppress(OSError, termios.error):
            os.tcsetpgrp(TERMINAL, os.getpgrp())
            if termios.tcgetattr(TERMINAL) != self._attributes:
                termios.tcsetattr(TERMINAL, termios.TCSADRAIN, self._attributes)
                if os.environ.get("TERM") != "dumb":
                    os.write(TERMINAL, _SHOW_CURSOR)  # who changed it and did not change it back may have hidden it

    def suspend(self) -> None:
        """Stop this whole job, as Ctrl-Z would have; returns once it is continued.

        At once where there is no shell that could continue it: then the kernel drops this signal.
        """
        self.take()
        os.killpg(0, signal.SIGTSTP)
        self.give()

    def take_press(self) -> bool:
        """Take note of a Ctrl-C, once `presses` is readable; False: there will be no more."""
        word = os.read(self.presses, _WORD)
        if word:
            self.pressed = int.from_bytes(word[1:], "little") / 1e9
        return bool(word)

    def last_press(self) -> None:
        """Let the listener go, and note a Ctrl-C that it has not told of yet: its last one has ended the child."""
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None
            with suppress(ChildProcessError, ProcessLookupError):
                os.kill(self.listener, signal.SIGCONT)  # Ctrl-Z has stopped it too
                os.waitpid(self.listener, 0)
            with suppress(BlockingIOError):
                self.take_press()

    def close(self) -> None:
        """Take the terminal back and let the listener go."""
        self.take()
        self.last_press()
        os.close(self.presses)


@contextmanager
def out_of_reach(*, lend: bool) -> Iterator[None]:
    """Let a child that is started in the block get an error, unless the terminal is lent, if it wants to read that.

    In the background it would be stopped instead, for ever, for there is nobody to bring it to the front.
    """
    if lend:
        yield
        return
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGTTIN, signal.SIGTTOU)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def lent_terminal(group: int, *, lend: bool) -> Iterator[Loan | None]:
    """Lend the terminal to the process group for the length of the block."""
    if not lend:
        yield None
        return
    # a background group that changes or writes to the terminal is stopped, unless it ignores this
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    loan = Loan(group)
    loan.give()
    try:
        yield loan
    finally:
        loan.close()
        signal.signal(signal.SIGTTOU, before)


def _word(letter: bytes) -> bytes:
    return letter + time.monotonic_ns().to_bytes(_WORD - 1, "little")


def _listen(group: int, told: int, ended: int, keep: set[int]) -> NoReturn:
    """Be the listener: tell of every Ctrl-C until the tool is gone. Leaves without running anything of the tool's."""
    try:
        os.setpgid(0, group)  # first: until then a Ctrl-C is for the tool, which hears it itself
        signal.signal(signal.SIGINT, lambda *_: os.write(told, _word(b"c")))
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        limit = os.sysconf("SC_OPEN_MAX")
        for low, high in pairwise([-1, *sorted(keep), limit]):
            os.closerange(low + 1, high)
        os.write(told, _word(_READY))
        os.read(ended, 1)  # nothing is ever sent: it ends when the tool closes it or is killed
    finally:
        os._exit(0)
