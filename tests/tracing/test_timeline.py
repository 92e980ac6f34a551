"""From made-up events to lanes and spans."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.timeline import timeline
from asyncdemo.model.spans import CrossThreadCall, IgnoredCancellation, Timeline
from asyncdemo.model.traces import Frame, Hanging, Sample
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.tracing.conftest import well_formed
from tests.tracing.made import LOOP, ONE, STARTED, TWO, Made, moment, random_trace, two_tasks

LOOPS = (Frame("/usr/lib/python3.11/asyncio/base_events.py", 9, "_run_once"), Frame("script.py", 90, "<module>"))


def built(trace: Made, ended: float = 100) -> Timeline:
    return timeline(trace.trace(), STARTED, moment(ended))


def told(line: Timeline, task: int) -> list[tuple[str, float, float]]:
    """What a task did, in milliseconds."""
    return [
        (span.state, round(span.start * 1e3, 3), round(span.end * 1e3, 3)) for span in line.spans if span.task == task
    ]


@given(
    seed=st.integers(0, 2**32),
    loops=st.integers(1, 3),
    tasks=st.integers(1, 6),
    turns=st.integers(1, 40),
    kept=st.floats(0, 1),
)
def test_any_trace_gives_a_well_formed_timeline(seed: int, loops: int, tasks: int, turns: int, kept: float) -> None:
    events, ended = random_trace(seed, loops, tasks, turns, kept)
    line = timeline(events.trace(), STARTED, ended)
    well_formed(line)
    for task in line.tasks:
        assert 0 <= task.created <= (ended - STARTED) / 1e9


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 15), st.integers(0, 99), st.integers(0, 99))))
def test_events_in_any_order_at_all_are_survived(events: list[tuple[int, int, int, int]]) -> None:
    trace = two_tasks()
    for key, what, at, wake in events:
        trace.put(key, what, at, wake)
    built(trace)


def test_a_step_waits_for_its_turn() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 8)
    trace.put(LOOP, layout.IDLE, 11)
    trace.raw(ONE, layout.AT, 1 << 32 | 17)
    trace.put(LOOP, layout.STEP, 20, 20)
    trace.put(ONE, layout.STEP, 23, 21)
    trace.put(ONE, layout.RETURNED, 25)
    trace.put(LOOP, layout.STOP, 26)
    line = built(trace)
    assert told(line, ONE) == [
        ("ready", 8, 10),
        ("running", 10, 11),
        ("waiting", 11, 21),
        ("ready", 21, 23),
        ("running", 23, 25),
    ]
    assert [span.line for span in line.spans] == [None, None, 17, 17, None]
    assert line.steps == 2
    (task,) = line.tasks
    assert (task.created, task.ended, task.end, task.thread) == (0.008, 0.025, "returned", 101)


def test_a_timer_that_a_step_holds_up_is_ready_since_it_was_due() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 1, 1)
    trace.put(LOOP, layout.IDLE, 2)
    trace.put(TWO, layout.STEP, 3, 3)
    trace.put(LOOP, layout.POLL, 50)
    trace.put(LOOP, layout.DUE, 10)
    trace.put(LOOP, layout.STEP, 51, 50.5)
    trace.put(LOOP, layout.POLL, 52)
    trace.put(ONE, layout.STEP, 53, 51.5)
    trace.put(LOOP, layout.IDLE, 54)
    line = built(trace)
    assert told(line, ONE)[1:4] == [("waiting", 2, 10), ("ready", 10, 53), ("running", 53, 54)]


def test_a_timer_that_is_cancelled_while_it_is_overdue_makes_its_task_ready_too() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 1, 1)
    trace.put(LOOP, layout.IDLE, 2)
    trace.put(TWO, layout.STEP, 3, 3)
    trace.put(ONE, layout.DUE, 10)
    trace.put(ONE, layout.DUE, 1)  # that was before it began to wait
    trace.put(LOOP, layout.POLL, 50)
    trace.put(ONE, layout.STEP, 53, 49)
    trace.put(LOOP, layout.IDLE, 54)
    trace.put(ONE, layout.STEP, 60, 59)  # what was due once is so no longer
    trace.put(LOOP, layout.IDLE, 61)
    spans = told(built(trace), ONE)
    assert spans[1:4] == [("waiting", 2, 10), ("ready", 10, 53), ("running", 53, 54)]
    assert spans[4:6] == [("waiting", 54, 59), ("ready", 59, 60)]


@pytest.mark.parametrize(
    ("cpu", "queued", "others", "state"),
    [
        (40, 0, 0, "running"),
        (1, 0, 0, "blocked"),
        (12, 28, 0, "running"),  # it had to queue for a processor
        (1, 38, 0, None),  # of all that time it had a processor, or waited for something, in too little to be judged by
        (1, 20, 0, "blocked"),  # what it did but for that was to wait
        (1, 0, 39, None),  # another thread may have held Python's lock
        (1, 0, 5, "blocked"),
        (1, 14, 9, None),  # on a busy machine the one with the lock has to queue too
        (1, 14, 0, "blocked"),
        (30, 0, 40, "running"),
    ],
)
def test_blocked_or_computing(cpu: float, queued: float, others: float, state: str | None) -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    for what, value in ((layout.CPU, cpu), (layout.QUEUED, queued), (layout.OTHERS, others)):
        trace.raw(ONE, what, round(value * 1e6))
    trace.put(ONE, layout.OVER, 50)
    trace.put(LOOP, layout.IDLE, 51)
    line = built(trace)
    expected = [] if state is None else [(state, 10, 50)]
    assert told(line, ONE) == [*expected, ("waiting", 50, 100)]


def test_the_life_of_a_thread_has_no_line_of_a_loop_in_it() -> None:
    trace = two_tasks()
    trace.thread(4)
    trace.main, trace.whos[4] = 5, trace.whos[4]._replace(thread=71)
    trace.thread(5, "main")
    trace.samples.append(Sample(moment(20), (Frame("script.py", 17, "work"), *LOOPS), 71))
    trace.put(4, layout.STEP, 10)
    trace.raw(4, layout.CPU, 1_000_000)
    trace.put(4, layout.OVER, 50)
    (lane,) = [span for span in built(trace).spans if span.task == 4]
    assert (lane.state, lane.line) == ("waiting", None)


def test_a_short_step_that_had_to_queue_is_not_left_out() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    for what, value in ((layout.CPU, 1), (layout.QUEUED, 14), (layout.OTHERS, 0)):
        trace.raw(ONE, what, round(value * 1e6))
    trace.put(ONE, layout.OVER, 25)
    assert told(built(trace), ONE)[0] == ("running", 10, 25)


def test_a_step_of_a_crowded_machine_that_has_computed_for_long_is_known_with_the_time_in_the_queue() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    for what, value in ((layout.CPU, 30), (layout.QUEUED, 360), (layout.OTHERS, 0)):
        trace.raw(ONE, what, round(value * 1e6))
    trace.put(ONE, layout.OVER, 410)
    (step,) = [span for span in built(trace, 500).spans if span.state == "running"]
    assert (round(step.start, 3), round(step.end, 3), round(step.own, 3)) == (0.01, 0.41, 0.04)


def test_the_line_that_holds_a_loop_is_where_the_main_thread_was_seen_if_the_loop_runs_there() -> None:
    trace = two_tasks()
    trace.thread(4, "main")
    trace.loop(5)
    trace.task(6, 5)  # in another thread
    trace.main, trace.whos[4] = 4, trace.whos[4]._replace(thread=trace.whos[ONE].thread)
    for task, loop in ((6, 5), (ONE, LOOP)):
        trace.put(task, layout.STEP, 10, 10)
        trace.raw(task, layout.CPU, 0)
        trace.put(task, layout.OVER, 50)
        trace.put(loop, layout.IDLE, 50)
    for at, line in ((5, 11), (30, 17), (40, 18)):
        trace.stack(at, Frame("script.py", line, "work"), *LOOPS)
    lines = {span.task: span.line for span in built(trace).spans if span.state == "blocked"}
    assert lines == {6: None, ONE: 17}


@pytest.mark.parametrize(
    ("frames", "line"),
    [
        ([Frame("script.py", 17, "work"), *LOOPS], 17),
        ([Frame("/usr/lib/python3.11/json.py", 3, "dumps"), Frame("script.py", 17, "work"), *LOOPS], 17),
        ([Frame("/usr/lib/python3.11/json.py", 3, "dumps"), *LOOPS], None),  # a step of a library's own
        ([Frame("/home/me/asyncdemo/probe/inject/_asyncdemo_queue.py", 3, "popleft"), *LOOPS], None),  # it is over
        ([Frame("/home/me/asyncdemo/probe/inject/_asyncdemo_writes.py", 3, "note"), Frame("a.py", 4, "f"), *LOOPS], 4),
        ([Frame("a.py", 4, "f"), *LOOPS, Frame("script.py", 17, "work"), *LOOPS], 4),  # a loop within a step
        ([Frame("script.py", 90, "main")], None),  # between two runs of the loop
        ([Frame("script.py", 17, "deeper")] * 100, 17),  # so deep that the stack was cut
    ],
)
def test_only_frames_of_the_step_itself_tell_its_line(frames: list[Frame], line: int | None) -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.raw(ONE, layout.CPU, 0)
    trace.put(ONE, layout.OVER, 50)
    trace.stack(30, *frames)
    assert [span.line for span in built(trace).spans if span.state == "blocked"] == [line]


def test_the_processor_time_of_short_steps_is_not_that_of_the_long_one_after_them() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    for number in range(30):
        trace.put(TWO, layout.STEP, 10 + number, 10)
    trace.put(ONE, layout.STEP, 40, 40)
    trace.raw(ONE, layout.CPU, 31_000_000)
    trace.put(ONE, layout.OVER, 70)
    line = built(trace)
    assert told(line, ONE)[-2] == ("blocked", 40, 70)


def test_a_child_is_its_makers() -> None:
    trace = two_tasks()
    trace.task(4, LOOP)
    trace.put(LOOP, layout.STEP, 1, 1)
    trace.put(ONE, layout.STEP, 5, 2)
    trace.put(LOOP, layout.POLL, 9)
    trace.put(TWO, layout.STEP, 10, 6)
    trace.put(TWO, layout.RAISED, 11)
    trace.put(4, layout.NEW, 11.5, None)
    trace.wakes[-1] = 1 + TWO
    line = built(trace)
    assert {task.id: task.parent for task in line.tasks} == {ONE: None, TWO: ONE, 4: TWO}
    assert [task.end for task in line.tasks] == ["pending", "raised", "pending"]


def test_a_task_that_is_freed_before_it_has_ended_is_pending_and_one_with_its_last_step_unknown() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 1, 1)
    trace.put(TWO, layout.STEP, 2, 2)
    trace.put(ONE, layout.GONE, 3)
    trace.put(TWO, layout.GONE, 4)
    trace.put(LOOP, layout.IDLE, 5)
    one, two = (line := built(trace)).tasks
    assert (one.ended, one.end) == (0.003, "pending")
    assert (two.ended, two.end) == (0.004, None)
    assert told(line, ONE)[-1] == ("waiting", 2, 3)
    assert told(line, TWO)[-1] == ("running", 2, 4)


def test_while_a_step_holds_the_loop_to_the_end_nobody_is_said_to_wait() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 1, 1)
    trace.put(LOOP, layout.IDLE, 2)
    trace.put(TWO, layout.STEP, 10, 10)
    line = built(trace)
    assert told(line, ONE)[-1] == ("waiting", 2, 10)
    assert told(line, TWO) == []  # who knows what it does


@pytest.mark.parametrize(
    ("cpu", "queued", "others", "state"),
    [(40, 0, 0, "running"), (1, 0, 0, "blocked"), (12, 28, 0, "running"), (1, 38, 0, None), (1, 0, 39, None)],
)
def test_what_was_seen_from_outside_tells_what_a_step_was_that_never_ended(
    cpu: int, queued: int, others: int, state: str | None
) -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.stack(30, Frame("script.py", 17, "work"), *LOOPS)
    for since in (10, 9):  # of an earlier one it tells nothing
        trace.hanging = Hanging(moment(since), *(part * 1_000_000 for part in (40, cpu, queued, others)))
        line = built(trace)
        assert told(line, ONE) == ([(state, 10, 100)] if state and since == 10 else [])
        assert [span.line for span in line.spans] == [17] * len(line.spans)


def test_a_loop_that_has_stopped_keeps_nobody_waiting() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 1, 1)
    trace.put(LOOP, layout.STOP, 2)
    trace.put(LOOP, layout.STOP, 50)
    assert told(built(trace), ONE) == [("running", 1, 2)]
    trace.put(LOOP, layout.IDLE, 60)
    assert told(built(trace), ONE)[-1] == ("waiting", 2, 100)


def test_nothing_is_told_of_the_time_after_tracing_was_given_up() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 1, 1)
    trace.put(LOOP, layout.IDLE, 2)
    trace.until, trace.complete = moment(20), False
    line = built(trace)
    assert told(line, ONE)[-1] == ("waiting", 2, 20)
    assert not line.complete
    (task,) = line.tasks
    assert (task.ended, task.end) == (None, None)


def test_a_step_of_which_nobody_knows_when_it_ended_is_left_out() -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.put(LOOP, layout.POLL, 20)
    trace.put(TWO, layout.STEP, 21, 21)
    for task in (TWO, ONE):
        trace.put(task, layout.OVER, 50)
        trace.wakes[-1] = 1
    trace.put(TWO, layout.RETURNED, 50)
    trace.put(ONE, layout.RETURNED, 50)
    line = built(trace)
    assert told(line, ONE) == [("running", 10, 20)]
    assert told(line, TWO) == []
    one, two = line.tasks
    assert (one.ended, one.end) == (0.050, "returned")
    assert (two.ended, two.end) == (None, "returned")


def touched(trace: Made, at: float, line: int, thread: int = 0) -> None:
    """Another thread puts something into the loop's queue."""
    trace.raw(LOOP, layout.TOUCHED, moment(at), thread << layout.THREAD_AT | 1 << 32 | line)


