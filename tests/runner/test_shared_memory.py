"""The ring of writes, filled as the probe fills it; no process."""

import importlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.shared_memory import Memory, Write, seal, shared_memory

Words = memoryview


@pytest.fixture
def memory() -> Iterator[Memory]:
    with shared_memory() as memory:
        yield memory


@pytest.fixture
def words(memory: Memory) -> Words:
    """The same memory, as the child sees it."""
    return memory.words(0, layout.SIZE)


@pytest.fixture
def small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ring of writes as if it had 4,096 entries only: it turns sooner."""
    monkeypatch.setattr(layout, "WRITES", 1 << 12)


def entry_of(number: int, data: bytes | None = None, length: int | None = None, line: int | None = None) -> list[int]:
    """The words of a write, of the text "NUMBER\\n" unless it says otherwise."""
    data = b"%d\n" % number if data is None else data
    first = int.from_bytes(data[:8], "little", signed=True)
    told = len(data) if length is None else length, 77, first, 10 * number, 5, number if line is None else line
    kind = 2 | 3 << 8
    return [number + 1, kind | seal(number + 1, kind, struct.pack("=6q", *told)) << layout.SEAL_AT, *told]


def store(words: Words, number: int, *, complete: bool = True) -> None:
    """Store a write; one that is not complete lacks its own number, stored last."""
    at = layout.WRITES_AT + (number % layout.WRITES) * layout.WRITE
    for offset, value in reversed([*enumerate(entry_of(number))]):
        if offset or complete:
            words[at + offset] = value


def lines(writes: list[Write]) -> list[int]:
    return [write.line for write in writes]


def test_a_write_comes_as_it_was_stored(memory: Memory, words: Words) -> None:
    store(words, 0)
    assert memory.take_writes() == [Write(stream=2, part=3, length=2, checksum=77, head=b"0\n", at=0, thread=5, line=0)]
    assert memory.take_writes() == []


def test_the_head_of_a_write_is_never_longer_than_the_write(memory: Memory, words: Words) -> None:
    for number in (0, 1_234_567_890):
        place, length = (1, 3) if number else (0, 8)
        at = layout.WRITES_AT + layout.WRITE * place
        for offset, value in enumerate(entry_of(place, b"\xff" * 8, length)):
            words[at + offset] = value
    assert [write.head for write in memory.take_writes()] == [b"\xff" * 8, b"\xff" * 3]


def test_a_write_that_is_only_half_stored_is_not_there_yet(memory: Memory, words: Words) -> None:
    store(words, 0)
    store(words, 1, complete=False)
    assert lines(memory.take_writes()) == [0]
    store(words, 1)
    assert lines(memory.take_writes()) == [1]


@pytest.mark.parametrize("seed", range(50))
def test_stores_may_be_seen_in_any_order(memory: Memory, words: Words, seed: int) -> None:
    """As on ARM, over what is left of a write of an earlier turn of the ring that was nearly the same."""
    random = Random(seed)
    before, entry = entry_of(-layout.WRITES, b"same\n", line=7), entry_of(0, b"same as\n", line=4)
    for offset, value in enumerate(before):
        words[layout.WRITES_AT + offset] = value if offset else 0
    store(words, 1)
    order = random.sample(range(layout.WRITE), layout.WRITE)
    changing = [offset for offset in order if entry[offset] != words[layout.WRITES_AT + offset]]
    for offset in changing[:-1]:
        words[layout.WRITES_AT + offset] = entry[offset]
        assert lines(memory.take_writes()) in ([], [1])
    words[layout.WRITES_AT + changing[-1]] = entry[changing[-1]]
    assert [(write.head, write.line) for write in memory.take_writes()] == [(b"same as\n", 4)]


def test_the_newest_write_is_taken_once_all_of_it_is_seen(memory: Memory, words: Words) -> None:
    for number in (0, 1):
        store(words, number)
    words[layout.WRITES_AT + layout.WRITE + 7] = 99  # not the line that was sealed
    assert lines(memory.take_writes()) == [0]
    words[layout.WRITES_AT + layout.WRITE + 7] = 1
    assert lines(memory.take_writes()) == [1]


def test_the_probe_seals_what_it_stores(memory: Memory, words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(layout.__file__).parent))
    note = importlib.import_module("_asyncdemo_writes")._noter(words, lambda _: 0)
    note(1, b"short\n")
    note(2, b"\xff" * (layout.BLOCK + 3))
    found = [(write.stream, write.part, write.length, write.head) for write in memory.take_writes()]
    assert found == [(1, 0, 6, b"short\n"), (2, 0, layout.BLOCK, b"\xff" * 8), (2, 1, 3, b"\xff" * 3)]


@pytest.mark.process
def test_a_forked_child_stores_nothing(memory: Memory, words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writes are not the script's own, and would take the numbers of those that are."""
    monkeypatch.syspath_prepend(str(Path(layout.__file__).parent))
    note = importlib.import_module("_asyncdemo_writes")._noter(words, lambda _: 0)
    note(1, b"before\n")
    child = os.fork()
    if child == 0:
        try:
            note(1, b"in the child\n")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert [write.head for write in memory.take_writes()] == [b"before\n"]
    note(1, b"after\n")
    assert [write.head for write in memory.take_writes()] == [b"after\n"]


