"""From made-up events to what each loop did with its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.timeline import timeline
from asyncdemo.model.spans import LoopTime
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.tracing.made import LOOP, ONE, STARTED, Made, moment, random_trace, two_tasks


def loop_of(trace: Made, ended: float = 100) -> LoopTime:
    """What the only loop did; in milliseconds."""
    (found,) = timeline(trace.trace(), STARTED, moment(ended)).loops
    thread, *seconds = found
    return LoopTime(thread, *(round(each * 1e3, 3) for each in seconds))


def blocks(trace: Made, key: int, start: float, end: float, *, cpu: float = 0.0, queued: float = 0.0) -> None:
    """A long step, off the processor but for so long."""
    trace.put(key, layout.STEP, start, start)
    trace.raw(key, layout.CPU, round(cpu * 1e6))
    trace.raw(key, layout.QUEUED, round(queued * 1e6))
    trace.raw(key, layout.OTHERS, 0)
    trace.put(key, layout.OVER, end)


def test_it_is_idle_from_when_it_waits_to_the_next_step() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.put(LOOP, layout.IDLE, 12)
    trace.put(LOOP, layout.STEP, 40, 40)  # a timer
    trace.put(LOOP, layout.POLL, 41)
    trace.put(ONE, layout.STEP, 42, 41)
    trace.put(LOOP, layout.STOP, 50)
    assert loop_of(trace) == LoopTime(None, 10, 50, ran=40, idle=28, blocked=0, unknown=0, longest_blocked=0)


def test_a_loop_that_is_asked_without_a_pause_is_never_idle() -> None:
    trace = two_tasks()
    for turn in range(20):
        trace.put(LOOP, layout.POLL, 10 + turn)
        trace.put(ONE, layout.STEP, 10.5 + turn, 10.2 + turn)
    trace.put(LOOP, layout.STOP, 30)
    assert loop_of(trace)._replace(thread=None) == LoopTime(None, 10, 30, 20, 0, 0, 0, 0)


def test_it_is_blocked_by_tasks_and_by_callbacks() -> None:
    trace = two_tasks()
    trace.put(LOOP, layout.IDLE, 10)
    blocks(trace, LOOP, 20, 60, cpu=1)
    blocks(trace, ONE, 60, 80, cpu=1)
    trace.put(LOOP, layout.IDLE, 80)
    assert loop_of(trace, 90) == LoopTime(None, 10, 90, ran=80, idle=20, blocked=60, unknown=0, longest_blocked=40)


def test_a_callback_that_computes_is_busy() -> None:
    trace = two_tasks()
    trace.put(LOOP, layout.POLL, 10)
    blocks(trace, LOOP, 20, 60, cpu=40)
    trace.put(LOOP, layout.STOP, 60)
    assert loop_of(trace) == LoopTime(None, 10, 60, 50, 0, 0, 0, 0)


def test_what_nobody_knows_is_neither_busy_nor_blocked() -> None:
    trace = two_tasks()
    trace.put(LOOP, layout.POLL, 10)
    blocks(trace, ONE, 20, 60, cpu=1, queued=38)  # the machine had no processor for it
    trace.put(ONE, layout.STEP, 70, 70)
    trace.raw(ONE, layout.OVER, moment(75), 1)  # had run another loop
    trace.put(LOOP, layout.STOP, 80)
    assert loop_of(trace) == LoopTime(None, 10, 80, 70, 0, 0, unknown=45, longest_blocked=0)


def test_time_between_two_runs_of_a_loop_is_none_of_its_own() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.put(LOOP, layout.STOP, 20)
    trace.put(LOOP, layout.STOP, 25)  # closed
    trace.put(LOOP, layout.IDLE, 50)
    trace.put(LOOP, layout.STOP, 60)
    assert loop_of(trace) == LoopTime(None, 10, 60, ran=20, idle=10, blocked=0, unknown=0, longest_blocked=0)


def test_a_loop_that_was_killed_ran_to_the_end() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.put(LOOP, layout.IDLE, 20)
    assert loop_of(trace, 100) == LoopTime(None, 10, 100, ran=90, idle=80, blocked=0, unknown=0, longest_blocked=0)


def test_each_loop_has_its_own_time_and_a_thread_is_none() -> None:
    trace = two_tasks()
    trace.loop(7)
    trace.task(8, 7)
    trace.thread(9)
    trace.put(ONE, layout.STEP, 10, 10)
    trace.put(8, layout.STEP, 12, 12)
    trace.put(9, layout.STEP, 12, 12)
    trace.put(LOOP, layout.STOP, 20)
    found = timeline(trace.trace(), STARTED, moment(40)).loops
    assert [round(each.ran * 1e3, 3) for each in found] == [10, 28]


@given(
    seed=st.integers(0, 2**32),
    loops=st.integers(1, 3),
    tasks=st.integers(1, 6),
    turns=st.integers(1, 40),
    kept=st.floats(0, 1),
)
def test_the_parts_never_exceed_the_whole(seed: int, loops: int, tasks: int, turns: int, kept: float) -> None:
    events, ended = random_trace(seed, loops, tasks, turns, kept)
    for each in timeline(events.trace(), STARTED, ended).loops:
        parts = each.idle, each.blocked, each.unknown
        assert min(parts) >= 0
        assert sum(parts) <= each.ran + 1e-9
        assert each.ran <= each.end - each.start + 1e-9
        assert each.longest_blocked <= each.blocked
        assert each.blocked == pytest.approx(0) or each.longest_blocked > 0
