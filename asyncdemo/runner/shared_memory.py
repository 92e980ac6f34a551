"""The memory that the tool shares with the probe: writes, imports, and the trace of tasks.

All of it can be read at any time, also after the child was killed. Its layout is probe/inject/_asyncdemo_layout.py.
"""

import mmap
import os
import struct
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import repeat, starmap
from typing import NamedTuple

from asyncdemo.errors import ToolError
from asyncdemo.model.recording import Python
from asyncdemo.model.traces import Kind, Trace, Who
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.host import host

_ENTRY = struct.Struct("=q2I48s")  # of the ring of writes: number, kind, seal, and what that is about
_SEALED = struct.Struct("=2q8s3q")
_HOLES = 64  # entries or keys that may be missing in a row, as their threads are just about to store them


class Write(NamedTuple):
    """One write to sys.stdout (1) or sys.stderr (2), or one block of a long one; `at` in nanoseconds.

    `line` is file << 32 | line, the file by its number, 0 for the script. `writer` is one of layout.WRITERS by number,
    of sys.stderr only.
    """

    stream: int
    part: int
    length: int
    checksum: int
    head: bytes
    at: int
    thread: int
    line: int
    writer: int = layout.SCRIPT


class Import(NamedTuple):
    """One import by the script's own top level; times in nanoseconds, `cpu` at its end, `start_cpu` at its start."""

    line: int
    start: int
    end: int
    cpu: int
    start_cpu: int


