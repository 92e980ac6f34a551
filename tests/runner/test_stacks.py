"""Asking for stacks: a step is fabricated in the memory, this process is asked, and the test writes the answers."""

import os
from collections.abc import Iterator

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.memory import Memory, shared_memory
from asyncdemo.runner.stacks import FIRST, Stacks, stack_file
from asyncdemo.trace import Frame

ANSWER = b'Current thread 0x0000 (most recent call first):\n  File "script.py", line %d in work\n'
LONG = 10 * FIRST


@pytest.fixture
def memory() -> Iterator[Memory]:
    with shared_memory() as memory:
        yield memory


@pytest.fixture
def file() -> Iterator[int]:
    with stack_file() as descriptor:
        if descriptor is None:
            pytest.skip("there is no memory that can be had as a file here")
        yield descriptor


def begin_step(memory: Memory, place: int, at: int) -> None:
    memory.words(layout.TIMES_AT, layout.EVENTS)[place] = at
    memory.words(layout.CODES_AT, layout.EVENTS)[place] = 1 << 4 | layout.STEP


def lines(stacks: Stacks) -> list[int]:
    return [sample.frames[0].line for sample in stacks.samples()]


def test_each_long_step_is_asked_for_its_stack(memory: Memory, file: int) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    for step in range(3):
        begin_step(memory, step, step * LONG + 1)
        stacks.look(step * LONG + 1 + FIRST // 2)
        assert len(lines(stacks)) == step
        stacks.look(step * LONG + 1 + 2 * FIRST)
        os.write(file, ANSWER % step)
    assert lines(stacks) == [0, 1, 2]
    assert stacks.samples()[0].frames == (Frame("script.py", 0, "work"),)


def test_what_is_not_answered_yet_is_not_asked_again(memory: Memory, file: int) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    for step in range(3):
        begin_step(memory, step, step * LONG + 1)
        stacks.look(step * LONG + 1 + 2 * FIRST)
    os.write(file, ANSWER[:20])  # it is just being written
    begin_step(memory, 3, 3 * LONG + 1)
    stacks.look(3 * LONG + 1 + 2 * FIRST)
    os.write(file, ANSWER[20:] % 7)
    os.write(file, ANSWER % 8)
    assert lines(stacks) == [7]


def test_where_there_is_no_room_for_more_stacks_no_more_are_asked_for(memory: Memory, file: int) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    for step, padding in enumerate((0, 17 << 20, 0, 0)):
        begin_step(memory, step, step * LONG + 1)
        stacks.look(step * LONG + 1 + 2 * FIRST)
        if step < 2:
            os.write(file, ANSWER % step + b"." * padding + b"\n")
    os.write(file, ANSWER % 9)  # nobody has asked for that
    assert lines(stacks) == [0, 1]
