"""A pseudo-terminal with a screen: what a person sees, and what they type."""

import os
import re
import shlex
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

PATIENCE = 30.0  # seconds: a test that waits for so long has failed
_SWITCHES = re.compile(rb"(\x1b\[\?1049[hl])")
REACTION = 0.2  # seconds: the view looks ten times a second whether a script waits for a person


class Terminal:
    """A program on a terminal; `screen` has what a person would see of it."""

    def __init__(
        self, command: str, folder: Path, environ: dict[str, str], width: int, height: int, *, shell: bool
    ) -> None:
        words = ["bash", "--norc", "--noprofile", "-i"] if shell else shlex.split(command)
        self.process = pexpect.spawn(
            words[0], words[1:], cwd=folder, env=environ, dimensions=(height, width), echo=True, timeout=PATIENCE
        )
        self._usual = pyte.HistoryScreen(width, height, history=1000, ratio=1)
        self._show_on(self._usual)
        self.modes = self.modes_before = termios.tcgetattr(self.process.child_fd)
        self.raw = b""
        if shell:
            self.wait_for(lambda rows: rows[-1:] == ["$"], "a prompt")
            self.type(f"{command}\n")

    @property
    def rows(self) -> list[str]:
        """What stands on the screen and what has left it at the top, without blanks at the end."""
        above = [
            "".join(row[column].data for column in range(self._screen.columns)) for row in self._screen.history.top
        ]
        return "\n".join(row.rstrip() for row in [*above, *self._screen.display]).rstrip().split("\n")

    @property
    def cursor_is_visible(self) -> bool:
        return not self._screen.cursor.hidden

    def type(self, keys: str) -> None:
        """Press keys as fast as a person could; \\x03 is Ctrl-C, \\x1a is Ctrl-Z."""
        time.sleep(REACTION)
        self.process.send(keys)

    def wait_for(self, wanted: Callable[[list[str]], bool] | str, what: str = "") -> list[str]:
        """Wait until the screen is as wanted, or a row has that text; gives the rows."""
        end = time.monotonic() + PATIENCE
        test = wanted if callable(wanted) else lambda rows: any(wanted in row for row in rows)
        while not test(self.rows):
            if time.monotonic() > end:
                raise AssertionError(f"{what or wanted!r} never came:\n" + "\n".join(self.rows))
            self._read(0.05)
        return self.rows

    def settled(self) -> list[str]:
        """Wait until nothing more comes for a moment: all of a screen is there then; gives the rows."""
        seen = -1
        while seen != len(self.raw):
            seen = len(self.raw)
            self._read(REACTION)
        return self.rows

    def wait_for_end(self) -> int:
        """Wait until the program has ended; gives its status, minus the number of the signal that has killed it.

        `modes` are those in which it has left the terminal.
        """
        end = time.monotonic() + PATIENCE
        while self._read(0.05):
            if time.monotonic() > end:
                raise AssertionError("it never ended:\n" + "\n".join(self.rows))
        self.modes = termios.tcgetattr(self.process.child_fd)
        self.process.close()
        return -self.process.signalstatus if self.process.signalstatus else self.process.exitstatus

    def resize(self, width: int, height: int) -> None:
        """Make the window that large."""
        self.process.setwinsize(height, width)
        for screen in {self._screen, self._usual}:
            screen.resize(height, width)

    def foreground(self) -> int:
        """The process group that the terminal listens to."""
        return os.tcgetpgrp(self.process.child_fd)

    def close(self) -> None:
        """Hang up."""
        self.process.close(force=True)

    def _read(self, timeout: float) -> bool:
        try:
            data = self.process.read_nonblocking(1 << 16, timeout)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        for part in _SWITCHES.split(data):
            if part == b"\x1b[?1049h":
                self._show_on(pyte.HistoryScreen(self._usual.columns, self._usual.lines))
            elif part == b"\x1b[?1049l":
                self._show_on(self._usual)
            else:
                self._feed(part)
        return True

    def _show_on(self, screen: pyte.HistoryScreen) -> None:
        """Take what comes for this screen: terminals have another one, of which pyte does not know."""
        self._screen = screen
        self._feed = pyte.ByteStream(screen).feed
