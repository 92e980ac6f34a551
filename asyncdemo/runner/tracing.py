"""Reads the trace of tasks out of the shared memory, at any time; also after the child was killed."""

from array import array
from collections.abc import Iterator
from contextlib import suppress

from asyncdemo.model.traces import Kind, Trace, Who
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.memory import Memory

_CHUNK = 1 << 14  # events looked at in one go
_RESERVE = 64  # events from the end at which the trace counts as full
_HOLES = 64  # keys in a row of which nothing was told, as their threads were just about to when the process died
_NOTHING = 0.1  # of its time: a thread that was on a processor for less has waited
_KINDS: dict[int, Kind] = {
    layout.TASK: "asyncio",
    layout.LOOP: "loop",
    layout.TRIO: "trio",
    layout.THREAD: "thread",
}


def read_trace(memory: Memory, most: int | None = None) -> Trace | None:
    """Give what is known of tasks so far; None where nothing was traced, or there are more than `most` events."""
    if not memory[layout.TRACED]:
        return None
    count = _count(memory)
    if most is not None and count > most + _CHUNK:
        return None
    # The codes first: they are stored last, so what belongs to each of them is there already.
    codes, wakes, times = (_column(memory, at, count) for at in (layout.CODES_AT, layout.WAKES_AT, layout.TIMES_AT))
    ended = memory[layout.END] > 0  # else the process goes on, or was killed
    if not ended:
        _leave_out_unseen(times, codes)
    complete = ended and not memory[layout.UNTRACED] and count < layout.EVENTS - _RESERVE
    for code, value in _end_of_main_thread(memory):
        times.append(value)
        wakes.append(0)
        codes.append(memory[layout.MAIN] << 4 | code)
    files = _files(memory)
    whos = _whos(memory, files)
    return Trace(
        times,
        wakes,
        codes,
        whos,
        files,
        complete,
        until=memory[layout.UNTIL] or None,
        main=memory[layout.MAIN] or None,
        libraries=memory.libraries,
        chains=_chains(memory, files),
    )


def _end_of_main_thread(memory: Memory) -> Iterator[tuple[int, int]]:
    """What the main thread cannot tell of itself: it ends last.

    Its processor time is not known, only that of the process; if that is next to nothing it has waited.
    """
    start, end = memory[layout.READY], memory[layout.END]
    if memory[layout.MAIN] and end:
        cpu = memory[layout.END_CPU] - memory[layout.READY_CPU]
        yield layout.STEP, start
        if cpu < _NOTHING * (end - start):
            yield layout.CPU, cpu
        yield layout.OVER, end
        yield layout.GONE, end


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


def _leave_out_unseen(times: "array[int]", codes: "array[int]") -> None:
    """Take events whose time is not seen yet for none: on ARM their codes may be seen before."""
    place = -1
    with suppress(ValueError):  # there is no other
        while True:
            place = times.index(0, place + 1)
            if codes[place] & 15 not in layout.NO_TIMES:
                codes[place] = 0


def _whos(memory: Memory, files: dict[int, str]) -> dict[int, Who]:
    found: dict[int, Who] = {}
    last = 0
    for key in range(1, layout.INFOS):
        words = memory.words(layout.INFOS_AT + key * layout.INFO, layout.INFO)
        if words[0] == key + 1 and words[1]:  # on ARM the number may be seen before the rest
            found[key] = _who(words, files)
            last = key
        elif key - last > _HOLES:
            break
    return found


def _who(words: "memoryview[int]", files: dict[int, str]) -> Who:
    _, kind, loop, line, file, thread = words[:6].tolist()
    name, coroutine = (_text(words[start : start + layout.NAME]) for start in (6, 6 + layout.NAME))
    return Who(_KINDS[kind], loop, name, coroutine, files.get(file, ""), line, thread)


def _files(memory: Memory) -> dict[int, str]:
    found: dict[int, str] = {}
    for number in range(1, layout.FILES):
        words = memory.words(layout.FILES_AT + number * layout.FILE, layout.FILE)
        if words[0] != number:
            break
        found[number] = _text(words[1:])
    return found


def _chains(memory: Memory, files: dict[int, str]) -> dict[int, tuple[tuple[str, int], ...]]:
    found: dict[int, tuple[tuple[str, int], ...]] = {0: ()}
    for number in range(1, layout.CHAINS):
        outer, at = memory.words(layout.CHAINS_AT + number * layout.CHAIN, layout.CHAIN).tolist()
        if not outer:
            break
        found[number] = (*found.get(outer - 1, ()), (files.get(at >> 32, ""), at & 0xFFFF_FFFF))
    return found


def _text(words: "memoryview[int]") -> str:
    return words.tobytes().split(b"\0", 1)[0].decode(errors="replace")
