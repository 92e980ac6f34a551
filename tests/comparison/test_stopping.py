"""When there are rounds enough."""

import inspect

import pytest

from asyncdemo.comparison.stopping import Limits, limits


@pytest.mark.parametrize(
    ("limits", "rounds", "precision", "elapsed", "stopped"),
    [
        (Limits(), 5, 0.001, 1.0, None),  # of five rounds there is no interval
        (Limits(), 6, 0.03, 1.0, "precision"),
        (Limits(), 6, 0.031, 1.0, None),
        (Limits(), 6, None, 1.0, None),
        (Limits(), 6, 0.5, 7.6, "time"),  # one more takes half a second
        (Limits(), 6, 0.5, 7.4, None),
        (Limits(), 5, None, 20.0, None),  # six rounds come first
        (Limits(hurried=True), 1, None, 20.0, "time"),  # unless somebody has said how long
        (Limits(rounds=2, precision=None, seconds=None), 1, None, 1e9, None),
        (Limits(rounds=2, precision=None, seconds=None), 2, None, 1.0, "rounds"),
        (Limits(rounds=99, precision=None, seconds=None), 6, 0.0, 1.0, None),
    ],
)
def test_reached(limits: Limits, rounds: int, precision: float | None, elapsed: float, stopped: str | None) -> None:
    assert limits.reached(rounds, precision, elapsed, each=0.5) == stopped


def test_what_the_result_is_has_no_say() -> None:
    assert [*inspect.signature(Limits.reached).parameters] == ["self", "rounds", "precision", "elapsed", "each"]


@pytest.mark.parametrize(
    ("limits", "rounds", "elapsed", "expected"),
    [
        (Limits(), 0, 1.0, (6, 14)),
        (Limits(), 7, 7.0, (7, 9)),
        (Limits(), 0, 30.0, (6, 6)),
        (Limits(rounds=3, precision=None, seconds=None), 0, 1.0, (3, 3)),
        (Limits(rounds=30, precision=0.01, seconds=None), 0, 1.0, (6, 30)),
        (Limits(precision=None, seconds=4.0), 0, 1.0, (6, 6)),
        (Limits(precision=0.01, seconds=None), 0, 1.0, (6, None)),
    ],
)
def test_expected(limits: Limits, rounds: int, elapsed: float, expected: tuple[int, int | None]) -> None:
    assert limits.expected(rounds, elapsed, each=0.5) == expected


def test_what_was_asked_for() -> None:
    assert limits(None, None, None) == (None, 0.03, 8.0, False)
    assert limits(None, 0.01, None) == (None, 0.01, 300.0, False)
    assert limits(None, None, 20.0) == (None, 0.03, 20.0, True)
    assert limits(5, None, None) == (5, None, None, False)
    assert limits(5, 0.1, 20.0) == (5, 0.1, 20.0, True)
