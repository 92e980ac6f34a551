"""From made-up events to the lane of a loop's callbacks."""

from asyncdemo.analysis.timeline import timeline
from asyncdemo.model.spans import Timeline
from asyncdemo.model.traces import Frame
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.tracing.made import STARTED, Made, moment

LOOP, ONE = 1, 2
TURN = Frame("/usr/lib/python3.11/asyncio/base_events.py", 9, "_run_once")


def made() -> Made:
    """One loop with one task."""
    new = Made()
    new.loop(LOOP)
    new.task(ONE, LOOP)
    new.put(ONE, layout.STEP, 0, 0)
    new.put(LOOP, layout.IDLE, 1)
    return new


def called(trace: Made, start: float, end: float, cpu: float = 0.0) -> None:
    """A callback that ran so long, the processor time among it."""
    trace.put(LOOP, layout.STEP, start, start)
    trace.raw(LOOP, layout.CPU, round(cpu * 1e6))
    trace.raw(LOOP, layout.QUEUED, 0)
    trace.raw(LOOP, layout.OTHERS, 0)
    trace.put(LOOP, layout.OVER, end)


def built(trace: Made) -> Timeline:
    trace.put(LOOP, layout.IDLE, 900)
    return timeline(trace.trace(), STARTED, moment(1000))


def told(line: Timeline) -> list[tuple[str, float, float, int | None]]:
    """What the callbacks did, in milliseconds, and at which line."""
    return [
        (span.state, round(span.start * 1e3, 3), round(span.end * 1e3, 3), span.line)
        for span in line.spans
        if span.task == LOOP
    ]


def test_once_one_has_held_the_loop_there_is_a_lane_with_the_shorter_ones_too() -> None:
    trace = made()
    called(trace, 100, 105)
    called(trace, 200, 240)
    trace.stack(225, Frame("script.py", 10, "data_received"), TURN)
    called(trace, 300, 305, cpu=5)
    line = built(trace)
    assert told(line) == [
        ("blocked", 100, 105, None),
        ("blocked", 200, 240, 10),
        ("running", 300, 305, None),
    ]
    (lane,) = (task for task in line.tasks if task.kind == "callbacks")
    assert (lane.id, lane.name, lane.coroutine) == (LOOP, "data_received", "data_received")
    assert (round(lane.created, 3), round(lane.ended or 0, 3), lane.end) == (0.1, 0.305, None)
    assert line.steps == 1


def test_several_functions_have_no_name_together() -> None:
    trace = made()
    called(trace, 200, 240)
    trace.stack(225, Frame("script.py", 10, "data_received"), TURN)
    called(trace, 300, 340)
    trace.stack(325, Frame("script.py", 20, "tick"), TURN)
    (lane,) = (task for task in built(trace).tasks if task.kind == "callbacks")
    assert (lane.name, lane.coroutine) == ("callbacks", "")


def test_short_ones_have_no_lane() -> None:
    trace = made()
    for start in range(100, 800, 20):
        called(trace, start, start + 15)
    line = built(trace)
    assert [task.kind for task in line.tasks] == ["asyncio"]
    assert told(line) == []
    assert round(line.loops[0].blocked, 3) == 0.525


def test_one_that_never_ends_has_one() -> None:
    trace = made()
    trace.put(LOOP, layout.STEP, 100, 100)
    line = timeline(trace.trace(), STARTED, moment(1000))
    assert told(line) == []  # nobody knows what it did
    assert round(line.loops[0].unknown, 3) == 0.9
