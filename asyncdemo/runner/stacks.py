"""Names the line that holds an event loop: asks the child for its stack when a step takes long.

The child writes its stack into a pipe of ours when it gets SIGURG, a signal that nobody misses and that does nothing
where it is not expected; but only when it comes to execute a bytecode. If it does not, a call of a C function goes on,
and a second signal gets the stack all the same (probe/inject/_asyncdemo_stacks.py). So there is no thread in the child,
and C code that holds the interpreter's lock is seen as well. Of a loop in another thread only the second signal can
tell, while that thread sleeps. What it has written is parted when all is over.
"""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from asyncdemo.model.traces import Frame, Hanging, Sample
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.shared_memory import Memory, first_empty

FIRST = layout.HELD  # ns that a step may take before its stack is asked for
_PROMPT = 5_000_000  # ns within which a bytecode is executed, unless a call of a C function goes on
_BUSY = 2_000_000  # ns on the processor in which no bytecode was executed: a call of a C function goes on
_POLITE = (layout.POLITELY, layout.IN_EITHER_WAY)
AGAIN = 3  # each further time when it has taken that many times as long
_ROOM = 16 << 20  # bytes of stacks after which no more are asked for: those of 10,000 long steps or more
_PIPE = 1 << 20  # bytes for which the pipe has room, where the system lets it
_TURNS = (layout.STEP, layout.POLL, layout.IDLE, layout.STOP)
_MAIN = 0, 0  # in the place of thread and loop
_LOOKED_AT = 64  # newest events that tell what goes on
_DUMP = re.compile(rb"^(?:Current thread|Thread|Stack)([^\n]*)\n", re.MULTILINE)
_MOMENT = re.compile(rb" (\d+) (\d+)")
_FRAME = re.compile(rb'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)


class _Watched(NamedTuple):
    """A step in a thread besides the main one: when it began, and after how long it is asked about (ns).

    `slept` is how often the thread had gone to sleep when it was last seen to do so, `since` when that was seen first.
    """

    started: int
    patience: int = FIRST
    slept: int | None = None
    since: int = 0


class _Question(NamedTuple):
    """When it was asked (ns), what the main thread had used and queued for by then, and of which thread.

    `times` is None of one that is pressed, `thread` and its number in the kernel are 0 for the main one.
    """

    at: int
    times: tuple[int, int] | None
    thread: int = 0
    native: int = 0


class Stacks:
    """Watches the steps of one child and asks for its stack; `pipe` is where the child writes."""

    def __init__(self, memory: Memory, pid: int, pipe: int) -> None:
        self._memory = memory
        self._pid = pid
        self._pipe = pipe
        self._next = 0  # no event is stored from here on, as far as is known
        self._turned: dict[tuple[int, int], int] = {}  # where it stands what the loop of a thread has turned to last
        self._step = 0  # when the step of the main thread began that was last asked about
        self._patience = FIRST
        self._times: list[tuple[int, int, int, int]] = []  # the clocks, first and last read during that step
        self._watched: dict[tuple[int, int], _Watched] = {}
        self._asked: list[_Question] = []
        self._pressed: list[_Question] = []
        self._told = bytearray()  # what has come out of the pipe
        self._read = 0  # bytes of that in which the answers are counted already
        self._answered = [0, 0]  # how many those are, of those asked and of those pressed for

    def look(self, now: int) -> None:
        """Ask for the stack (`now` in ns) if a step has taken long; the answer to the last question must be there."""
        held = self._held()
        started = held.pop(_MAIN, None)
        if started is not None:
            self._look_at_main_thread(started, now)
        for whose, since in held.items():
            if now - since > FIRST:
                self._look_at_thread(whose, since, now)

    def _look_at_main_thread(self, started: int, now: int) -> None:
        if started != self._step:
            self._step, self._patience, self._times = started, FIRST, []
        if now - started <= FIRST or (times := linux.processor_times(self._pid)) is None:
            return
        self._times[1:] = [(now, *times)]
        asked, pressed = self._count_answers()
        if pressed or self._read >= _ROOM or self._memory[layout.OFFERED] not in _POLITE:
            return
        if not asked and now - started > self._patience:
            self._patience *= AGAIN
            if self._ask(signal.SIGURG):
                self._asked.append(_Question(now, times[:2]))
        elif asked and self._may_press(now, times[0]) and self._ask(layout.PRESSING):
            self._pressed.append(_Question(now, None))

    def _look_at_thread(self, whose: tuple[int, int], started: int, now: int) -> None:
        """Press for the stack of a thread that is not the main one, if it sleeps: then it executes no bytecodes.

        It must have done so for a while, so that it does not just wake up.
        """
        native = self._memory[layout.INFOS_AT + whose[1] * layout.INFO + layout.NATIVE]
        watched = self._watched.get(whose)
        if watched is None or watched.started != started:
            watched = _Watched(started)
        slept = linux.times_slept(native) if now - started > watched.patience else None
        if slept != watched.slept:
            watched = watched._replace(slept=slept, since=now)
        elif slept is not None and now - watched.since >= _PROMPT and self._press(native, whose[0], now):
            watched = watched._replace(patience=watched.patience * AGAIN)
        self._watched[whose] = watched

    def _press(self, native: int, thread: int, now: int) -> bool:
        """True if a thread was pressed, as far as it can be."""
        _, pressed = self._count_answers()
        number = layout.PRESSING
        if pressed or self._read >= _ROOM or self._memory[layout.OFFERED] != layout.IN_EITHER_WAY:
            return False
        if linux.would_notice(native, number) or not linux.is_handled(native, number):
            return False
        if linux.signal_thread(self._pid, native, number):
            self._pressed.append(_Question(now, None, thread, native))
        return True

    def ask_for_snapshot(self, now: int) -> bool:
        """Have a snapshot written down with the next answer; False where there will be none."""
        times = linux.processor_times(self._pid)
        if times is None or self._memory[layout.OFFERED] not in _POLITE:
            return False
        self._memory.want_snapshot()
        if self._count_answers()[0]:
            return True
        if not self._ask(signal.SIGURG):
            return False
        self._asked.append(_Question(now, times[:2]))
        return True

    @property
    def newest(self) -> int:
        """How many events were stored when it was last looked."""
        return self._next

    def forget(self) -> None:
        """Let go of the stacks so far, unless an answer is still to come: it would be taken for that of another."""
        if not any(self._count_answers()):
            self._asked, self._pressed, self._answered = [], [], [0, 0]
            self._told, self._read = bytearray(), 0

    def samples(self) -> tuple[Sample, ...]:
        """The stacks, each with the moment to which it belongs; none of those that came late, for another line."""
        asked, pressed = iter(self._asked), iter(self._pressed)
        found = []
        for moment, answer in self._answers():
            if moment is None:
                question = next(pressed, None)
                at = None if question is None else question.at
            else:
                question = next(asked, None)
                at = None if question is None or _is_late(question, *moment) else moment[0]
            frames = tuple(_frames(answer))  # none where the child could not look
            if question is not None and at is not None and frames:
                found.append(Sample(at, frames, question.thread))
        return tuple(sorted(found, key=lambda sample: sample.at))

    def hanging(self) -> Hanging | None:
        """What was seen of the step of the main thread that was last asked about, if it was looked at twice."""
        if len(self._times) < 2:
            return None
        return Hanging(self._step, *(last - first for first, last in zip(*self._times, strict=True)))

    def _held(self) -> dict[tuple[int, int], int]:
        """The threads whose loops are held by a step now, and when that began (ns)."""
        self._next = first_empty(self._memory, self._next)
        start = max(0, self._next - _LOOKED_AT)
        codes = self._memory.words(layout.CODES_AT + start, self._next - start).tolist()
        self._turned.pop(_MAIN, None)  # unless it is among the newest, something else goes on there
        for place, code in enumerate(codes, start):
            if code & 15 in _TURNS and (whose := self._thread_and_loop(code >> 4)) is not None:
                self._turned[whose] = place
                if code & 15 == layout.STOP:
                    self._turned.pop(whose)
                    self._watched.pop(whose, None)
        steps = {
            whose: self._memory[layout.TIMES_AT + place]
            for whose, place in self._turned.items()
            if self._memory[layout.CODES_AT + place] & 15 == layout.STEP
        }
        return {whose: began for whose, began in steps.items() if began}  # on ARM a time may be seen after its code

    def _ask(self, number: int) -> bool:
        """Send a signal, unless that could make a difference to the child."""
        if linux.would_notice(self._pid, number) or not linux.is_handled(self._pid, number):
            return False
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self._pid, number)
            return True
        return False

    def _may_press(self, now: int, used: int) -> bool:
        """True if the main thread has not answered because it cannot be executing bytecodes; pressed for once."""
        if self._memory[layout.OFFERED] != layout.IN_EITHER_WAY:
            return False
        question = self._asked[-1]
        pressed = bool(self._pressed) and self._pressed[-1].at > question.at
        if question.times is None or pressed or now - question.at < _PROMPT:
            return False
        return used - question.times[0] > _BUSY or linux.is_asleep(self._pid)

    def _count_answers(self) -> tuple[bool, bool]:
        """True if answers are missing, of those asked and of those pressed for.

        Reads what is new only, for there may be long steps for hours.
        """
        self._drain()
        new = self._told[self._read :]
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for header in _DUMP.findall(whole):
            self._answered[_MOMENT.fullmatch(header) is None] += 1
        pressed = self._answered[1] < len(self._pressed)
        if pressed and (native := self._pressed[-1].native) and not linux.has_thread(self._pid, native):
            self._pressed.pop()  # it has ended, and will not answer
            pressed = False
        return self._answered[0] < len(self._asked), pressed

    def _drain(self) -> None:
        with suppress(BlockingIOError):  # it is empty
            while data := os.read(self._pipe, _PIPE):
                self._told += data

    def _thread_and_loop(self, key: int) -> tuple[int, int] | None:
        """Of a loop or a task: its thread and loop, both 0 in the main thread; None where that cannot be known."""
        kind, loop, thread = self._info(key)
        main = self._memory[layout.MAIN]
        if kind == layout.THREAD:
            return None
        if not main or thread == self._info(main)[2]:
            return _MAIN
        return (thread, loop) if thread else None

    def _info(self, key: int) -> tuple[int, int, int]:
        """The kind, the loop and the thread that are told of a key."""
        at = layout.INFOS_AT + key * layout.INFO
        return self._memory[at], self._memory[at + 1], self._memory[at + layout.THREAD_ID]

    def _answers(self) -> Iterator[tuple[tuple[int, int] | None, bytes]]:
        """What was answered; with when, and how long the thread had queued until then, where it was asked politely."""
        self._drain()
        _, *parts = _DUMP.split(bytes(self._told))
        for header, answer in zip(parts[::2], parts[1::2], strict=True):
            moment = _MOMENT.fullmatch(header)
            yield (None if moment is None else (int(moment[1]), int(moment[2]))), answer


def _is_late(question: _Question, at: int, queued: int) -> bool:
    """True if an answer came only after a call of a C function: by then another line may have been reached."""
    waited = 0 if question.times is None else queued - question.times[1]
    return at - question.at - max(0, waited) > _PROMPT


def _frames(answer: bytes) -> Iterator[Frame]:
    for path, line, function in _FRAME.findall(answer):
        yield Frame(path.decode(errors="replace"), int(line), function.decode(errors="replace"))
