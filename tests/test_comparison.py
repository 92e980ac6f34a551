"""The statistics of interleaved runs, by numbers that can be checked."""

import json
import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.comparison import FEWEST, Comparison, Contestant, median_interval, speed_up
from asyncdemo.recording import Outcome, Python, Run, Seconds, Subject


def _below(n: int) -> int:
    """How many of n values the lower end of the interval leaves below itself."""
    interval = median_interval(range(n))
    assert interval is not None
    return int(interval[0])


# From tables of the sign test, for example W. J. Conover, Practical Nonparametric Statistics, table A3.
@pytest.mark.parametrize(("n", "rank"), [(6, 1), (7, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (17, 5), (20, 6)])
def test_known_ranks(n: int, rank: int) -> None:
    assert median_interval(range(1, n + 1)) == (rank, n + 1 - rank)


@pytest.mark.parametrize("n", range(6, 21))
def test_coverage_is_95_per_cent_at_least_and_one_rank_less_would_not_be(n: int) -> None:
    """Each value lies below the median of its distribution with the chance of a coin: count all tosses."""

    def coverage(outside: int) -> Fraction:
        # the median lies between the order statistics unless too few or too many values lie below it
        heads = [math.comb(n, k) for k in range(n + 1)]
        return Fraction(sum(heads[outside : n + 1 - outside]), 2**n)

    assert coverage(_below(n) + 1) >= Fraction(95, 100)
    assert coverage(_below(n) + 2) < Fraction(95, 100)


@pytest.mark.parametrize("n", range(6, 13))
def test_coverage_by_all_samples_of_two_sides(n: int) -> None:
    """The same without a formula: every way in which n values can lie around a median of 0."""
    held = 0
    for signs in product((-1, 1), repeat=n):
        interval = median_interval([sign * (index + 1) for index, sign in enumerate(signs)])
        assert interval is not None
        held += interval[0] < 0 < interval[1]
    assert held / 2**n >= 0.95


@pytest.mark.parametrize("n", range(6))
def test_too_few(n: int) -> None:
    assert median_interval(range(n)) is None
    assert n < FEWEST


def test_six_are_enough() -> None:
    assert median_interval([3, 1, 2, 6, 5, 4]) == (1, 6)


TIMES = st.lists(st.floats(1e-6, 1e3), min_size=6, max_size=40)


@given(TIMES, TIMES)
def test_changing_places_turns_everything_over(one: list[float], two: list[float]) -> None:
    there, interval = speed_up(one, two)
    back, other = speed_up(two, one)
    assert there is not None
    assert back is not None
    assert interval is not None
    assert other is not None
    assert there * back == pytest.approx(1)
    assert interval[0] * other[1] == pytest.approx(1)
    assert interval[1] * other[0] == pytest.approx(1)
    assert interval[0] <= there * (1 + 1e-9)
    assert there <= interval[1] * (1 + 1e-9)


def test_pairs_are_of_one_round() -> None:
    slow_machine = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert speed_up(slow_machine, [time / 2 for time in slow_machine]) == (
        pytest.approx(2.0),
        pytest.approx((2.0, 2.0)),
    )


def test_times_of_nothing_do_not_count() -> None:
    assert speed_up([0.0] * 6, [1.0] * 6)[1] is None
    assert speed_up([], []) == (None, None)


def run(script: float | None, *, total: float = 1.0, waiting: float | None = None, ok: bool = True) -> Run:
    return Run(
        Subject("scenario:variant", parameters={"TASKS": 10}),
        Python("python3", "3.11.7", "CPython"),
        Outcome("exited", code=0 if ok else 1),
        ok=ok,
        seconds=Seconds(total, 0.1, 0.1, script, 0.2, waiting),
    )


def contestant(name: str, *times: float | None, **changes: float) -> Contestant:
    runs = tuple(run(time, **changes) for time in times)  # type: ignore[arg-type]
    return Contestant(name, runs, runs[-1] if runs else run(None, ok=False))


def compared(*contestants: Contestant) -> Comparison:
    return Comparison(contestants, 1, "rounds")


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        ([1.0] * 6, [0.5] * 6, "faster"),
        ([0.5] * 6, [1.0] * 6, "slower"),
        ([1.0] * 6, [1.0] * 6, "no difference shown"),
        ([1.0] * 6, [0.5] * 5 + [1.1], "no difference shown"),  # of six, one is enough for a doubt
        ([1.0] * 9, [0.5] * 8 + [1.1], "faster"),  # of nine it is not
        ([1.0] * 5, [0.5] * 5, "too few runs"),
        ([1.0], [0.5], "too few runs"),
        ([], [], "too few runs"),
        ([1.0] * 7, [0.5] * 6, "faster"),  # a round that was not finished
    ],
)
def test_verdicts(one: list[float], two: list[float], verdict: str) -> None:
    speedups = compared(contestant("a", *one), contestant("b", *two)).speedups
    assert [(each.id, each.verdict, each.pairs) for each in speedups] == [("b", verdict, min(len(one), len(two)))]


def test_each_is_compared_with_the_first() -> None:
    three = compared(contestant("a", *[1.0] * 6), contestant("b", *[0.5] * 6), contestant("c", *[2.0] * 6))
    assert [(each.id, each.speedup) for each in three.speedups] == [("b", 2.0), ("c", 0.5)]


def test_the_whole_time_stands_in_where_the_scripts_own_is_not_known() -> None:
    assert contestant("a", None, 0.5, total=2.0).times == [2.0, 0.5]
    assert contestant("a", 0.5, total=2.0).whole_times == [2.0]


def test_the_share_of_waiting_is_the_median_of_what_is_known() -> None:
    runs = (run(1.0, waiting=0.9), run(1.0, waiting=0.5), run(1.0, waiting=0.8), run(1.0), run(0.0, waiting=0.0))
    assert Contestant("a", runs, runs[0]).waiting_share == 0.8
    assert contestant("a", 1.0).waiting_share is None


def test_json() -> None:
    document = compared(contestant("a", *[1.0] * 6, waiting=0.9), contestant("b", *[0.5] * 6)).to_json()
    assert document["baseline"] == "a"
    assert document["rounds"] == 6
    assert document["contestants"][0] == {
        "id": "a",
        "target": "scenario:variant",
        "parameters": {"TASKS": 10},
        "python": {"implementation": "CPython", "version": "3.11.7", "executable": "python3"},
        "outcome": {"kind": "exited", "code": 0},
        "times": [1.0] * 6,
        "whole_times": [1.0] * 6,
        "seconds": {"median": 1.0, "mean": 1.0, "stddev": 0.0, "min": 1.0, "max": 1.0},
        "cpu_share": 0.1,
        "waiting_share": 0.9,
    }
    assert document["comparisons"] == [
        {
            "id": "b",
            "speedup": 2.0,
            "interval": [2.0, 2.0],
            "confidence": 0.95,
            "verdict": "faster",
            "pairs": 6,
            "whole_speedup": 1.0,
        }
    ]


@pytest.mark.parametrize(
    ("one", "two"), [([], []), ([1.0], [0.5]), ([0.0] * 6, [0.0] * 6), ([None] * 6, [0.0] * 6), ([1e-9] * 6, [1e9] * 6)]
)
def test_json_is_json_whatever_was_measured(one: list[float | None], two: list[float | None]) -> None:
    document = compared(contestant("a", *one), contestant("b", *two)).to_json()
    json.dumps(document, allow_nan=False)
