"""What the loop did, what held it, and how many waited at once."""

import pytest

from asyncdemo.analysis.held_loop import held, shares
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


def test_several_loops_at_once_have_no_shares() -> None:
    assert shares(timeline(Made("a", [("running", 1.0)]), Made("b", [("running", 1.0)]))) is None


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
