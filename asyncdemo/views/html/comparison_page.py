"""A comparison as a page: bars with the time of each run, what came of it and why, and the traced runs if kept."""

from collections.abc import Iterator
from typing import Any

from asyncdemo import __version__
from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Comparison, Contestant, Sweep
from asyncdemo.views import verdicts, wording
from asyncdemo.views.foreign_text import shortened, shown
from asyncdemo.views.html.run_page import made_with, page, runs_data
from asyncdemo.views.wording import microseconds

_TIMES = 200  # dots of a bar


def comparison_page(compared: Comparison | Sweep) -> Iterator[str]:
    """The text of the page, part by part; of a sweep the runs at the greatest value."""
    names = [each.id for each in compared.points[0].contestants]
    title = shortened(" and ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more", 100)
    runs = [each.traced for each in compared.points[-1].contestants if each.traced is not None]
    data = {"title": title, "made": made_with(__version__), "comparison": _data(compared), "runs": runs_data(runs)}
    return page(title, data)


def _data(compared: Comparison | Sweep) -> dict[str, Any]:
    notes = verdicts.stopping(compared.stopped, compared.rounds), verdicts.left_out(compared)
    sentence = verdicts.why(compared) if isinstance(compared, Comparison) else None
    return {
        "points": [_point(point) for point in compared.points],
        "growth": [shown(said) for said in verdicts.growth(compared)],
        "sentence": None if sentence is None else shown(sentence),
        "notes": [shown(note) for note in notes if note is not None],
        "doubts": [[shown(caveat.said), caveat.advice] for caveat in caveats(compared) if caveat.matters],
        "circumstances": f"{compared.rounds} rounds in shuffled order, {shown(verdicts.circumstances(compared))}",
    }


def _point(point: Comparison) -> dict[str, Any]:
    baseline = point.compared_with.id
    values = [f"{name} = {verdicts.number(value)}" for name, value in point.parameters.items()]
    return {
        "title": shown(", ".join(values)),
        "verdicts": [[shown(verdicts.verdict(each, baseline)), each.verdict] for each in point.speedups],
        "baseline": shown(baseline),
        "rows": [_row(point, each) for each in point.contestants],
    }


def _row(point: Comparison, contestant: Contestant) -> dict[str, Any]:
    against = next((each for each in point.speedups if each.id == contestant.id), None)
    return {
        "id": shown(contestant.id),
        "time": None if contestant.time is None else microseconds(contestant.time),
        "times": [microseconds(time) for time in contestant.times[:_TIMES]],
        "said": wording.seconds(contestant.time, 3),
        "relation": "" if against is None else shown(verdicts.relation(against)),
        "verdict": "" if against is None else against.verdict,
        "cells": _cells(contestant, None if against is None else against.whole_speedup),
    }


def _cells(contestant: Contestant, whole_speedup: float | None) -> list[str]:
    """How many waits, how many at once, the share of waiting, the seconds of computing, and the whole time."""
    waits, share, time = contestant.waits, contestant.waiting_share, contestant.time
    whole = sorted(contestant.whole_times)[len(contestant.runs) // 2] if contestant.runs else None
    return [
        "?" if waits is None or waits.number is None else f"{waits.number:,}",
        "?" if waits is None else f"{waits.at_once:,}",
        wording.share(share),
        wording.seconds(None if share is None or time is None else time * (1 - share)),
        ", ".join(filter(None, (wording.seconds(whole), wording.times_as_fast(whole_speedup)))),
    ]
