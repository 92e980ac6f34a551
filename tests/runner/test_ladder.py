"""How a child is made to end: which signal comes when; no process."""

from signal import Signals

import pytest

from asyncdemo.runner.ladder import GRACES, Cause, Ladder

INT, TERM, KILL = Signals.SIGINT, Signals.SIGTERM, Signals.SIGKILL


@pytest.mark.parametrize("cause", ["timed-out", "watched"])
def test_each_signal_has_its_grace(cause: Cause) -> None:
    ladder = Ladder(5, cause)
    first, second = GRACES[cause]
    assert (ladder.due(5), ladder.deadline, ladder.cause) == (INT, 5 + first, cause)
    assert (ladder.due(9), ladder.deadline) == (TERM, 9 + second)
    assert (ladder.due(20), ladder.deadline) == (KILL, None)
    assert (ladder.due(30), ladder.deadline) == (None, None)


def test_after_a_timeout_all_is_over_in_two_seconds_and_after_ctrl_c_in_five() -> None:
    """The promises of docs/inside.md: a person can press again, a script cannot."""
    assert sum(GRACES["timed-out"]) < 1.5
    assert sum(GRACES["interrupted"]) <= 4
    assert sum(GRACES["watched"]) <= 4
    assert sum(GRACES["deadlock"]) < 1.5


def test_an_ignored_signal_is_left_out() -> None:
    for began in (lambda ladder: ladder.due(5), lambda ladder: ladder.end(5), lambda ladder: ladder.interrupt(5)):
        ladder = Ladder(5)
        ladder.ignores = {INT}.__contains__
        assert began(ladder) is TERM
        assert ladder.due(9) is KILL


def test_a_press_on_a_terminal_has_its_grace_also_where_it_is_ignored() -> None:
    ladder = Ladder(None)
    ladder.ignores = {INT}.__contains__
    assert ladder.interrupt(5, delivered=True) is None
    assert ladder.deadline == 5 + GRACES["interrupted"][0]
    assert ladder.interrupt(6, delivered=True) is TERM


def test_time_in_which_all_was_suspended_does_not_count() -> None:
    ladder = Ladder(5)
    ladder.postpone(100)
    assert ladder.deadline == 105
    ladder = Ladder(None)
    ladder.postpone(100)
    assert ladder.deadline is None
