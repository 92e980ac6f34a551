"""When there are rounds enough."""

import inspect
import math
import random

import pytest

from asyncdemo.comparison.interval import median_interval
from asyncdemo.comparison.stopping import Limits, limits


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


def test_what_the_result_is_has_no_say() -> None:
    assert [*inspect.signature(Limits.reached).parameters] == ["self", "rounds", "precisions", "elapsed", "each"]


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
    assert limits(None, None, None) == (None, 0.03, 8.0, False)
    assert limits(None, 0.01, None) == (None, 0.01, 300.0, False)
    assert limits(None, None, 20.0) == (None, 0.03, 20.0, True)
    assert limits(5, None, None) == (5, None, None, False)
    assert limits(5, 0.1, 20.0) == (5, 0.1, 20.0, True)
