"""The statistics of paired times, by numbers that can be checked."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.comparison.interval import FEWEST, median_interval, speed_up


# From tables of the sign test, for example W. J. Conover, Practical Nonparametric Statistics, table A3.
@pytest.mark.parametrize(("n", "rank"), [(6, 1), (7, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (17, 5), (20, 6)])
def test_the_ends_lie_inside_of_known_ranks(n: int, rank: int) -> None:
    interval = median_interval(range(1, n + 1))
    assert interval is not None
    assert rank < interval[0] < rank + 1
    assert n - rank < interval[1] < n + 1 - rank


@pytest.mark.parametrize("n", range(6, 41))
def test_coverage_is_95_per_cent_for_the_distribution_of_laplace(n: int) -> None:
    """By another way: of k values below a median of 0, the nearest is as near as the least of k that decay."""
    interval = median_interval(range(1, n + 1))
    assert interval is not None
    below, part = int(interval[0]), interval[0] % 1  # these many may lie below 0, if the next is far enough above it
    inside = n - below
    above = part / inside / (part / inside + (1 - part) / below)  # the chance of that, of two exponential decays
    outside = sum(math.comb(n, k) for k in range(below)) + math.comb(n, below) * above
    assert 2 * outside / 2**n == pytest.approx(0.05)


DISTRIBUTIONS: dict[str, Callable[[random.Random], float]] = {
    "even": lambda draw: draw.uniform(-1, 1),
    "normal": lambda draw: draw.gauss(0, 1),
    "Laplace": lambda draw: draw.choice((-1, 1)) * draw.expovariate(1),
    "Cauchy": lambda draw: math.tan(math.pi * (draw.random() - 0.5)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("n", [6, 7, 10])
def test_coverage_is_near_95_per_cent_for_others(name: str, n: int) -> None:
    draw, trials, missed = random.Random(n), 2000, 0
    for _ in range(trials):
        interval = median_interval([DISTRIBUTIONS[name](draw) for _ in range(n)])
        assert interval is not None
        missed += not interval[0] <= 0 <= interval[1]
    assert 0.03 < missed / trials < 35 / 400


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=40))
def test_turned_over_it_is_exactly_the_same(values: list[float]) -> None:
    there, back = median_interval(values), median_interval([-value for value in values])
    assert there is not None
    assert back == (-there[1], -there[0])


@pytest.mark.parametrize("n", range(6))
def test_too_few(n: int) -> None:
    assert median_interval(range(n)) is None
    assert n < FEWEST


def test_six_are_enough() -> None:
    assert median_interval([3, 1, 2, 6, 5, 4]) == pytest.approx((1 + 5 / 14, 6 - 5 / 14))


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


def test_what_all_have_in_common_may_hide_a_difference_and_never_makes_one() -> None:
    long, short = [1.5, 1.51, 1.52, 1.53, 1.54, 1.55], [1.0] * 6
    (low, high), (lower, higher) = (speed_up(long, short, common)[1] or (0, 0) for common in (0.0, 0.1))
    assert low == lower
    assert high < higher < 1.45 / 0.9
    assert speed_up(short, short, 0.1) == (1.0, (1.0, 1.0))
    assert speed_up([2e-9] * 6, [1e-9] * 6, 0.1)[1] == pytest.approx((2.0, 2.0))  # it is half of a time at most
