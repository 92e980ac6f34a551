"""Names the line that holds an event loop: asks the child for its stack when a step takes long.

The child has told faulthandler to write the stack into a file of ours when it gets SIGURG, a signal that nobody misses
and that does nothing where it is not expected. So there is no thread in the child, and C code that holds the
interpreter's lock is seen as well. The file is read when all is over.
"""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.memory import Memory
from asyncdemo.trace import Frame, Hanging, Sample

FIRST = 20_000_000  # ns that a step may take before its stack is asked for
_NEVER = 0  # when an answer was asked for that belongs to no step
_AGAIN = 3  # each further time when it has taken that many times as long
_ROOM = 16 << 20  # bytes of stacks after which no more are asked for: those of 10,000 long steps or more
_TURNS = (layout.STEP, layout.POLL, layout.IDLE, layout.STOP)
_LOOKED_AT = 64  # newest events that tell what goes on
_DUMP = re.compile(rb"^(?:Current thread|Thread|Stack)[^\n]*\n", re.MULTILINE)
_FRAME = re.compile(rb'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)


class Stacks:
    """Watches the steps of one child and asks for its stack; `descriptor` is the file into which the child writes."""

    def __init__(self, memory: Memory, pid: int, descriptor: int) -> None:
        self._memory = memory
        self._pid = pid
        self._descriptor = descriptor
        self._next = 0  # no event is stored from here on, as far as is known
        self._step = 0  # when the step began that was last asked about
        self._patience = FIRST
        self._times: list[tuple[int, int, int, int]] = []  # the clocks, first and last read during that step
        self._asked: list[int] = []  # when, in the order of the answers
        self._read = 0  # bytes of the file in which the answers are counted already
        self._answered = 0  # how many those are

    def look(self, now: int) -> None:
        """Ask for the stack (`now` in ns) if a step has taken long; the answer to the last question must be there."""
        started = self._running_since()
        if started is None:
            return
        if started != self._step:
            self._step, self._patience, self._times = started, FIRST, []
        if now - started > FIRST and (times := linux.processor_times(self._pid)) is not None:
            self._times[1:] = [(now, *times)]
        if now - started > self._patience and self._is_answered() and self._read < _ROOM:
            self._patience *= _AGAIN
            if linux.would_notice(self._pid, signal.SIGURG):
                return
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self._pid, signal.SIGURG)
                # Of a step that ended while we were about to ask, the answer tells nothing.
                self._asked.append(now if self._running_since() == started else _NEVER)

    def samples(self) -> tuple[Sample, ...]:
        """The stacks, each with the moment at which it was asked for."""
        answers = self._answers()
        asked = zip(self._asked, answers, strict=False)
        return tuple(Sample(at, tuple(_frames(answer))) for at, answer in asked if at != _NEVER)

    def hanging(self) -> Hanging | None:
        """What was seen of the step that was last asked about, if it was looked at twice."""
        if len(self._times) < 2:
            return None
        return Hanging(self._step, *(last - first for first, last in zip(*self._times, strict=True)))

    def _running_since(self) -> int | None:
        """When the step began that holds the loop of the main thread now; None where none does."""
        self._next = _first_empty(self._memory, self._next)
        start = max(0, self._next - _LOOKED_AT)
        codes = self._memory.words(layout.CODES_AT + start, self._next - start).tolist()
        for index in range(len(codes) - 1, -1, -1):
            key, what = codes[index] >> 4, codes[index] & 15
            if what in _TURNS and self._is_in_main_thread(key):
                return self._memory[layout.TIMES_AT + start + index] if what == layout.STEP else None
        return None

    def _is_answered(self) -> bool:
        """Whether all that was asked is answered; reads what is new only, for there may be long steps for hours."""
        new = os.pread(self._descriptor, os.fstat(self._descriptor).st_size - self._read, self._read)
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self._answered += len(_DUMP.findall(whole))
        return self._answered == len(self._asked)

    def _is_in_main_thread(self, key: int) -> bool:
        """Whether a key is that of a loop in the main thread, or of one of its tasks."""
        kind, thread = self._info(key)
        main = self._memory[layout.MAIN]
        return kind != layout.THREAD and (not main or thread == self._info(main)[1])

    def _info(self, key: int) -> tuple[int, int]:
        """The kind and the thread that are told of a key."""
        at = layout.INFOS_AT + key * layout.INFO
        return self._memory[at + 1], self._memory[at + 5]

    def _answers(self) -> list[bytes]:
        size = os.fstat(self._descriptor).st_size
        return _DUMP.split(os.pread(self._descriptor, size, 0))[1:]


def _first_empty(memory: Memory, start: int) -> int:
    """The place from which on no event is stored: found by steps that double, then halve."""
    end, step = start, 1
    while end < layout.EVENTS and memory[layout.CODES_AT + end]:
        start, end, step = end + 1, min(end + step, layout.EVENTS), step * 2
    while start < end:
        middle = (start + end) // 2
        if memory[layout.CODES_AT + middle]:
            start = middle + 1
        else:
            end = middle
    return start


def _frames(answer: bytes) -> Iterator[Frame]:
    for path, line, function in _FRAME.findall(answer):
        yield Frame(path.decode(errors="replace"), int(line), function.decode(errors="replace"))


@contextmanager
def stack_file() -> Iterator[int | None]:
    """Give the descriptor of a file into which the child can write its stacks; None where that cannot be had."""
    if not hasattr(os, "memfd_create"):
        yield None
        return
    descriptor = os.memfd_create("asyncdemo-stacks")
    try:
        yield descriptor
    finally:
        os.close(descriptor)
