"""What several rules say to the times of two programs: that they differ, or that they may not. Pure functions.

Each gets the times in seconds, in pairs of one round each. `OURS` is the rule of `asyncdemo compare`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, stdev, variance

from asyncdemo.comparison import speed_up
from asyncdemo.comparison.result import COMMON

Times = Sequence[float]

SIGNIFICANT = 0.05
_STEPS = 400  # of the integral: the error is far below anything that is printed


def ours(one: Times, two: Times) -> bool:
    """Whether the interval leaves out 1."""
    _, interval = speed_up(one, two, COMMON)
    return interval is not None and not interval[0] <= 1 <= interval[1]


def ratio_of_means(one: Times, two: Times) -> bool:
    """Whether hyperfine's summary, "1.15 ± 0.07 times faster", leaves out 1: the ratio of the means and its sigma."""
    slow, fast = sorted((one, two), key=fmean, reverse=True)
    ratio = fmean(slow) / fmean(fast)
    return ratio - ratio * math.hypot(stdev(slow) / fmean(slow), stdev(fast) / fmean(fast)) > 1


def apart(one: Times, two: Times) -> bool:
    """Whether "mean ± sigma" of one and of the other do not overlap, as a person may read hyperfine's output."""
    return abs(fmean(one) - fmean(two)) > stdev(one) + stdev(two)


def welch(one: Times, two: Times) -> bool:
    """Whether Welch's t-test finds p < 0.05, as in hyperfine's scripts/welch_ttest.py.

    B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
    Biometrika 34 (1947).
    """
    parts = [variance(times) / len(times) for times in (one, two)]
    if not sum(parts):
        return fmean(one) != fmean(two)
    t = (fmean(one) - fmean(two)) / math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(part**2 / (len(times) - 1) for part, times in zip(parts, (one, two), strict=True))
    return _outside(abs(t), freedom) < SIGNIFICANT


def _outside(t: float, freedom: float) -> float:
    """The chance that Student's t is further from 0 than that: by Simpson's rule, over its density."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def density(x: float) -> float:
        return scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)

    step = t / _STEPS
    inner = sum((4 if index % 2 else 2) * density(index * step) for index in range(1, _STEPS))
    return max(0.0, 1 - 2 * (density(0) + inner + density(t)) * step / 3)


OURS = "asyncdemo: 95 % interval"
RULES: dict[str, Callable[[Times, Times], bool]] = {
    OURS: ours,
    "hyperfine: ratio ± sigma": ratio_of_means,
    "mean ± sigma, overlap": apart,
    "Welch: p < 0.05": welch,
}


def claims(rule: Callable[[Times, Times], bool], pairs: Iterable[tuple[Times, Times]]) -> int:
    """Count the pairs of which the rule claims that they differ."""
    return sum(rule(one, two) for one, two in pairs)