def test_a_loop_that_is_touched_while_it_is_idle_sleeps_on() -> None:
    trace = two_tasks()
    trace.thread(4)
    trace.put(4, layout.NEW, 0.5)
    trace.put(ONE, layout.STEP, 1, 1)
    touched(trace, 1.5, 7)  # it is awake
    trace.put(LOOP, layout.IDLE, 2)
    touched(trace, 10, 8, thread=4)
    touched(trace, 30, 8, thread=4)
    touched(trace, 40, 9, thread=99)  # a thread that has no lane
    trace.put(LOOP, layout.STEP, 50, 50)
    touched(trace, 51, 7)
    trace.put(LOOP, layout.IDLE, 60)
    trace.raw(LOOP, layout.TOUCHED, moment(70))  # from nowhere in particular
    touches = [touch._replace(slept=round(touch.slept, 6)) for touch in built(trace).touches]
    assert touches == [
        CrossThreadCall("script.py", 7, None, 2, 0),
        CrossThreadCall("script.py", 8, 4, 2, 0.04),
        CrossThreadCall("script.py", 9, None, 1, 0.01),
        CrossThreadCall(None, None, None, 1, 0.03),
    ]


def suspended(trace: Made, at: float, line: int, ignored: int, *, theirs: bool = False) -> None:
    """A task makes a step, and is suspended again when the loop goes idle."""
    trace.put(ONE, layout.STEP, at, at)
    trace.put(LOOP, layout.IDLE, at + 1)
    trace.raw(ONE, layout.AT, 1 << 32 | line, ignored << 1 | theirs)


