"""What is compared with what, and what came of it. Plain data and pure functions of it; times in seconds."""

import math
from collections.abc import Mapping
from statistics import median
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from asyncdemo.comparison.interval import speed_up
from asyncdemo.recording import Outcome, Run
from asyncdemo.waits import Waits

Verdict = Literal["faster", "slower", "no difference shown", "too few runs"]
Stopped = Literal["precision", "rounds", "time", "interrupted", "failed"]

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
        return [_own_time(run) for run in self.runs]

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
        """Whether one of them took too long, which in a sweep is not the end of the others."""
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


def _own_time(run: Run) -> float:
    return (run.seconds.total if run.seconds.script is None else run.seconds.script) or 0.0
