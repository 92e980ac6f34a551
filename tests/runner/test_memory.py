"""The ring of writes, filled as the probe fills it; no process."""

import os
from collections.abc import Iterator

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.memory import Memory, Write, shared_memory

Words = memoryview


@pytest.fixture
def memory() -> Iterator[Memory]:
    with shared_memory() as memory:
        yield memory


@pytest.fixture
def words(memory: Memory) -> Words:
    """The same memory, as the child sees it."""
    return memory.words(0, layout.SIZE)


def store(words: Words, number: int, *, complete: bool = True) -> None:
    """Store a write of the text "NUMBER\\n"; one that is not complete lacks its own number, stored last."""
    data = b"%d\n" % number
    first = int.from_bytes(data[:8], "little", signed=True)
    at = layout.WRITES_AT + (number % layout.WRITES) * layout.WRITE
    entry = (2 | 3 << 8, len(data), 77, first, 10 * number, 5, number)
    for offset, value in enumerate(entry, 1):
        words[at + offset] = value
    if complete:
        words[at] = number + 1


def lines(writes: list[Write]) -> list[int]:
    return [write.line for write in writes]


def test_a_write_comes_as_it_was_stored(memory: Memory, words: Words) -> None:
    store(words, 0)
    assert memory.take_writes() == [Write(stream=2, part=3, length=2, checksum=77, head=b"0\n", at=0, thread=5, line=0)]
    assert memory.take_writes() == []


def test_the_head_of_a_write_is_never_longer_than_the_write(memory: Memory, words: Words) -> None:
    for number in (0, 1_234_567_890):
        at = layout.WRITES_AT + layout.WRITE * (number > 0)
        words[at + 2], words[at + 4] = (3, -1) if number else (8, -1)
        words[at] = 1 + (number > 0)
    assert [write.head for write in memory.take_writes()] == [b"\xff" * 8, b"\xff" * 3]


def test_a_write_that_is_only_half_stored_is_not_there_yet(memory: Memory, words: Words) -> None:
    store(words, 0)
    store(words, 1, complete=False)
    assert lines(memory.take_writes()) == [0]
    store(words, 1)
    assert lines(memory.take_writes()) == [1]


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


@pytest.mark.slow
def test_the_ring_can_turn_many_times(memory: Memory, words: Words) -> None:
    taken = []
    for number in range(layout.WRITES * 2 + 10):
        store(words, number)
        if number % 1000 == 0:
            taken += lines(memory.take_writes())
    assert taken + lines(memory.take_writes()) == list(range(layout.WRITES * 2 + 10))


@pytest.mark.slow
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
    assert memory.imports()[0] == (3, 0, 0, 0)


def test_the_script_is_unknown_until_it_has_told(memory: Memory, words: Words) -> None:
    assert memory.script is None
    words[layout.PATH_AT] = int.from_bytes(b"a.py", "little")
    assert memory.script == "a.py"


def test_another_process_can_map_the_memory_by_its_path(memory: Memory) -> None:
    memory.say_parent()
    with open(memory.path, "rb") as file:  # noqa: PTH123  # a link into /proc, not a file
        file.seek(layout.PARENT * 8)
        assert int.from_bytes(file.read(8), "little") == os.getpid()
