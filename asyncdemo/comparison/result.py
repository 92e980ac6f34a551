"""What is compared with what, and what came of it: at one value of a parameter, or in a sweep over several.

Plain data and pure functions of it; times in seconds.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from asyncdemo.analysis.wait_times import Waits
from asyncdemo.comparison.interval import speed_up
from asyncdemo.model.recording import Outcome, Run

Verdict = Literal["faster", "slower", "no difference shown", "too few runs"]
Stopped = Literal["precision", "rounds", "time", "interrupted", "failed"]

_PLAIN = 3.0  # times as fast: nobody cares about the second digit then
COMMON = 0.00025  # seconds of a run that may be none of the script's doing: a timer that is late, the interpreter's end
NO_TURN = "its turn did not come"  # why one was not started after another had failed


class Contestant(NamedTuple):
    """One of those that are compared, with its runs in the order of the rounds (without the warm-up).

    `latest` is its last run of all, also if that does not count. The warm-up is traced: `waits` are those of it,
    `traced` is the run itself where it was kept. `printed` stands for what it printed, whatever the order of the
    lines; None where that was not the same each time.
    """

    id: str
    runs: tuple[Run, ...]
    latest: Run
    waits: Waits | None = None
    traced: Run | None = None
    printed: int | None = None

    @property
    def times(self) -> list[float]:
        """The script's own times; the whole times where those are not known."""
        every = (run.seconds for run in self.runs)
        return [(each.total if each.own is None else each.own) or 0.0 for each in every]

    @property
    def whole_times(self) -> list[float]:
        """The times of the whole process, as `time` would count them."""
        return [run.seconds.total or 0.0 for run in self.runs]

    @property
    def time(self) -> float | None:
        """The median of its times; None if it has none."""
        return median(self.times) if self.runs else None

    @property
    def whole_time(self) -> float | None:
        """The median of its whole times; None if it has none."""
        return median(self.whole_times) if self.runs else None

    @property
    def waiting_share(self) -> float | None:
        """The part of its own time in which it used no CPU, from 0 to 1: the median of the runs."""
        shares = [share for run in self.runs if (share := run.seconds.waiting_share) is not None]
        return median(shares) if shares else None

    @property
    def outcome(self) -> Outcome:
        """How its last run ended; all before it ended as they should."""
        return self.latest.outcome

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the script that it runs."""
        return self.latest.subject.parameters


class SpeedUp(NamedTuple):
    """How many times as fast as the baseline a contestant is; the interval holds it with 95 % confidence.

    `reach` is how far the interval reaches to either side of its middle as far as more rounds can narrow it: 0.03 is
    3 %. It is half of the width in logarithms, from 1 / 1.03 to 1.03 times the middle.
    """

    id: str
    speedup: float | None
    interval: tuple[float, float] | None
    verdict: Verdict
    pairs: int
    whole_speedup: float | None
    reach: float | None

    @property
    def is_plain(self) -> bool:
        """True if all of the interval is several times as fast, or as slow."""
        return self.interval is not None and (self.interval[0] >= _PLAIN or self.interval[1] <= 1 / _PLAIN)


class Runs(NamedTuple):
    """All that was run: the contestants in the order in which they were named, and why no more of it.

    `seed` is where the order of each round came from. `busy` is the part of the processors, from 0 to 1, that other
    programs used meanwhile; None where that is not known.
    """

    contestants: tuple[Contestant, ...]
    seed: int
    stopped: Stopped
    busy: float | None = None


class Comparison(NamedTuple):
    """Several contestants that were run in rounds, compared with one of them, the baseline.

    `swept` is the parameter in which they differ, if they are one target with several of its values; `parameters`
    are those that a sweep has set for all of them.
    """

    contestants: tuple[Contestant, ...]
    seed: int
    stopped: Stopped
    busy: float | None = None
    baseline: int = 0
    swept: str | None = None
    parameters: Mapping[str, Any] = MappingProxyType({})

    @property
    def points(self) -> "tuple[Comparison, ...]":
        """Itself: as a sweep has a comparison for each value."""
        return (self,)

    @property
    def rounds(self) -> int:
        """How many whole rounds there were."""
        return max(len(contestant.runs) for contestant in self.contestants)

    @property
    def timed_out(self) -> bool:
        """True if one of them took too long, which in a sweep is not the end of the others."""
        return any(each.outcome.kind == "timed-out" for each in self.contestants)

    @property
    def compared_with(self) -> Contestant:
        """The baseline."""
        return self.contestants[self.baseline]

    @property
    def speedups(self) -> list[SpeedUp]:
        """Each other contestant against the baseline."""
        others = (each for index, each in enumerate(self.contestants) if index != self.baseline)
        return [_speedup(self.compared_with, other) for other in others]

    @property
    def precision(self) -> float | None:
        """How far the widest interval reaches to either side; None where one is missing."""
        reaches = [each.reach for each in self.speedups if each.pairs or not self.rounds]
        known = [reach for reach in reaches if reach is not None]
        return max(known) if known and len(known) == len(reaches) else None

    @property
    def is_plain(self) -> bool:
        """True if each is several times as fast, or as slow, as the baseline."""
        return all(each.is_plain for each in self.speedups)

    @property
    def failed(self) -> list[Contestant]:
        """Who did not end as it should: if any was started, one of those; none that just had no turn after that."""
        failed = [each for each in self.contestants if not each.latest.ok and each.outcome.reason != NO_TURN]
        return [each for each in failed if each.outcome.kind != "not-started"] or failed


def _speedup(baseline: Contestant, other: Contestant) -> SpeedUp:
    pairs = min(len(baseline.runs), len(other.runs))
    if not pairs:
        return SpeedUp(other.id, None, None, "too few runs", 0, None, None)
    point, of_rounds = speed_up(baseline.times, other.times)
    _, interval = speed_up(baseline.times, other.times, COMMON)
    whole, _ = speed_up(baseline.whole_times, other.whole_times)
    verdict: Verdict = "no difference shown"
    if interval is None:
        verdict = "too few runs"
    elif interval[0] > 1:
        verdict = "faster"
    elif interval[1] < 1:
        verdict = "slower"
    reach = None if of_rounds is None else math.sqrt(of_rounds[1] / of_rounds[0]) - 1
    return SpeedUp(other.id, point, interval, verdict, pairs, whole, reach)


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
        """True if one of them took too long at one of the values."""
        return any(point.timed_out for point in self.points)

    @property
    def precision(self) -> float | None:
        """How far the widest interval of all values reaches; None where one is missing that could be there."""
        shown = [point for point in self.points if any(each.pairs for each in point.speedups)]
        found = [point.precision for point in shown or self.points]
        return None if None in found else max(filter(None, found), default=0.0)

    @property
    def is_plain(self) -> bool:
        """True if that holds at each of the values."""
        return all(point.is_plain for point in self.points)


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
    """How the time of each contestant goes with the parameter; none for what was not swept over numbers."""
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
    """Pairs of value and time (seconds), from the least value on, as far as both are numbers above 0."""
    pairs = ((value, each.time) for value, each in zip(values, contestants, strict=True) if is_number(value))
    return sorted((float(value), time) for value, time in pairs if time is not None and time > 0 and value > 0)


def is_number(value: object) -> bool:
    """True if it is a number that can stand on an axis."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def foreseen(points: Sequence[tuple[float, float]], value: float) -> float | None:
    """How many seconds a run will take for a greater value, if the time goes on as between the last two values.

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
