"""The tool's side of the memory that it shares with the probe (probe/inject/_asyncdemo_layout.py)."""

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import starmap
from typing import NamedTuple

from asyncdemo.errors import ToolError
from asyncdemo.probe.inject import _asyncdemo_layout as layout

_ENTRY = struct.Struct("=q2I48s")  # of the ring of writes: number, kind, seal, and what that is about
_SEALED = struct.Struct("=2q8s3q")


class Write(NamedTuple):
    """One write to sys.stdout (1) or sys.stderr (2), or one block of a long one; `at` in nanoseconds."""

    stream: int
    part: int
    length: int
    checksum: int
    head: bytes
    at: int
    thread: int
    line: int


class Import(NamedTuple):
    """One import by the script's own top level; times in nanoseconds, `cpu` of the process at its end."""

    line: int
    start: int
    end: int
    cpu: int


class Memory:
    """What the probe reports, as far as it has: read at any time, also while the child runs or after it was killed."""

    def __init__(self, mapping: mmap.mmap, path: str) -> None:
        self.path = path
        self._words = memoryview(mapping).cast("q")
        self._next = 0
        self._holes: list[int] = []

    def prepare(self, *, naming: bool, tracing: bool = False, stacks: int | None = None) -> None:
        """Say whether writes, and what tasks do, are to be recorded, and the pipe for stacks."""
        self._words[layout.NAMING] = int(naming)
        self._words[layout.TRACING] = int(tracing)
        self._words[layout.STACKS] = 0 if stacks is None else stacks + 1

    def say_parent(self) -> None:
        """Say that this process is about to start the child."""
        self._words[layout.PARENT] = os.getpid()

    def want_snapshot(self) -> None:
        """Have a snapshot taken when the child is next asked for its stack."""
        self._words[layout.WANTED] += 1

    def __getitem__(self, word: int) -> int:
        """One word of the header."""
        return self._words[word]

    def words(self, at: int, count: int) -> "memoryview[int]":
        """Some words of any region, as they are just now."""
        return self._words[at : at + count]

    @property
    def attached(self) -> bool:
        """Whether the probe is in place."""
        return self._words[layout.ATTACHED] == layout.MAGIC

    @property
    def script(self) -> str | None:
        """The file name of the script, once it has begun."""
        data = self._words[layout.PATH_AT : layout.PATH_AT + layout.PATH].tobytes()
        return os.fsdecode(data.split(b"\0", 1)[0]) or None

    @property
    def libraries(self) -> tuple[str, ...]:
        """The folders in which the interpreter has its libraries, with a separator at the end, once it has said so."""
        data = self._words[layout.LIBRARIES_AT : layout.LIBRARIES_AT + layout.LIBRARIES].tobytes()
        return tuple(os.fsdecode(each) for each in data.split(b"\0") if each.endswith(b"/"))

    @property
    def why(self) -> tuple[str, ...]:
        """Why the probe has given up something, a line for each."""
        data = self._words[layout.WHY_AT : layout.WHY_AT + layout.WHY].tobytes()
        return tuple(data.rstrip(b"\0").decode(errors="replace").splitlines())

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
            for entry in starmap(_Entry, _ENTRY.iter_unpack(self._words[at : at + chunk * layout.WRITE].tobytes())):
                if entry.number == self._next + 1 and entry.is_whole:
                    found.append(entry.write())
                    self._next += 1
                elif entry.number > self._next + 1:  # overtaken by a whole turn of the ring
                    self._next = entry.number - layout.WRITES // 2
                    break
                elif self._stored(self._next):
                    break  # stored while the chunk was being copied
                elif self._stored(self._next + 1):
                    self._holes = [*self._holes[-63:], self._next]
                    self._next += 1
                else:
                    return found
        return found

    def _stored(self, number: int) -> bool:
        entry = self._entry(number)
        return entry.number == number + 1 and entry.is_whole

    def _take_late(self, number: int) -> Write | None:
        entry = self._entry(number)
        if entry.number <= number or (entry.number == number + 1 and not entry.is_whole):
            return None
        self._holes.remove(number)
        return entry.write() if entry.number == number + 1 else None

    def _entry(self, number: int) -> "_Entry":
        at = layout.WRITES_AT + (number & (layout.WRITES - 1)) * layout.WRITE
        return _Entry(*_ENTRY.unpack(self._words[at : at + layout.WRITE].tobytes()))


class _Entry(NamedTuple):
    """An entry of the ring of writes, as it was seen; `kind` is the stream and the part."""

    number: int
    kind: int
    seal: int
    sealed: bytes

    @property
    def is_whole(self) -> bool:
        """Whether all of its words are those that were stored together."""
        return self.seal == seal(self.number, self.kind, self.sealed)

    def write(self) -> Write:
        """What it tells."""
        length, checksum, head, at, thread, line = _SEALED.unpack(self.sealed)
        return Write(self.kind & 0xFF, self.kind >> 8, length, checksum, head[:length], at, thread, line)


def seal(number: int, kind: int, sealed: bytes) -> int:
    """What an entry of the ring of writes is sealed with, as the layout says."""
    return (int.from_bytes(sealed, "little") ^ kind ^ number) % layout.PRIME


@contextmanager
def shared_memory() -> Iterator[Memory]:
    """Give memory that a child can map by the name `path`; on Linux nothing of it is ever left behind."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("asyncdemo")
        path = f"/proc/{os.getpid()}/fd/{descriptor}"
        try:
            yield _mapped(descriptor, path)
        finally:
            os.close(descriptor)
        return
    with tempfile.NamedTemporaryFile(prefix="asyncdemo-") as file:
        yield _mapped(file.fileno(), file.name)


def _mapped(descriptor: int, path: str) -> Memory:
    try:
        os.ftruncate(descriptor, layout.SIZE * 8)
        return Memory(mmap.mmap(descriptor, layout.SIZE * 8), path)
    except OSError as error:
        size = f"{layout.SIZE * 8 >> 20} MB to share with the script"
        raise ToolError(f"cannot map {size}: {error.strerror}; see `ulimit -a`, or use --output-only") from None
