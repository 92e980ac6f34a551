"""A run that goes on while something else is done: a process of its own watches over it, and tells what happens.

That process is a fork of this one in a session of its own: a script that opens /dev/tty would write on the screen that
somebody else draws, and change its modes. Whoever draws that meanwhile never waits: what is told is bounded, however
much the script prints and however many tasks it has.
"""

import os
import pickle
import signal
import struct
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, NoReturn

from asyncdemo import findings  # noqa: F401  # loaded once, before the forks
from asyncdemo.model.recording import Output, Run, Subject
from asyncdemo.model.spans import Timeline
from asyncdemo.runner import supervise as _loaded_too  # noqa: F401  # the same
from asyncdemo.runner.escalation import ENDING
from asyncdemo.runner.observe import may_read, observe
from asyncdemo.runner.plan import Plan

PACE = 0.04  # seconds between two messages
LOOKS = 0.1  # seconds between two looks at the tasks; more where a look takes long
DEAR = 20  # how many times as long as a look took there is none
PIECES, CHARACTERS = 100, 4_000  # of output in one message, and of each piece
FIRST, LAST = 2_000, 500  # pieces of output that the finished run has
WHOLE_TEXT = 100_000  # characters of each
SPANS = 20_000  # of a timeline that is told; a larger one would take too long to be drawn
GRACE = 0.4  # seconds for each signal, when there is nobody who wants to see how it ends
_PATIENCE = 8  # such signals: a process that still watches after them was itself stopped, by its script perhaps
_LENGTH = struct.Struct("!I")
_CHUNK = 1 << 18  # bytes read at once
_NOBODY = Subject("", parameters={})  # in the place of the subject, which is known on both sides
_NOTHING_TO_READ = "nothing can be typed into it here: asyncdemo run lets you"
_TOO_LARGE = "its tasks are too many to be drawn here"


class Printed(NamedTuple):
    """Output that has come, and how many pieces before it were too many to be told; `zero` as in `observe`."""

    pieces: tuple[Output, ...]
    left_out: int
    zero: float | None


class Looked(NamedTuple):
    """What the tasks have done up to `now` (seconds); None where nothing is known of any, or they are too many."""

    timeline: Timeline | None
    zero: float | None
    now: float


class Ended(NamedTuple):
    """The run is over. `run` is None where the process that watched over it has gone without a word."""

    run: Run | None


class Over(NamedTuple):
    """The script is gone; what there is to be said of its run is yet to come."""


Message = Printed | Looked | Over | Ended


class Background:
    """One run in the background."""

    def __init__(self, plan: Plan) -> None:
        self._subject = plan.subject
        reading, writing = os.pipe()
        # what this process does about signals is not for the other one, not even for a moment
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                os.close(reading)
                _watch(plan, writing, before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(writing)
        os.set_blocking(reading, False)
        self._reading = reading
        self._received = bytearray()
        self.over = False
        self._is_safe = False  # to kill it: nothing is left that it watches over
        self._leaving: float | None = None  # when the next signal is due
        self._told = 0  # how many there were

    def messages(self) -> list[Message]:
        """Give what has come, without waiting."""
        if self.over:
            return []
        found: list[Message] = []
        try:
            data = os.read(self._reading, _CHUNK)
        except BlockingIOError:
            data = None
        if data:
            self._received += data
            found = list(self._whole())
        elif data is not None:
            self._collect()  # the reaper has had this pipe too: its script is gone
            found = [Ended(None)]
        return found

    def interrupt(self) -> None:
        """Press Ctrl-C, as it were: each time the run is told to end with more force. What was stopped goes on."""
        for number in (signal.SIGINT, signal.SIGCONT):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def leave(self, now: float) -> bool:
        """See to it that it ends soon, without waiting: to be called again and again until it gives True."""
        self.messages()
        if self._is_safe and not self.over:
            os.kill(self.pid, signal.SIGKILL)  # nobody wants to know what came of it, and finding out may take long
            self._collect()
        if not self.over and (self._leaving is None or now >= self._leaving):
            self._leaving = now + GRACE
            self._told += 1
            if self._told > _PATIENCE:
                os.kill(self.pid, signal.SIGKILL)  # its reaper then stops the script
            else:
                self.interrupt()
        return self.over

    def close(self) -> None:
        """Wait until it has ended, which takes a second or two at most."""
        while not self.leave(time.monotonic()):
            time.sleep(0.01)

    def _whole(self) -> "list[Message]":
        found: list[Message] = []
        while len(self._received) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._received)
            end = _LENGTH.size + length
            if len(self._received) < end:
                break
            message: Message = pickle.loads(self._received[_LENGTH.size : end])
            del self._received[:end]
            if isinstance(message, Ended) and message.run is not None:
                message = Ended(message.run._replace(subject=self._subject))
                self._collect()
            self._is_safe = self._is_safe or isinstance(message, Over)
            found.append(message)
        return found

    def _collect(self) -> None:
        self.over = True
        os.close(self._reading)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