def test_a_task_waits_in_spite_of_a_cancellation_until_that_is_taken_back() -> None:
    trace = two_tasks()
    for at, line, ignored in ((1, 5, 0), (10, 7, 1), (20, 5, 1), (30, 8, 2), (40, 9, 0), (50, 5, 0)):
        suspended(trace, at, line, ignored)
    found = [each._replace(waited=round(each.waited, 6)) for each in built(trace).unheeded]
    assert found == [
        IgnoredCancellation(ONE, "script.py", 5, "script.py", 7, 0.009),
        IgnoredCancellation(ONE, "script.py", 5, "script.py", 5, 0.009),
        IgnoredCancellation(ONE, "script.py", 5, "script.py", 8, 0.009),
    ]


def test_where_a_cancelled_task_stood_is_not_guessed() -> None:
    trace = two_tasks()
    suspended(trace, 1, 5, 0)
    trace.put(ONE, layout.STEP, 10, 10)
    trace.put(LOOP, layout.POLL, 11)  # wherever it is suspended now
    suspended(trace, 12, 7, 1)
    assert built(trace).unheeded == ()


def test_a_library_that_was_waited_for_may_have_dealt_with_it() -> None:
    trace = two_tasks()
    suspended(trace, 1, 5, 0, theirs=True)
    suspended(trace, 10, 7, 1)
    assert built(trace).unheeded == ()


