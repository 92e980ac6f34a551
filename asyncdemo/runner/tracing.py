"""Reads the trace of tasks out of the shared memory, at any time; also after the child was killed."""

from array import array

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.memory import Memory
from asyncdemo.trace import Trace, Who

_CHUNK = 1 << 14  # events looked at in one go
_RESERVE = 64  # events from the end at which the trace counts as full


def read_trace(memory: Memory) -> Trace | None:
    """Give what is known of tasks so far; None where nothing was traced."""
    if not memory[layout.TRACED]:
        return None
    count = _count(memory)
    times, wakes, codes = (_column(memory, at, count) for at in (layout.TIMES_AT, layout.WAKES_AT, layout.CODES_AT))
    complete = not memory[layout.UNTRACED] and count < layout.EVENTS - _RESERVE
    return Trace(times, wakes, codes, _whos(memory), _files(memory), complete)


def _count(memory: Memory) -> int:
    """How many places of events were handed out, give or take what the last moments left empty."""
    count = 0
    for start in range(layout.CODES_AT, layout.CODES_AT + layout.EVENTS, _CHUNK):
        if not any(memory.words(start, _CHUNK)):
            break
        count = start + _CHUNK - layout.CODES_AT
    return count


def _column(memory: Memory, at: int, count: int) -> "array[int]":
    column = array("q")
    column.frombytes(memory.words(at, count).tobytes())
    return column


def _whos(memory: Memory) -> dict[int, Who]:
    found: dict[int, Who] = {}
    files = _files(memory)
    for key in range(layout.INFOS):
        words = memory.words(layout.INFOS_AT + key * layout.INFO, layout.INFO)
        if words[0] != key + 1:
            break
        _, kind, loop, line, file = words[:5].tolist()
        names = (words[5 + i * layout.NAME : 5 + (i + 1) * layout.NAME].tobytes() for i in range(2))
        name, coroutine = (text.split(b"\0", 1)[0].decode(errors="replace") for text in names)
        found[key] = Who(kind == layout.LOOP, loop, name, coroutine, files.get(file, ""), line)
    return found


def _files(memory: Memory) -> dict[int, str]:
    found: dict[int, str] = {}
    for number in range(1, layout.FILES):
        words = memory.words(layout.FILES_AT + number * layout.FILE, layout.FILE)
        if words[0] != number:
            break
        found[number] = words[1:].tobytes().split(b"\0", 1)[0].decode(errors="replace")
    return found
