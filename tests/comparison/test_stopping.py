"""When there are rounds enough."""

import inspect
import math
import random

import pytest

from asyncdemo.comparison.interval import median_interval
from asyncdemo.comparison.stopping import Limits, limits, seconds_for


@pytest.mark.parametrize(
    ("limits", "rounds", "precisions", "elapsed", "stopped"),
    [
        (Limits(), 5, [None] * 5, 1.0, None),  # of five rounds there is no interval
        (Limits(), 6, [*[None] * 5, 0.001], 1.0, None),  # once may be luck
        (Limits(), 7, [*[None] * 5, 0.03, 0.03], 1.0, "precision"),
        (Limits(), 7, [*[None] * 5, 0.03, 0.031], 1.0, None),
        (Limits(), 8, [*[None] * 5, 0.03, 0.031, 0.03], 1.0, None),
        (Limits(), 6, [*[None] * 5, 0.5], 7.6, "time"),  # one more takes half a second
        (Limits(), 6, [*[None] * 5, 0.5], 7.4, None),
        (Limits(), 5, [None] * 5, 20.0, None),  # six rounds come first
        (Limits(hurried=True), 1, [None], 20.0, "time"),  # unless somebody has said how long
        (Limits(rounds=2, precision=None, seconds=None), 1, [None], 1e9, None),
        (Limits(rounds=2, precision=None, seconds=None), 2, [None] * 2, 1.0, "rounds"),
        (Limits(rounds=99, precision=None, seconds=None), 7, [0.0] * 7, 1.0, None),
    ],
)
def test_reached(
    limits: Limits, rounds: int, precisions: list[float | None], elapsed: float, stopped: str | None
) -> None:
    assert limits.reached(rounds, precisions, elapsed, each=0.5) == stopped


def test_whether_there_is_a_difference_has_no_say() -> None:
    asked = [*inspect.signature(Limits.reached).parameters]
    assert asked == ["self", "rounds", "precisions", "elapsed", "each", "is_plain"]


@pytest.mark.parametrize(
    ("limits", "reach", "is_plain", "stopped"),
    [
        (limits(None, None, None), 0.1, True, "precision"),
        (limits(None, None, None), 0.11, True, None),
        (limits(None, None, None), 0.1, False, None),
        (limits(None, 0.03, None), 0.1, True, None),  # somebody wants to know it better
        (limits(9, None, None), 0.1, True, None),
    ],
)
def test_where_the_difference_is_plain_six_rounds_will_do(
    limits: Limits, reach: float, is_plain: bool, stopped: str | None
) -> None:
    assert limits.reached(6, [*[None] * 5, reach], 1.0, 0.5, is_plain=is_plain) == stopped
    assert limits.reached(5, [None] * 5, 1.0, 0.5, is_plain=is_plain) is None


def test_four_times_as_many_rounds_reach_half_as_far() -> None:
    assert seconds_for(0.03, 0.06, 8.0) == pytest.approx(32.0)


@pytest.mark.parametrize(
    ("limits", "rounds", "elapsed", "expected"),
    [
        (Limits(), 0, 1.0, (7, 14)),
        (Limits(), 7, 7.0, (7, 9)),
        (Limits(), 0, 30.0, (6, 6)),
        (Limits(rounds=3, precision=None, seconds=None), 0, 1.0, (3, 3)),
        (Limits(rounds=30, precision=0.01, seconds=None), 0, 1.0, (7, 30)),
        (Limits(precision=None, seconds=4.0), 0, 1.0, (6, 6)),
        (Limits(precision=0.01, seconds=None), 0, 1.0, (7, None)),
    ],
)
def test_expected(limits: Limits, rounds: int, elapsed: float, expected: tuple[int, int | None]) -> None:
    assert limits.expected(rounds, elapsed, each=0.5) == expected


def test_like_with_like_is_seldom_told_apart() -> None:
    """By a simulation: to stop at a width claims differences hardly more often than the intervals promise."""
    order, claimed, trials = random.Random(4), 0, 600
    for _ in range(trials):
        ratios: list[float] = []
        reaches: list[float | None] = []
        while Limits(seconds=None).reached(len(ratios), reaches, 0.0, 0.0) is None:
            ratios.append(order.gauss(0, 0.04))
            interval = median_interval(ratios)
            reaches.append(None if interval is None else math.exp((interval[1] - interval[0]) / 2) - 1)
        assert interval is not None
        claimed += interval[0] > 0 or interval[1] < 0
    assert claimed / trials < 35 / 400


def test_what_was_asked_for() -> None:
    assert limits(None, None, None) == (None, 0.03, 8.0, False, 0.1)
    assert limits(None, 0.01, None) == (None, 0.01, 300.0, False, None)
    assert limits(None, None, 20.0) == (None, 0.03, 20.0, True, 0.1)
    assert limits(5, None, None) == (5, None, None, False, None)
    assert limits(5, 0.1, 20.0) == (5, 0.1, 20.0, True, None)