def test_the_cost_is_linear() -> None:
    def seconds(turns: int) -> float:
        events, ended = random_trace(1, 2, 50, turns, 1)
        trace = events.trace()
        started = time.process_time()
        timeline(trace, STARTED, ended)
        return (time.process_time() - started) / len(trace.codes)

    few, many = min(seconds(200) for _ in range(3)), min(seconds(3200) for _ in range(2))
    assert many < 3 * few


def test_a_task_that_has_not_begun_is_ready_from_its_creation_on() -> None:
    trace = Made()
    trace.loop(1)
    trace.task(2, 1)
    trace.task(3, 1)
    trace.put(2, layout.STEP, 1, 0.5)
    trace.raw(3, layout.NEW, moment(2), 3 | layout.NOT_BEGUN)
    made = timeline(trace.trace(), STARTED, moment(50))
    assert [(task.id, task.parent, task.created, task.end) for task in made.tasks][1:] == [(3, 2, 0.002, "pending")]
    assert [(span.state, span.start, span.end) for span in made.spans if span.task == 3] == [("ready", 0.002, 0.05)]


def test_a_task_that_begins_was_ready_from_its_creation_on_until_then() -> None:
    trace = Made()
    trace.loop(1)
    trace.task(2, 1)
    trace.raw(2, layout.NEW, moment(2), layout.NOT_BEGUN)
    trace.put(2, layout.STEP, 5, 3)
    trace.put(1, layout.IDLE, 6)
    made = timeline(trace.trace(), STARTED, moment(9))
    assert [(span.state, span.start, span.end) for span in made.spans] == [
        ("ready", 0.002, 0.005),
        ("running", 0.005, 0.006),
        ("waiting", 0.006, 0.009),
    ]


