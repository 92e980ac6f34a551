"""When there are rounds enough: how narrow the intervals are, how many rounds, how long.

Never whether they show a difference; where one is plain, wider intervals will do.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from asyncdemo.comparison.interval import FEWEST
from asyncdemo.comparison.result import Stopped

PRECISION = 0.03  # of the widest interval, to either side of its middle
PLAIN_PRECISION = 0.1  # the same where all are several times as fast, or as slow
PATIENCE = 8.0  # seconds for all of it, if nobody says otherwise
_IN_A_ROW = 2  # rounds after which the intervals are narrow enough
LONG_PATIENCE = 300.0  # seconds, where a precision was asked for and no time


class Limits(NamedTuple):
    """Whichever is reached first ends a comparison: so many rounds, so narrow intervals, so many seconds.

    The intervals have to be so narrow after two rounds in a row: once may be luck, and where rounds are alike by luck
    the verdict is too sure. (Of 3,000 simulated comparisons of like with like 5 % claimed a difference where the ratios
    of a round deviated by 2 %, 6 % where by 3 % and 8 % where by 5 or 7 %: a width that is narrow by luck ends it
    earlier.)

    Where the difference is `plain`, so wide intervals will do, and once: two programs that are alike are never shown to
    be several times as fast as each other, so that cannot add to what is claimed falsely.

    With `hurried` the time counts even if there were fewer rounds than an interval takes. To stop at a width and not
    at a verdict leaves the intervals what they are, the better the more rounds it takes: Y. S. Chow and H. Robbins,
    "On the asymptotic theory of fixed-width sequential confidence intervals for the mean", Annals of Mathematical
    Statistics 36 (1965).
    """

    rounds: int | None = None
    precision: float | None = PRECISION
    seconds: float | None = PATIENCE
    hurried: bool = False
    plain: float | None = None

    def reached(
        self, rounds: int, precisions: Sequence[float | None], elapsed: float, each: float, *, is_plain: bool = False
    ) -> Stopped | None:
        """Why to stop after so many rounds, or None; `each` is how many seconds one more will take.

        `precisions` has, for each round, how far the widest interval reached after it; `is_plain` if all differences
        are plain now.
        """
        if self.rounds is not None and rounds >= self.rounds:
            return "rounds"
        reach = precisions[-1] if precisions else None
        if is_plain and self.plain is not None and reach is not None and reach <= self.plain:
            return "precision"
        if self.precision is not None and len(precisions) >= _IN_A_ROW:
            last = precisions[-_IN_A_ROW:]
            if all(reach is not None and reach <= self.precision for reach in last):
                return "precision"
        if self.seconds is not None and rounds >= self._least and elapsed + each > self.seconds:
            return "time"
        return None

    def expected(self, rounds: int, elapsed: float, each: float) -> tuple[int, int | None]:
        """How many rounds there will be at least and at most, if each takes so many seconds; None: nobody knows."""
        in_time = None
        if self.seconds is not None:
            in_time = max(self._least, rounds + math.floor(max(0.0, self.seconds - elapsed) / max(each, 1e-6)))
        most = min((limit for limit in (self.rounds, in_time) if limit is not None), default=None)
        if self.precision is None and most is not None:
            return most, most
        least = max(rounds, FEWEST if self.plain is not None else FEWEST - 1 + _IN_A_ROW)
        return (least if most is None else min(least, most)), most

    @property
    def _least(self) -> int:
        return 1 if self.hurried else FEWEST


def limits(rounds: int | None, precision: float | None, seconds: float | None) -> Limits:
    """The limits for what was asked for: the usual precision where no number of rounds, the usual time where none
    of them.
    """
    if rounds is not None:
        return Limits(rounds, precision, seconds, hurried=seconds is not None)
    usual = PATIENCE if precision is None else LONG_PATIENCE
    return Limits(
        None,
        PRECISION if precision is None else precision,
        usual if seconds is None else seconds,
        hurried=seconds is not None,
        plain=PLAIN_PRECISION if precision is None else None,
    )


def seconds_for(precision: float, reach: float, took: float) -> float:
    """About how many seconds it takes until intervals reach no further than `precision`.

    They reach as far as `reach` after `took` seconds, and half as far after four times as many rounds.
    """
    return took * (reach / precision) ** 2
