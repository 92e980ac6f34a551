"""A comparison in its published shape (DESIGN section 4); what is not known is null."""

from statistics import mean, median, stdev
from typing import Any

from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.interval import CONFIDENCE
from asyncdemo.comparison.result import Comparison, Contestant, SpeedUp, Sweep
from asyncdemo.model.recording import rounded

SCHEMA = "asyncdemo.compare/1"


def to_json(compared: Comparison | Sweep) -> dict[str, Any]:
    """The document; of a sweep over several targets the contestants stand at each value."""
    first = compared.points[0]
    points = [{"parameters": dict(each.parameters), **_both(each)} for each in compared.points]
    return {
        "schema": SCHEMA,
        "baseline": first.compared_with.id,
        "seed": compared.seed,
        "rounds": compared.rounds,
        "stopped": compared.stopped,
        "precision": rounded(compared.precision),
        "machine_busy": rounded(first.busy),
        **(_both(compared) if isinstance(compared, Comparison) else {"contestants": [], "comparisons": []}),
        "warnings": [{"kind": each.kind, "message": each.said, "advice": each.advice} for each in caveats(compared)],
        "sweep": points if isinstance(compared, Sweep) else [],
    }


def _both(comparison: Comparison) -> dict[str, Any]:
    return {
        "contestants": [_contestant(contestant) for contestant in comparison.contestants],
        "comparisons": [_speedup(speedup) for speedup in comparison.speedups],
    }


def _contestant(contestant: Contestant) -> dict[str, Any]:
    times, share, waits = contestant.times, contestant.waiting_share, contestant.waits
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
        "waits": None if waits is None else waits.number,
        "waits_at_once": None if waits is None else waits.at_once,
    }


def _speedup(speedup: SpeedUp) -> dict[str, Any]:
    return {
        "id": speedup.id,
        "speedup": rounded(speedup.speedup),
        "interval": None if speedup.interval is None else [rounded(end) for end in speedup.interval],
        "confidence": CONFIDENCE,
        "verdict": speedup.verdict,
        "pairs": speedup.pairs,
        "whole_speedup": rounded(speedup.whole_speedup),
    }