def test_a_task_that_never_began_was_not_ready_once_its_loop_had_stopped() -> None:
    for gone in (False, True):
        trace = Made()
        trace.loop(1)
        trace.task(2, 1)
        trace.raw(2, layout.NEW, moment(2), layout.NOT_BEGUN)
        trace.put(1, layout.STOP, 5)
        if gone:
            trace.put(2, layout.GONE, 7)
        made = timeline(trace.trace(), STARTED, moment(9))
        assert [(span.state, span.start, span.end) for span in made.spans] == [("ready", 0.002, 0.005)]


@pytest.mark.parametrize(
    ("lasted", "cpu", "state"),
    [(30, 0, "blocked"), (30, 28, "running"), (30, 6, None), (10, 0, None), (30, 16, "running")],
)
def test_where_the_run_queue_is_not_told_only_a_long_idle_step_has_blocked(
    lasted: float, cpu: float, state: str | None
) -> None:
    trace = two_tasks()
    trace.put(ONE, layout.STEP, 10, 10)
    trace.raw(ONE, layout.CPU, round(cpu * 1e6))
    trace.raw(ONE, layout.OTHERS, 0)
    trace.put(ONE, layout.OVER, 10 + lasted)
    trace.put(LOOP, layout.IDLE, 10 + lasted)
    steps = [span for span in told(built(trace), ONE) if span[1] == 10.0]
    assert [span[0] for span in steps] == ([] if state is None else [state])
