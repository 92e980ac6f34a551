"""How many times as fast, and how sure that is: the statistics of paired times. Pure functions of numbers."""

import math
from collections.abc import Sequence
from functools import cache
from statistics import median

CONFIDENCE = 0.95
FEWEST = 6  # pairs: of five values not even the whole range holds the median with 95 % confidence


def speed_up(
    baseline: Sequence[float], other: Sequence[float], common: float = 0.0
) -> tuple[float | None, tuple[float, float] | None]:
    """The median of the paired ratios baseline / other and its 95 % interval.

    None is the median of no pairs, and the interval of fewer than six.

    Pairs are of one round, so that what slows the machine down slows both. The logarithm makes it the same, turned
    over, if the contestants change places.

    `common` is how many seconds of each time may be no part of what is compared. Whatever all have in common makes
    them look more alike than they are, so the interval also has what the ratios would be without it: it then reaches
    further away from 1, and never towards it. Of a time, it is half at most.
    """
    ratios = _ratios(baseline, other, 0.0)
    interval = median_interval(ratios)
    point = math.exp(median(ratios)) if ratios else None
    if interval is None:
        return point, None
    without = median_interval(_ratios(baseline, other, common)) or interval
    return point, (math.exp(min(interval[0], without[0])), math.exp(max(interval[1], without[1])))


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The interval that holds the median of the values' distribution; None if there are too few.

    Its ends lie between two neighbours each among the sorted values: T. P. Hettmansperger and S. J. Sheather,
    "Confidence intervals based on interpolated order statistics", Statistics & Probability Letters 4 (1986). The
    neighbours themselves would give more and less than the confidence, whatever the distribution (W. R. Thompson, "On
    confidence ranges for the median", Annals of Mathematical Statistics 7, 1936): of ten values 97.9 % and 89.1 %.
    """
    place = _place(len(values), confidence)
    if place is None:
        return None
    ordered = sorted(values)
    outer, part = place
    low, low_inside = ordered[outer - 1], ordered[outer]
    high, high_inside = ordered[-outer], ordered[-outer - 1]
    return low + part * (low_inside - low), high - part * (high - high_inside)


@cache
def _place(n: int, confidence: float) -> tuple[int, float] | None:
    """Of n sorted values, say which is the outer neighbour, counted from either end, and how far to go to the inner.

    The chance that fewer than k of n values lie below the median is that of fewer than k heads in n tosses. How far to
    go in between follows from these chances if the values fall off to both sides as in Laplace's distribution, and is
    nearly the same for others.
    """
    part, whole = ((1 - confidence) / 2).as_integer_ratio()  # of all tosses, what may be left outside at either end
    allowed, outside, heads, k = part * 2**n, 0, 1, 0  # of the tosses of n coins `heads` have k heads
    while k < n // 2 and (outside + heads) * whole <= allowed:
        outside += heads
        k += 1
        heads = heads * (n - k + 1) // k
    if not k:
        return None
    spare = (allowed - outside * whole) / (heads * whole)
    return k, (n - k) * spare / (k + (n - 2 * k) * spare)


def _ratios(baseline: Sequence[float], other: Sequence[float], common: float) -> list[float]:
    """The logarithms of the ratios in each round, of what is known."""

    def rest(seconds: float) -> float:
        return seconds - min(common, seconds / 2)

    pairs = zip(baseline, other, strict=False)
    return [math.log(rest(one) / rest(two)) for one, two in pairs if one > 0 and two > 0]
