"""What is compared with what, and what came of it. Plain data and pure functions of it; times in seconds."""

from statistics import mean, median, stdev
from typing import Any, Literal, NamedTuple

from asyncdemo.comparison.interval import CONFIDENCE, speed_up
from asyncdemo.recording import Outcome, Run, rounded

SCHEMA = "asyncdemo.compare/1"

Verdict = Literal["faster", "slower", "no difference shown", "too few runs"]
Stopped = Literal["precision", "rounds", "time", "interrupted", "failed"]


class Contestant(NamedTuple):
    """One of those that are compared, with its runs in the order of the rounds (without the warm-up).

    `latest` is its last run of all, also if that does not count.
    """

    id: str
    runs: tuple[Run, ...]
    latest: Run

    @property
    def times(self) -> list[float]:
        """The script's own times; the whole times where those are not known."""
        return [_own_time(run) for run in self.runs]

    @property
    def whole_times(self) -> list[float]:
        """The times of the whole process, as `time` would count them."""
        return [run.seconds.total or 0.0 for run in self.runs]

    @property
    def waiting_share(self) -> float | None:
        """The part of its own time in which it used no CPU, from 0 to 1: the median of the runs."""
        shares = [share for run in self.runs if (share := run.seconds.waiting_share) is not None]
        return median(shares) if shares else None

    @property
    def outcome(self) -> Outcome:
        """How its last run ended; all before it ended as they should."""
        return self.latest.outcome


class SpeedUp(NamedTuple):
    """How many times as fast as the baseline a contestant is; the interval holds it with 95 % confidence."""

    id: str
    speedup: float | None
    interval: tuple[float, float] | None
    verdict: Verdict
    pairs: int
    whole_speedup: float | None


class Comparison(NamedTuple):
    """Several contestants, the first of them the baseline, run in rounds whose order came from `seed`."""

    contestants: tuple[Contestant, ...]
    seed: int
    stopped: Stopped

    @property
    def rounds(self) -> int:
        """How many whole rounds there were."""
        return min(len(contestant.runs) for contestant in self.contestants)

    @property
    def speedups(self) -> list[SpeedUp]:
        """Each other contestant against the baseline."""
        baseline, *others = self.contestants
        return [_speedup(baseline, other) for other in others]

    @property
    def warnings(self) -> list[str]:
        """What a person has to know before believing the result, in words."""
        runs = [run for contestant in self.contestants for run in contestant.runs]
        said = []
        if any(run.seconds.script is None for run in runs):
            said.append("not every contestant could be observed: these are the times of the whole processes")
        pythons = {f"{run.python.implementation} {run.python.version}" for run in runs}
        if len(pythons) > 1:
            said.append(f"they ran on different interpreters: {', '.join(sorted(pythons))}")
        return said

    def to_json(self) -> dict[str, Any]:
        """Give the published shape; what is not known is null."""
        return {
            "schema": SCHEMA,
            "baseline": self.contestants[0].id,
            "seed": self.seed,
            "rounds": self.rounds,
            "stopped": self.stopped,
            "contestants": [_contestant_json(contestant) for contestant in self.contestants],
            "comparisons": [_speedup_json(speedup) for speedup in self.speedups],
            "warnings": self.warnings,
            "sweep": [],
        }


def _speedup(baseline: Contestant, other: Contestant) -> SpeedUp:
    pairs = min(len(baseline.runs), len(other.runs))
    if not pairs:
        return SpeedUp(other.id, None, None, "too few runs", 0, None)
    point, interval = speed_up(baseline.times, other.times)
    whole, _ = speed_up(baseline.whole_times, other.whole_times)
    verdict: Verdict = "no difference shown"
    if interval is None:
        verdict = "too few runs"
    elif interval[0] > 1:
        verdict = "faster"
    elif interval[1] < 1:
        verdict = "slower"
    return SpeedUp(other.id, point, interval, verdict, pairs, whole)


def _own_time(run: Run) -> float:
    return (run.seconds.total if run.seconds.script is None else run.seconds.script) or 0.0


def _contestant_json(contestant: Contestant) -> dict[str, Any]:
    times, share = contestant.times, contestant.waiting_share
    run = contestant.latest
    return {
        "id": contestant.id,
        "target": run.subject.target,
        "parameters": dict(run.subject.parameters),
        "python": run.python.to_json(),
        "outcome": contestant.outcome.to_json(),
        "times": [rounded(each) for each in times],
        "whole_times": [rounded(each) for each in contestant.whole_times],
        "seconds": {
            "median": rounded(median(times)) if times else None,
            "mean": rounded(mean(times)) if times else None,
            "stddev": rounded(stdev(times)) if len(times) > 1 else None,
            "min": rounded(min(times, default=None)),
            "max": rounded(max(times, default=None)),
        },
        "cpu_share": None if share is None else rounded(1 - share),
        "waiting_share": rounded(share),
    }


def _speedup_json(speedup: SpeedUp) -> dict[str, Any]:
    return {
        "id": speedup.id,
        "speedup": rounded(speedup.speedup),
        "interval": None if speedup.interval is None else [rounded(end) for end in speedup.interval],
        "confidence": CONFIDENCE,
        "verdict": speedup.verdict,
        "pairs": speedup.pairs,
        "whole_speedup": rounded(speedup.whole_speedup),
    }
