"""Where points stand on an axis: logarithmic where that reads better."""

import math
from collections.abc import Sequence
from typing import NamedTuple

_WIDE = 20  # times the least: from there on a plain axis shows only the greatest


class Scale(NamedTuple):
    """An axis from the least to the greatest value."""

    low: float
    high: float
    logarithmic: bool

    def part(self, value: float) -> float:
        """How far along the axis a value stands, from 0 to 1."""
        if self.high <= self.low:
            return 0.5
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def scale(values: Sequence[float], *, from_zero: bool = False) -> Scale:
    """The axis for these values: logarithmic where all are above 0 and they differ much."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= _WIDE:
        return Scale(low, high, logarithmic=True)
    return Scale(min(low, 0.0) if from_zero else low, high, logarithmic=False)
