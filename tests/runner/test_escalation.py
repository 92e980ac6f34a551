"""How a child is made to end: which signal comes when; no process."""

from signal import Signals

import pytest

from asyncdemo.runner.escalation import GRACES, Cause, Escalation

INT, TERM, KILL = Signals.SIGINT, Signals.SIGTERM, Signals.SIGKILL


@pytest.mark.parametrize("cause", ["timed-out", "watched"])
def test_each_signal_has_its_grace(cause: Cause) -> None:
    escalation = Escalation(5, cause)
    first, second = GRACES[cause]
    assert (escalation.due(5), escalation.deadline, escalation.cause) == (INT, 5 + first, cause)
    assert (escalation.due(9), escalation.deadline) == (TERM, 9 + second)
    assert (escalation.due(20), escalation.deadline) == (KILL, None)
    assert (escalation.due(30), escalation.deadline) == (None, None)


def test_after_a_timeout_all_is_over_in_two_seconds_and_after_ctrl_c_in_five() -> None:
    """The promises of docs/architecture.md: a person can press again, a script cannot."""
    assert sum(GRACES["timed-out"]) < 1.5
    assert sum(GRACES["interrupted"]) <= 4
    assert sum(GRACES["watched"]) <= 4
    assert sum(GRACES["deadlock"]) < 1.5


def test_an_ignored_signal_is_left_out() -> None:
    for began in (
        lambda escalation: escalation.due(5),
        lambda escalation: escalation.end(5),
        lambda escalation: escalation.interrupt(5),
    ):
        escalation = Escalation(5)
        escalation.ignores = {INT}.__contains__
        assert began(escalation) is TERM
        assert escalation.due(9) is KILL


def test_a_press_on_a_terminal_has_its_grace_also_where_it_is_ignored() -> None:
    escalation = Escalation(None)
    escalation.ignores = {INT}.__contains__
    assert escalation.interrupt(5, delivered=True) is None
    assert escalation.deadline == 5 + GRACES["interrupted"][0]
    assert escalation.interrupt(6, delivered=True) is TERM


def test_time_in_which_all_was_suspended_does_not_count() -> None:
    escalation = Escalation(5)
    escalation.postpone(100)
    assert escalation.deadline == 105
    escalation = Escalation(None)
    escalation.postpone(100)
    assert escalation.deadline is None
