"""The statistics of paired times, by numbers that can be checked."""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.comparison.interval import FEWEST, median_interval, speed_up


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