class _Teller:
    """Tells what happens, at a pace at which it can be taken in."""

    def __init__(self, writing: int) -> None:
        self._writing = writing
        self._parent = os.getppid()
        self._pieces: deque[Output] = deque(maxlen=PIECES)
        self._left_out = 0
        self._zero: float | None = None
        self._told = self._looked = 0.0
        self._between = LOOKS

    def output(self, output: Output, zero: float | None) -> None:
        self._left_out += len(self._pieces) == PIECES
        self._pieces.append(_short(output, CHARACTERS))
        self._zero = zero
        if time.monotonic() - self._told > PACE:
            self._tell_output()

    def deadlock(self) -> None:
        """Nothing is said: what runs here is made to end by that."""

    def tick(self, reads_input: Callable[[], bool]) -> None:  # noqa: ARG002  # it has nothing to read
        self._tell_output()

    def look(self, so_far: Callable[[], Timeline | None], zero: float | None, now: float) -> None:
        if os.getppid() != self._parent:
            raise KeyboardInterrupt  # nobody is left who could tell us to end
        start = time.monotonic()
        if self._pieces and start - self._told > PACE:
            self._tell_output()
        if start - self._looked < self._between:
            return
        timeline = _drawable(so_far())
        took = time.monotonic() - start
        self._looked, self._between = start, max(LOOKS, DEAR * took)
        self._send(Looked(None if timeline is None else timeline._replace(complete=True), zero, now))

    def over(self) -> None:
        self._tell_output()
        self._send(Over())

    def end(self, run: Run) -> None:
        self._tell_output()
        self._send(Ended(_small(run)))

    def _tell_output(self) -> None:
        if self._pieces:
            self._send(Printed(tuple(self._pieces), self._left_out, self._zero))
            self._pieces.clear()
            self._left_out = 0
            self._told = time.monotonic()

    def _send(self, message: Message) -> None:
        data = pickle.dumps(message)
        view = memoryview(_LENGTH.pack(len(data)) + data)
        while view:
            view = view[os.write(self._writing, view) :]


def _watch(plan: Plan, writing: int, mask: set[int | signal.Signals]) -> NoReturn:
    """Watch the run in this process, and end without what the parent does at its end."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        for number in {signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP, *ENDING}:
            if signal.getsignal(number) is not signal.SIG_IGN or number is signal.SIGINT:  # that is how we end it
                signal.signal(number, signal.default_int_handler if number in ENDING else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        teller = _Teller(writing)
        teller.end(observe(plan, lambda: teller, teller))
    except BaseException:  # that it has ended without a word says enough
        os._exit(1)
    os._exit(0)


def _drawable(timeline: Timeline | None) -> Timeline | None:
    return timeline if timeline is not None and len(timeline.spans) <= SPANS else None


def _small(run: Run) -> Run:
    """The run without what nobody could look at on one screen; what is left out is said."""
    output = run.output
    kept = output if len(output) <= FIRST + LAST else (*output[:FIRST], *output[-LAST:])
    size = sum(map(_size, output))
    kept = tuple(_short(each, WHOLE_TEXT) for each in kept)
    timeline = _drawable(run.timeline)
    notes = run.notes if timeline is run.timeline else (*run.notes, _TOO_LARGE)
    if not run.ok and may_read(run.subject.source):
        notes = (*notes, _NOTHING_TO_READ)
    dropped = run.output_dropped + size - sum(map(_size, kept))
    return run._replace(subject=_NOBODY, output=kept, output_dropped=dropped, timeline=timeline, notes=notes)


def _size(output: Output) -> int:
    return len(output.text)


def _short(output: Output, most: int) -> Output:
    """The output with the end of its text left out where that is very long."""
    return output if len(output.text) <= most else output._replace(text=output.text[:most])
