"""A terminal of which all of the screen is ours for a while: rows on it, keys from it.

Ctrl-C stays what it is, KeyboardInterrupt, but is raised where keys are waited for: nothing is left half done.
Ctrl-Z gives the terminal back as it was and takes it again afterwards. SIGTERM, SIGHUP and SIGQUIT (Ctrl-\\) end the
command as they would otherwise, but with the terminal as it was, however many of them come.
"""

import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

if sys.platform != "win32":
    import termios

CAN_BE_HAD = sys.platform != "win32"  # its consoles are asked for keys in another way
REDRAW = "redraw"  # in place of a key: the window has another size, or others have written on it
_PATIENCE = 0.05  # seconds: what belongs to the same key arrives within that
# Another screen than the one with what was written before, without cursor, where a row that is too long is cut.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"


def _those(*names: str) -> tuple[signal.Signals, ...]:
    """Of these signals those that the system has."""
    return tuple(signal.Signals[name] for name in names if name in signal.Signals.__members__)


_ENDING = _those("SIGTERM", "SIGHUP", "SIGQUIT")
_HEARD = (*_those("SIGWINCH", "SIGCONT", "SIGTSTP"), *_ENDING, signal.SIGINT)  # the last one is given up last

# What terminals send for the keys that are no characters, in both of their modes.
_NAMES = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1b[H": "home",
    b"\x1b[F": "end",
    b"\x1b[1~": "home",
    b"\x1b[4~": "end",
    b"\x1b[7~": "home",
    b"\x1b[8~": "end",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\r": "enter",
    b"\n": "enter",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b" ": "space",
    b"\x1b": "escape",
}
# What a terminal answers to who has asked it something: an editor, say, that has ended before the answer came.
_ANSWER = rb"[P\]^_][^\x07\x1b]{0,999}"
_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|%b(?:\x07|\x1b\\))|[\xc2-\xf4][\x80-\xbf]{1,3}|." % _ANSWER, re.DOTALL
)
_UNFINISHED = re.compile(
    rb"(?:\x1b(?:\[[0-?]*[ -/]*|O|%b\x1b?)?|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
    % _ANSWER
)