class Memory:
    """What the probe reports, as far as it has: read at any time, also while the child runs or after it was killed."""

    def __init__(self, mapping: mmap.mmap, path: str) -> None:
        self.path = path
        self._words = memoryview(mapping).cast("q")
        self._next = 0
        self._holes: list[int] = []

    def prepare(
        self, *, attributing: bool, tracing: bool = False, stacks: int | None = None, reasons: bool = False
    ) -> None:
        """Have writes recorded, and what tasks do, as asked for; `stacks` is the pipe for stacks.

        With `reasons` the probe says why it gives something up.
        """
        self._words[layout.DEBUG] = int(reasons)
        self._words[layout.NAMING] = int(attributing)
        self._words[layout.TRACING] = int(tracing)
        self._words[layout.STACKS] = 0 if stacks is None else stacks + 1

    def say_parent(self) -> None:
        """Record that this process is about to start the child."""
        self._words[layout.PARENT] = layout.ANY if host.NAME == "windows" else os.getpid()

    def want_snapshot(self) -> None:
        """Have a snapshot taken when the child is next asked for its stack."""
        self._words[layout.WANTED] += 1

    def beat(self, now: int) -> None:
        """Store that we are still there (`now` in ns): else all is taken out of a process that ran already."""
        self._words[layout.BEAT] = now

    def leave(self) -> None:
        """Have all taken out again that was put into a process that ran already."""
        self._words[layout.LEAVE] = 1

    def __getitem__(self, word: int) -> int:
        """One word of the header."""
        return self._words[word]

    def words(self, at: int, count: int) -> "memoryview[int]":
        """Some words of any region, as they are just now."""
        return self._words[at : at + count]

    @property
    def attached(self) -> bool:
        """True if the probe is in place."""
        return self._words[layout.ATTACHED] == layout.MAGIC

    @property
    def script(self) -> str | None:
        """The file name of the script, once it has begun."""
        data = self._words[layout.PATH_AT : layout.PATH_AT + layout.PATH].tobytes()
        return os.fsdecode(data.split(b"\0", 1)[0]) or None

    def python(self, executable: str) -> Python:
        """The interpreter of this path, as far as it has told of itself."""
        version = self._words[layout.VERSION]
        if not version:
            return Python(executable)
        numbers = ".".join(str(version >> shift & 0xFF) for shift in (24, 16, 8))
        implementation = "CPython" if self._words[layout.CPYTHON] else None
        untried = bool(self._words[layout.UNTRIED])
        return Python(executable, numbers, implementation, self.libraries, untried=untried)

    @property
    def libraries(self) -> tuple[str, ...]:
        """The folders in which the interpreter has its libraries, with a separator at the end, once it has said so."""
        data = self._words[layout.LIBRARIES_AT : layout.LIBRARIES_AT + layout.LIBRARIES].tobytes()
        told = data.partition(b"\0\0")[0]
        return tuple(os.fsdecode(each) for each in told.split(b"\0") if each.endswith(os.sep.encode()))

    @property
    def why(self) -> tuple[str, ...]:
        """Why the probe has given up something, a line for each."""
        data = self._words[layout.WHY_AT : layout.WHY_AT + layout.WHY].tobytes()
        return tuple(data.rstrip(b"\0").decode(errors="replace").splitlines())

    def file(self, number: int) -> str:
        """The name of a file by its number."""
        return _text(self._words[layout.FILES_AT + number * layout.FILE :][1 : layout.FILE])

    def imports(self) -> list[Import]:
        """The imports so far, in the order in which they ended."""
        count = min(self._words[layout.IMPORTED], layout.IMPORTS)
        words = self._words[layout.IMPORTS_AT : layout.IMPORTS_AT + count * layout.IMPORT].tolist()
        return [Import(*words[i : i + layout.IMPORT]) for i in range(0, len(words), layout.IMPORT)]

    def take_writes(self) -> list[Write]:
        """The writes recorded since the last call.

        An entry that another thread is about to store, or of which not all is seen yet, is passed over and taken by a
        later call. Entries that the child overwrote before they were read are gone. Takes one turn of the ring at
        most, however fast the child is.
        """
        found = [write for write in map(self._take_late, self._holes[:]) if write is not None]
        while len(found) < layout.WRITES:
            index = self._next & (layout.WRITES - 1)
            chunk = min(256, layout.WRITES - index)
            at = layout.WRITES_AT + index * layout.WRITE
            whole = _whole(self._words[at : at + chunk * layout.WRITE].tobytes(), self._next + 1)
            if whole is not None:
                found += whole
                self._next += chunk
                continue
            for entry in starmap(_Entry, _ENTRY.iter_unpack(self._words[at : at + chunk * layout.WRITE].tobytes())):
                if entry.number == self._next + 1 and entry.is_whole:
                    found.append(entry.write())
                    self._next += 1
                elif entry.number > self._next + 1:  # overtaken by a whole turn of the ring
                    self._next = entry.number - layout.WRITES // 2
                    break
                else:
                    if not (self._stored(self._next) or self._goes_on_after(self._next)):
                        return found
                    if not self._stored(self._next):  # nor was it when those after it were
                        self._holes = [*self._holes, self._next][-_HOLES:]
                        self._next += 1
                    break
        return found

    def _goes_on_after(self, number: int) -> bool:
        """True if an entry is stored after one that is not: threads cross, and signal handlers raise."""
        return any(self._stored(later) for later in range(number + 1, number + _HOLES))

    def _stored(self, number: int) -> bool:
        if self._words[layout.WRITES_AT + (number & (layout.WRITES - 1)) * layout.WRITE] != number + 1:
            return False
        return self._entry(number).is_whole

    def _take_late(self, number: int) -> Write | None:
        entry = self._entry(number)
        if entry.number <= number or (entry.number == number + 1 and not entry.is_whole):
            return None
        self._holes.remove(number)
        return entry.write() if entry.number == number + 1 else None

    def _entry(self, number: int) -> "_Entry":
        at = layout.WRITES_AT + (number & (layout.WRITES - 1)) * layout.WRITE
        return _Entry(*_ENTRY.unpack(self._words[at : at + layout.WRITE].tobytes()))


