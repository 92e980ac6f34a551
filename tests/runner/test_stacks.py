"""Asking for stacks: a step is fabricated in the memory, this process is asked, and the test writes the answers."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from asyncdemo.model.traces import Frame
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.host import host
from asyncdemo.runner.shared_memory import Memory, shared_memory
from asyncdemo.runner.stacks import FIRST, Stacks

LINE = b'  File "script.py", line %d in work\n'
ANSWER = b"Stack %d 0\n" + LINE
PRESSED = b"Current thread 0x0000 (most recent call first):\n" + LINE
LONG = 10 * FIRST
PROMPT = 5_000_000


@pytest.fixture
def memory() -> Iterator[Memory]:
    with shared_memory() as memory:
        memory.words(layout.OFFERED, 1)[0] = layout.IN_EITHER_WAY
        yield memory


@pytest.fixture(autouse=True)
def got() -> Iterator[list[int]]:
    """The signals with which this process is asked."""
    got: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        got.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGURG, layout.PRESSING)}
    yield got
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def file() -> Iterator[int]:
    with host.stack_pipe() as descriptor:
        if descriptor is None:
            pytest.skip("there is no memory that can be had as a file here")
        yield descriptor


def begin_step(memory: Memory, place: int, at: int, key: int = 1) -> None:
    memory.words(layout.TIMES_AT, layout.EVENTS)[place] = at
    memory.words(layout.CODES_AT, layout.EVENTS)[place] = key << 4 | layout.STEP


def lines(stacks: Stacks) -> list[int]:
    return [sample.frames[0].line for sample in stacks.samples()]


def test_each_long_step_is_asked_for_its_stack(memory: Memory, file: int) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    for step in range(3):
        begin_step(memory, step, step * LONG + 1)
        stacks.look(step * LONG + 1 + FIRST // 2)
        assert len(lines(stacks)) == step
        stacks.look(step * LONG + 1 + 2 * FIRST)
        os.write(file, ANSWER % (step * LONG + 1 + 2 * FIRST, step))
    assert lines(stacks) == [0, 1, 2]
    assert stacks.samples()[0].frames == (Frame("script.py", 0, "work"),)


def test_what_is_not_answered_yet_is_not_asked_again(memory: Memory, file: int) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    for step in range(3):
        begin_step(memory, step, step * LONG + 1)
        stacks.look(step * LONG + 1 + 2 * FIRST)
    answer = ANSWER % (1 + 2 * FIRST, 7)
    os.write(file, answer[:8])  # it is just being written
    begin_step(memory, 3, 3 * LONG + 1)
    stacks.look(3 * LONG + 1 + 2 * FIRST)
    os.write(file, answer[8:])
    os.write(file, ANSWER % (2 * FIRST, 8))
    assert lines(stacks) == [7]


def test_where_there_is_no_room_for_more_stacks_no_more_are_asked_for(memory: Memory, file: int) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    for step, padding in enumerate((0, 17 << 20, 0, 0)):
        begin_step(memory, step, step * LONG + 1)
        stacks.look(step * LONG + 1 + 2 * FIRST)
        if step < 2:
            os.write(file, ANSWER % (step * LONG + 1 + 2 * FIRST, step) + b"." * padding + b"\n")
    os.write(file, ANSWER % (1, 9))  # nobody has asked for that
    assert lines(stacks) == [0, 1]


def use_processor(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_only_who_executes_no_bytecode_is_pressed(memory: Memory, file: int, got: list[int]) -> None:
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 1)
    asked = 1 + 2 * FIRST
    stacks.look(asked)
    stacks.look(asked + PROMPT // 2)  # so soon nobody has to answer
    assert got == [signal.SIGURG]
    use_processor(0.02)
    stacks.look(asked + PROMPT)
    stacks.look(asked + 2 * PROMPT)  # once is enough
    assert got == [signal.SIGURG, layout.PRESSING]
    os.write(file, PRESSED % 7)
    os.write(file, ANSWER % (asked + 3 * PROMPT, 8))  # that was after the call, which began at another line
    assert [(sample.at, sample.frames[0].line) for sample in stacks.samples()] == [(asked + PROMPT, 7)]


def test_who_has_no_processor_may_answer_late(
    memory: Memory, file: int, got: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "processor_times", lambda _: (0, 0, 0))  # that of this process itself goes on
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 1)
    asked = 1 + 2 * FIRST
    stacks.look(asked)
    stacks.look(asked + PROMPT)
    queued = 1 << 62  # longer than ever
    os.write(file, b"Stack %d %d\n" % (asked + PROMPT * 3, queued) + LINE % 7)
    assert lines(stacks) == [7]
    assert got == [signal.SIGURG]


@pytest.mark.parametrize("offered", [0, layout.NOT_OFFERED])
def test_who_cannot_answer_is_not_asked(memory: Memory, file: int, got: list[int], offered: int) -> None:
    memory.words(layout.OFFERED, 1)[0] = offered
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 1)
    stacks.look(1 + 2 * FIRST)
    assert got == []


def test_who_has_no_handler_is_not_sent_a_signal_that_would_end_it(memory: Memory, file: int, got: list[int]) -> None:
    signal.signal(layout.PRESSING, signal.SIG_DFL)
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 1)
    stacks.look(1 + 2 * FIRST)
    use_processor(0.02)
    stacks.look(1 + 2 * FIRST + PROMPT)
    assert got == [signal.SIGURG]


def test_a_loop_in_another_thread_is_pressed_for_its_stack_while_it_sleeps(
    memory: Memory, file: int, got: list[int]
) -> None:
    thread = threading.Thread(target=time.sleep, args=(1.0,))
    thread.start()
    for key, kind, ident in ((1, layout.LOOP, 71), (2, layout.THREAD, 70), (3, layout.LOOP, 70)):
        infos = memory.words(layout.INFOS_AT + key * layout.INFO, layout.INFO)
        infos[0], infos[1], infos[layout.THREAD_ID] = kind, key, ident
    memory.words(layout.MAIN, 1)[0] = 2
    native = memory.words(layout.INFOS_AT + layout.INFO + layout.NATIVE, 1)
    native[0] = threading.get_native_id()
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 1, key=1)
    stacks.look(2 * FIRST)
    stacks.look(2 * FIRST + PROMPT)  # this thread does not sleep
    assert got == []
    native[0] = thread.native_id or 0
    while not linux.is_asleep(native[0]):
        time.sleep(0.01)
    stacks.look(3 * FIRST)
    stacks.look(3 * FIRST + PROMPT)
    stacks.look(3 * FIRST + 3 * PROMPT)  # not answered yet
    thread.join()  # it has got the signal by then
    assert got == [layout.PRESSING]
    os.write(file, b"Stack (most recent call first):\n" + LINE % 7)
    pressed = 3 * FIRST + PROMPT
    assert [(sample.at, sample.thread, sample.frames[0].line) for sample in stacks.samples()] == [(pressed, 71, 7)]
    assert stacks.hanging() is None


def test_a_loop_in_another_thread_does_not_hide_that_of_the_main_one(memory: Memory, file: int, got: list[int]) -> None:
    for key, kind, ident in ((1, layout.LOOP, 71), (2, layout.THREAD, 70), (3, layout.LOOP, 70)):
        infos = memory.words(layout.INFOS_AT + key * layout.INFO, layout.INFO)
        infos[1], infos[2], infos[5] = kind, key, ident
    memory.words(layout.MAIN, 1)[0] = 2
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 1, key=1)
    begin_step(memory, 1, FIRST, key=3)
    stacks.look(3 * FIRST)
    stacks.look(3 * FIRST + PROMPT // 2)  # too soon for it to be pressed
    assert got == [signal.SIGURG]
    hanging = stacks.hanging()
    assert hanging is not None and hanging.since == FIRST


def test_a_step_whose_time_is_not_seen_yet_is_not_asked_about(memory: Memory, file: int, got: list[int]) -> None:
    """As on ARM, where its code may be seen before."""
    stacks = Stacks(memory, os.getpid(), file)
    begin_step(memory, 0, 0)
    stacks.look(10 * LONG)
    assert got == []
    begin_step(memory, 0, 9 * LONG)
    stacks.look(10 * LONG)
    assert got == [signal.SIGURG]