class Screen:
    """The screen while it is ours."""

    def __init__(self, keyboard: int, stream: TextIO) -> None:
        self._keyboard = keyboard
        self._stream = stream
        self._before = termios.tcgetattr(keyboard)
        self._keys: list[str] = []
        self._woken, self._waker = os.pipe()
        for end in (self._woken, self._waker):
            os.set_blocking(end, False)
        self._ours = False
        self._interrupted = False
        self.is_ending = False  # then no signal may keep it from being given back

    @property
    def has_keys(self) -> bool:
        """True if keys have come that nobody has asked for: what would be shown before they count, nobody could see."""
        return bool(self._keys)

    def size(self) -> tuple[int, int]:
        """Columns and rows; 80 and 24 where the terminal does not tell."""
        with suppress(OSError):
            size = os.get_terminal_size(self._stream.fileno())
            if size.columns and size.lines:
                return size.columns, size.lines
        return 80, 24

    def show(self, rows: Sequence[str]) -> None:
        """Put rows in the place of all that is there; what the screen has no room for is left out."""
        _, height = self.size()
        text = "\x1b[K\r\n".join(rows[:height])
        self._stream.write(f"\x1b[H{text}\x1b[K\x1b[J")
        self._stream.flush()

    def key(self, timeout: float | None = None) -> str | None:
        """The next key, REDRAW, or None after `timeout` seconds.

        Raises EOFError if nobody is there, KeyboardInterrupt if Ctrl-C was pressed: what was typed before it is void.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while self._interrupted or not self._keys:
            if self._interrupted:
                self._interrupted = False
                self._keys.clear()
                raise KeyboardInterrupt
            left = None if until is None else max(0.0, until - time.monotonic())
            ready, _, _ = select.select([self._keyboard, self._woken], [], [], left)
            if self._woken in ready:
                _drained(self._woken)
                if not self._interrupted:
                    return REDRAW
            if self._keyboard in ready:
                self._keys += self._pressed()
            elif left == 0.0 and not self._interrupted:
                return None
        return self._keys.pop(0)

    def _pressed(self) -> list[str]:
        data = self._read()
        if not data:
            raise EOFError
        while unfinished(data) and select.select([self._keyboard], [], [], _PATIENCE)[0]:
            more = self._read()
            if not more:
                break
            data += more
        return [key for key in decoded(data) if key]

    def _read(self) -> bytes:
        try:
            return os.read(self._keyboard, 1024)
        except OSError:  # the terminal has gone
            return b""

    def enter(self) -> None:
        """Make it ours, as far as it is not: keys come at once and unseen; Ctrl-C and Ctrl-Z are still signals.

        Always from the modes that were found: another program may have ended without putting them back.
        """
        mode = [*self._before]
        mode[6] = [*mode[6]]
        mode[3] &= ~(termios.ICANON | termios.ECHO)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        with suppress(termios.error):  # it may have gone, which the next key tells
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, mode)
        if not self._ours:
            self._ours = True
            self._write(_ENTER)

    def leave(self) -> None:
        """Return the terminal as it was, with what was on it."""
        if self._ours:
            self._write(_LEAVE)
            with suppress(OSError, termios.error):  # it may have gone
                termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._before)
            self._ours = False  # only now: whatever comes in the midst of it does it again

    @contextmanager
    def given_back(self) -> Iterator[None]:
        """Return it within the block, for another program that is started there and wants a terminal of its own."""
        ours = [number for number in (signal.SIGTSTP, signal.SIGCONT) if signal.getsignal(number) == self.hear]
        self.leave()
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
        try:
            yield
        finally:
            for number in ours:
                signal.signal(number, self.hear)
            self.enter()

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """React to a signal."""
        if self.is_ending:
            return
        if number in _ENDING:
            self.is_ending = True
            self.leave()
            raise SystemExit(128 + number)
        if number == signal.SIGINT:
            if self._interrupted:  # nobody has waited for a key since the last one: something takes long
                raise KeyboardInterrupt
            self._interrupted = True
        if number == signal.SIGTSTP:
            self.leave()
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)  # it stands still, unless nobody could make it go on
            signal.signal(signal.SIGTSTP, self.hear)
        if number in (signal.SIGTSTP, signal.SIGCONT):
            self.enter()
        with suppress(BlockingIOError):
            os.write(self._waker, b"!")

    def close(self) -> None:
        """Close what was opened for it."""
        os.close(self._woken)
        os.close(self._waker)

    def _write(self, codes: str) -> None:
        """Write past the stream: a signal may have come in the midst of what that writes."""
        with suppress(OSError):
            os.write(self._stream.fileno(), codes.encode("ascii"))


@contextmanager
def full_screen(keyboard: int, stream: TextIO) -> Iterator[Screen]:
    """The screen of a terminal within the block: `keyboard` is its descriptor, `stream` what is written to it."""
    stream.flush()
    screen = Screen(keyboard, stream)
    before: dict[signal.Signals, Any] = {}
    try:
        for number in _HEARD:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, screen.hear)
        screen.enter()
        yield screen
    finally:
        screen.is_ending = True
        screen.leave()
        for number, handler in before.items():
            signal.signal(number, handler)
        screen.close()


def unfinished(data: bytes) -> bool:
    """True if more may come that belongs to the last key: its bytes need not arrive together."""
    return _UNFINISHED.search(data) is not None


def decoded(data: bytes) -> list[str]:
    """The keys: a character as it is, others by their names; "" for one that has no meaning here."""
    return [_named(each[0]) for each in _SEQUENCE.finditer(data)]


def _named(key: bytes) -> str:
    if key[:2] == b"\x1bO":
        key = b"\x1b[" + key[2:]  # the other mode of the arrows
    if key in _NAMES:
        return _NAMES[key]
    text = key.decode(errors="ignore")
    return text if text.isprintable() else ""


def _drained(pipe: int) -> None:
    with suppress(BlockingIOError):
        while os.read(pipe, 1024):
            pass