def test_a_hole_is_passed_over_and_filled_later(memory: Memory, words: Words) -> None:
    for number in (0, 2, 3):
        store(words, number)
    assert lines(memory.take_writes()) == [0, 2, 3]
    store(words, 4)
    assert lines(memory.take_writes()) == [4]
    store(words, 1)
    store(words, 5)
    assert lines(memory.take_writes()) == [1, 5]


def test_holes_that_are_never_filled_stop_nothing(memory: Memory, words: Words) -> None:
    taken = []
    for number in range(1000):
        if number % 3:
            store(words, number)
            taken += lines(memory.take_writes())
    assert taken == [number for number in range(1000) if number % 3]


@pytest.mark.usefixtures("small_ring")
@pytest.mark.parametrize("first", [0, (1 << 12) - 2])
def test_holes_in_a_row_stop_nothing_and_are_filled_later(memory: Memory, words: Words, first: int) -> None:
    """Signal handlers that raise can cut off one record after another."""
    for number in range(first):
        store(words, number)
    memory.take_writes()
    for number in (first, first + 3, first + 8):
        store(words, number)
    assert lines(memory.take_writes()) == [first, first + 3, first + 8]
    store(words, first + 2)
    store(words, first + 9)
    assert lines(memory.take_writes()) == [first + 2, first + 9]


def test_what_is_stored_while_it_is_looked_for_is_no_hole(
    memory: Memory, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = memory._goes_on_after

    def stored_meanwhile(number: int) -> bool:
        if number < 4:
            store(words, number)
            store(words, number + 1)
        return looked(number)

    monkeypatch.setattr(memory, "_goes_on_after", stored_meanwhile)
    assert lines(memory.take_writes()) == [0, 1, 2, 3]


@pytest.mark.usefixtures("small_ring")
def test_the_ring_can_turn_many_times(memory: Memory, words: Words) -> None:
    taken = []
    for number in range(layout.WRITES * 2 + 10):
        store(words, number)
        if number % 1000 == 0:
            taken += lines(memory.take_writes())
    assert taken + lines(memory.take_writes()) == list(range(layout.WRITES * 2 + 10))


@pytest.mark.usefixtures("small_ring")
def test_a_reader_that_is_overtaken_goes_on_with_what_is_still_there(memory: Memory, words: Words) -> None:
    count = layout.WRITES + layout.WRITES // 4
    for number in range(count):
        store(words, number)
    taken = lines(memory.take_writes())
    assert taken == list(range(count - len(taken), count))  # nothing stale, nothing twice, in order
    assert len(taken) >= layout.WRITES // 4
    store(words, count)
    assert lines(memory.take_writes()) == [count]


def test_what_was_imported_is_limited_to_what_there_is_room_for(memory: Memory, words: Words) -> None:
    words[layout.IMPORTED] = layout.IMPORTS + 5
    words[layout.IMPORTS_AT] = 3
    assert len(memory.imports()) == layout.IMPORTS
    assert memory.imports()[0] == (3, 0, 0, 0, 0)


def test_the_script_is_unknown_until_it_has_told(memory: Memory, words: Words) -> None:
    assert memory.script is None
    words[layout.PATH_AT] = int.from_bytes(b"a.py", "little")
    assert memory.script == "a.py"


def test_another_process_can_map_the_memory_by_its_path(memory: Memory) -> None:
    memory.say_parent()
    with open(memory.path, "rb") as file:  # noqa: PTH123  # a link into /proc, not a file
        file.seek(layout.PARENT * 8)
        assert int.from_bytes(file.read(8), "little") == os.getpid()
