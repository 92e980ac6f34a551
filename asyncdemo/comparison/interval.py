"""How many times as fast, and how sure that is: the statistics of paired times. Pure functions of numbers."""

import math
from collections.abc import Sequence
from statistics import median

CONFIDENCE = 0.95
FEWEST = 6  # pairs: of five values not even the whole range holds the median with 95 % confidence


def speed_up(baseline: Sequence[float], other: Sequence[float]) -> tuple[float | None, tuple[float, float] | None]:
    """Give the median of the paired ratios baseline / other and its 95 % interval.

    None is the median of no pairs, and the interval of fewer than six.

    Pairs are of one round, so that what slows the machine down slows both. The interval is that of W. R. Thompson,
    "On confidence ranges for the median", Annals of Mathematical Statistics 7 (1936): two order statistics between
    which the median lies with at least that confidence, whatever the distribution. The logarithm makes it the same,
    turned over, if the contestants change places.
    """
    ratios = [math.log(one / two) for one, two in zip(baseline, other, strict=False) if one > 0 and two > 0]
    interval = median_interval(ratios)
    point = math.exp(median(ratios)) if ratios else None
    return point, None if interval is None else (math.exp(interval[0]), math.exp(interval[1]))


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Give two of the values between which the median of their distribution lies; None if there are too few.

    The chance that fewer than k of n values lie below the median is that of fewer than k heads in n tosses.
    """
    ordered = sorted(values)
    n, outside, k = len(ordered), 0.0, 0
    while k < n // 2 and 2 * (outside + math.comb(n, k) / 2**n) <= 1 - confidence:
        outside += math.comb(n, k) / 2**n
        k += 1
    return (ordered[k - 1], ordered[n - k]) if k else None
