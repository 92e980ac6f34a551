"""What the loop did, what held it, and how many waited at once."""

import pytest

from asyncdemo.analysis.held_loop import held, shares
from asyncdemo.model.spans import LoopTime
from tests.lanes.made import STEP, Made, polite, rude, timeline


def test_shares_add_up() -> None:
    said = shares(rude())
    assert said is not None
    assert said.blocked == pytest.approx(0.999, abs=0.002)
    assert said.longest_blocked == pytest.approx(0.2)
    assert said.busy + said.blocked + said.idle == pytest.approx(1.0)


def test_a_polite_loop_is_idle() -> None:
    said = shares(polite())
    assert said is not None
    assert said.idle > 0.99


def ran(start: float, end: float, idle: float, blocked: float = 0.0, unknown: float = 0.0) -> LoopTime:
    return LoopTime(None, start, end, end - start, idle, blocked, unknown, blocked)


def test_what_loops_did_one_after_the_other_is_added_up() -> None:
    loops = (ran(3.0, 4.0, 0.25, 0.5, 0.25), ran(0.0, 1.0, 0.75))
    said = shares(timeline()._replace(loops=loops))
    assert said == (0.125, 0.25, 0.5, 0.125, 0.5)


def test_a_loop_that_mostly_did_not_run_has_no_shares() -> None:
    assert shares(timeline()._replace(loops=(LoopTime(None, 0.0, 2.5, 0.002, 0.0, 0.0, 0.0, 0.0),))) is None


def test_several_loops_at_once_have_no_shares() -> None:
    assert shares(timeline()._replace(loops=(ran(0.0, 1.0, 0.5), ran(0.5, 2.0, 0.5)))) is None


def test_a_recording_that_does_not_tell_of_loops_has_no_shares() -> None:
    assert shares(rude()._replace(loops=())) is None


def test_threads_have_no_loop() -> None:
    assert shares(timeline(Made("", [("waiting", 1.0)], name="Thread-1", kind="thread"))) is None
    assert shares(timeline()) is None


def test_what_held_the_loop() -> None:
    [row] = held(rude())
    assert (row.path, row.line, row.state, row.function) == ("/course/example.py", 13, "blocked", None)
    assert (row.times, row.late) == (3, 6)  # the first: two jobs and the heartbeat; then one less each time
    assert row.total == pytest.approx(0.6)
    assert row.longest == pytest.approx(0.2)


def test_lines_and_states_apart_and_the_longest_first() -> None:
    found = held(
        timeline(
            Made("a", [("blocked", 0.1), STEP, ("running", 0.3)], at=7),
            Made("b", [("running", 0.05)], created=1.0, at=9),
            Made("c", [("running", 0.002)], created=1.2, line=40),
        )
    )
    assert [(row.line, row.state, row.function) for row in found] == [
        (7, "computing", None),
        (7, "blocked", None),
        (9, "computing", None),
        (40, "computing", "c"),
    ]


def test_short_steps_and_short_delays_hold_nothing() -> None:
    assert held(polite()) == []
    one = timeline(Made("a", [("running", 0.004)], at=7), Made("b", [("ready", 0.004), STEP]))
    assert [row.late for row in held(one)] == [0]


def test_threads_hold_no_loop() -> None:
    assert held(timeline(Made("", [("running", 1.0)], name="Thread-1", kind="thread"))) == []
