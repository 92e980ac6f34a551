"""Several targets, each with several values of one parameter: a comparison for each value, and what grows with it."""

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from asyncdemo.comparison.result import Comparison, Contestant, Runs, Stopped

_LITTLE = 1.2  # times as long at most: hardly more
_FLAT = 0.1  # an exponent below that is hardly any growth
_FOREVER = 700.0  # as a logarithm of seconds: more is no float
_STEP = 0.1  # an exponent that near to 1 is growth in step

Growth = Literal["falls", "hardly", "less", "in step", "more"]


class Sweep(NamedTuple):
    """The comparisons of the same contestants, one for each value of the parameter, in the order of the values."""

    parameter: str
    points: tuple[Comparison, ...]

    @property
    def values(self) -> list[Any]:
        """The values of the parameter."""
        return [point.parameters[self.parameter] for point in self.points]

    @property
    def ids(self) -> list[str]:
        """The contestants, which are the same at each value."""
        return [contestant.id for contestant in self.points[0].contestants]

    @property
    def seed(self) -> int:
        """Where the order of each round came from."""
        return self.points[0].seed

    @property
    def stopped(self) -> Stopped:
        """Why no more of it was run."""
        return self.points[0].stopped

    @property
    def rounds(self) -> int:
        """How many whole rounds there were."""
        return max(point.rounds for point in self.points)

    @property
    def timed_out(self) -> bool:
        """Whether one of them took too long at one of the values."""
        return any(point.timed_out for point in self.points)

    @property
    def precision(self) -> float | None:
        """How far the widest interval of all values reaches; None where one is missing that could be there."""
        shown = [point for point in self.points if any(each.pairs for each in point.speedups)]
        found = [point.precision for point in shown or self.points]
        return None if None in found else max(filter(None, found), default=0.0)


class Trend(NamedTuple):
    """How the time of one contestant goes with a number: so many times the number, so many times the time."""

    id: str
    kind: Growth
    values: float
    times: float
    last: float


def sweep(runs: Runs, parameter: str, values: Sequence[Any], ids: Sequence[str], baseline: int) -> Sweep:
    """Put runs together by value; the contestants are ordered by value, then as in `ids`."""
    points = []
    for index, value in enumerate(values):
        some = runs.contestants[index * len(ids) : (index + 1) * len(ids)]
        renamed = tuple(contestant._replace(id=name) for contestant, name in zip(some, ids, strict=True))
        point = Comparison(renamed, runs.seed, runs.stopped, runs.busy, baseline, parameters={parameter: value})
        points.append(point)
    return Sweep(parameter, tuple(points))


def trends(compared: Comparison | Sweep) -> list[Trend]:
    """Say of each contestant how its time goes with the parameter; of nothing that was not swept over numbers."""
    if isinstance(compared, Sweep):
        columns = zip(*(point.contestants for point in compared.points), strict=True)
        found = [_trend(each[0].id, curve(compared.values, each)) for each in columns]
    elif compared.swept is not None:
        values = [each.parameters.get(compared.swept) for each in compared.contestants]
        name = compared.contestants[0].latest.subject.target
        found = [_trend(name, curve(values, compared.contestants))]
    else:
        return []
    return [trend for trend in found if trend is not None]


def curve(values: Sequence[Any], contestants: Sequence[Contestant]) -> list[tuple[float, float]]:
    """Give pairs of value and time (seconds), from the least value on, as far as both are numbers above 0."""
    pairs = ((value, each.time) for value, each in zip(values, contestants, strict=True) if is_number(value))
    return sorted((float(value), time) for value, time in pairs if time is not None and time > 0 and value > 0)


def is_number(value: object) -> bool:
    """Whether it is a number that can stand on an axis."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def foreseen(points: Sequence[tuple[float, float]], value: float) -> float | None:
    """Say how many seconds a run will take for a greater value, if the time goes on as between the last two values.

    None if there are no two, or a value is not above the others: then nothing can be said.
    """
    known = sorted((at, seconds) for at, seconds in points if at > 0 and seconds > 0)
    if len(known) < 2 or value <= known[-1][0]:
        return None
    (before, short), (last, long) = known[-2:]
    growth = math.log(last) - math.log(before)
    if not growth:
        return None
    slope = max(0.0, (math.log(long) - math.log(short)) / growth)
    return math.exp(min(math.log(long) + slope * math.log(value / last), _FOREVER))


def _trend(name: str, points: Sequence[tuple[float, float]]) -> Trend | None:
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    (first, short), (last, long) = points[0], points[-1]
    values, times = last / first, long / short
    return Trend(name, _kind(values, times), values, times, last)


def _kind(values: float, times: float) -> Growth:
    """Judge by the exponent: time as the value to the power of it."""
    exponent = math.log(times) / math.log(values)
    if 1 / _LITTLE < times < _LITTLE or 0 <= exponent < _FLAT:
        return "hardly"
    if exponent < 0:
        return "falls"
    if abs(exponent - 1) < _STEP:
        return "in step"
    return "less" if exponent < 1 else "more"