def _whole(data: bytes, first: int) -> list[Write] | None:
    """The entries, if all are there, from the number `first` on, and all of one kind: as most of a flood are.

    The same as one by one, column by column.
    """
    words = memoryview(data).cast("q")
    kinds, numbers = words[1 :: layout.WRITE].tolist(), range(first, first + len(words) // layout.WRITE)
    kind = kinds[0] & 0xFFFF_FFFF
    if words[-layout.WRITE] != numbers[-1] or words[:: layout.WRITE].tolist() != list(numbers):
        return None
    sealed = [data[at : at + 48] for at in range(16, len(data), 64)]
    seals = [
        (int.from_bytes(each, "little") ^ kind ^ number) % layout.PRIME << layout.SEAL_AT | kind
        for each, number in zip(sealed, numbers, strict=True)
    ]
    if seals != kinds:
        return None
    writer = kind >> layout.WRITER_AT & 0xF
    stream, part = repeat(kind & (1 << layout.WRITER_AT) - 1), repeat(kind >> 8)
    lengths, checksums, ats, threads, lines = (words[column :: layout.WRITE].tolist() for column in (2, 3, 5, 6, 7))
    heads = [each[16:24][:length] for each, length in zip(sealed, lengths, strict=True)]
    columns = zip(stream, part, lengths, checksums, heads, ats, threads, lines, repeat(writer), strict=False)
    return list(map(Write._make, columns))


class _Entry(NamedTuple):
    """An entry of the ring of writes, as it was seen; `kind` is the stream, the writer and the part."""

    number: int
    kind: int
    seal: int
    sealed: bytes

    @property
    def is_whole(self) -> bool:
        """True if all of its words are those that were stored together."""
        return self.seal == seal(self.number, self.kind, self.sealed)

    def write(self) -> Write:
        """What it tells."""
        length, checksum, head, at, thread, line = _SEALED.unpack(self.sealed)
        stream, writer = self.kind & (1 << layout.WRITER_AT) - 1, self.kind >> layout.WRITER_AT & 0xF
        return Write(stream, self.kind >> 8, length, checksum, head[:length], at, thread, line, writer)


def seal(number: int, kind: int, sealed: bytes) -> int:
    """What an entry of the ring of writes is sealed with, as the layout says."""
    return (int.from_bytes(sealed, "little") ^ kind ^ number) % layout.PRIME


@contextmanager
def shared_memory() -> Iterator[Memory]:
    """Memory that a child can map by the name `path`; on Linux nothing of it is ever left behind. Raises ToolError."""
    with ExitStack() as stack:
        try:
            mapping, path = stack.enter_context(host.memory(layout.SIZE * 8))
        except OSError as error:
            size = f"{layout.SIZE * 8 >> 20} MB to share with the script"
            raise ToolError(f"cannot map {size}: {error.strerror}; see `ulimit -a`, or use --output-only") from None
        yield Memory(mapping, path)


def memory_at(path: str) -> Memory:
    """The memory of this name, mapped once more. Raises OSError where it is gone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        return Memory(mmap.mmap(descriptor, layout.SIZE * 8), path)
    finally:
        os.close(descriptor)


_CHUNK = 1 << 14  # events looked at in one go
_RESERVE = 64  # events from the end at which the trace counts as full
_NOTHING = 0.1  # of its time: a thread that was on a processor for less has waited
_KINDS: dict[int, Kind] = {
    layout.TASK: "asyncio",
    layout.LOOP: "loop",
    layout.TRIO: "trio",
    layout.THREAD: "thread",
}


def read_trace(memory: Memory, most: int | None = None, start: int = 0, *, over: bool = False) -> Trace | None:
    """The trace of tasks so far, its events from the place `start` on; None where nothing was traced, or there are more
    than `most` of these. `over`: the process has stored all that it did, though it may not have said that it ended.
    """
    if not memory[layout.TRACED]:
        return None
    count = _count(memory, start)
    if most is not None and count > most + _CHUNK:
        return None
    codes, wakes, times = _columns(memory, start, count)
    ended = memory[layout.END] > 0  # else the process goes on, or was killed
    if not ended:
        _leave_out_unseen(times, codes)
    complete = (ended or over) and not memory[layout.UNTRACED] and start + count < layout.EVENTS - _RESERVE
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


def _count(memory: Memory, start: int) -> int:
    """How many places of events from `start` on were handed out, give or take what the last moments left empty."""
    end = start
    while end < layout.EVENTS and any(memory.words(layout.CODES_AT + end, min(_CHUNK, layout.EVENTS - end))):
        end = min(end + _CHUNK, layout.EVENTS)
    return end - start


def first_empty(memory: Memory, start: int) -> int:
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


def _columns(memory: Memory, start: int, count: int) -> "tuple[array[int], array[int], array[int]]":
    """The codes, wakes and times of events. The codes first: they are stored last, so that the others are there."""
    at = (layout.CODES_AT + start, layout.WAKES_AT + start, layout.TIMES_AT + start)
    codes, wakes, times = (_column(memory, each, count) for each in at)
    return codes, wakes, times


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
        if words[0]:
            found[key] = _who(words, files)
            last = key
        elif key - last > _HOLES:
            break
    return found


def _who(words: "memoryview[int]", files: dict[int, str]) -> Who:
    kind, loop, line, file, thread = words[: layout.CODE_AT].tolist()
    coroutine, name = (_text(words[start : start + layout.NAME]) for start in (layout.CODE_AT, layout.NAME_AT))
    unseen = kind == layout.TASK and words[layout.UNSEEN] == 1
    return Who(_KINDS[kind], loop, name, coroutine, files.get(file, ""), line, thread, unseen)


def _files(memory: Memory, known: dict[int, str] | None = None) -> dict[int, str]:
    """The names of files by their numbers; those that are `known` are read no more."""
    found = {} if known is None else known
    for number in range(len(found) + 1, layout.FILES):
        words = memory.words(layout.FILES_AT + number * layout.FILE, layout.FILE)
        if words[0] != number:
            break
        found[number] = _text(words[1:])
    return found


_Chains = dict[int, tuple[tuple[str, int], ...]]


def _chains(memory: Memory, files: dict[int, str], known: _Chains | None = None) -> _Chains:
    found: _Chains = {0: ()} if known is None else known
    for number in range(len(found), layout.CHAINS):
        outer, at = memory.words(layout.CHAINS_AT + number * layout.CHAIN, layout.CHAIN).tolist()
        if not outer:
            break
        found[number] = (*found.get(outer - 1, ()), (files.get(at >> 32, ""), at & 0xFFFF_FFFF))
    return found


class PartReader:
    """Reads the trace of a process that goes on part by part, for a timeline that is built meanwhile."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._start = 0
        self._files: dict[int, str] = {}
        self._chains: _Chains = {0: ()}
        self._whos: dict[int, Who] = {}

    def part(self, most: int) -> Trace | None:
        """The next events, `most` at most, up to one that a thread is just about to store; None where there are none.

        What else a trace tells is known at its end.
        """
        codes, wakes, times = _columns(self._memory, self._start, min(most, layout.EVENTS - self._start))
        _leave_out_unseen(times, codes)
        codes.append(0)
        count = codes.index(0)
        files = _files(self._memory, self._files)
        self._whos |= _told_by(self._memory, {code >> 4 for code in codes[:count]} - self._whos.keys(), files)
        count = next((place for place, code in enumerate(codes[:count]) if code >> 4 not in self._whos), count)
        if not count:
            return None
        self._start += count
        chains = _chains(self._memory, files, self._chains)
        main = self._memory[layout.MAIN] or None
        columns = times[:count], wakes[:count], codes[:count]
        return Trace(*columns, self._whos, files, complete=False, main=main, chains=chains)

    def rest(self) -> Trace | None:
        """All that was not read yet; None where nothing was traced."""
        return read_trace(self._memory, start=self._start)


class TraceReader:
    """Reads the trace of a process that goes on piece by piece: each event once."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._next = 0
        self._keys = 1

    @property
    def next_key(self) -> int:
        """The key that the next task, loop or thread will have."""
        while self._keys < layout.INFOS and self._memory[layout.INFOS_AT + self._keys * layout.INFO]:
            self._keys += 1
        return self._keys

    def take(self) -> Trace:
        """What has happened since the last call, with those to whom it did; complete if nothing was given up by now.

        For a moment at which no task makes a step: what goes on then is parted in two.
        """
        memory, start = self._memory, self._next
        self._next = end = first_empty(memory, start)
        codes, wakes, times = _columns(memory, start, end - start)
        files = _files(memory)
        # The others are compared with the main thread.
        whos = _told_by(memory, {code >> 4 for code in codes} | {memory[layout.MAIN]} - {0}, files)
        complete = not memory[layout.UNTRACED] and end < layout.EVENTS - _RESERVE
        main = memory[layout.MAIN] or None
        return Trace(
            times,
            wakes,
            codes,
            whos,
            files,
            complete,
            main=main if main in whos else None,
            until=memory[layout.UNTIL] or None,
            libraries=memory.libraries,
            chains=_chains(memory, files),
        )


def _told_by(memory: Memory, keys: set[int], files: dict[int, str]) -> dict[int, Who]:
    """Those of whom events tell, as far as it is seen who they are, and their loops.

    Nobody else is read: a process may just be about to store them.
    """
    found = dict(_told(memory, keys, files))
    return found | dict(_told(memory, {who.loop for who in found.values()} - keys, files))


def _told(memory: Memory, keys: set[int], files: dict[int, str]) -> Iterator[tuple[int, Who]]:
    for key in keys:
        words = memory.words(layout.INFOS_AT + key * layout.INFO, layout.INFO)
        if words[0]:
            yield key, _who(words, files)


def _text(words: "memoryview[int]") -> str:
    return words.tobytes().split(b"\0", 1)[0].decode(errors="replace")
