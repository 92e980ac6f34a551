"""What came of a comparison, in words and as a table in Markdown. A run needs nothing of it, only the other wording."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.comparison.caveats import BUSY, caveats
from asyncdemo.comparison.interval import FEWEST
from asyncdemo.comparison.result import Comparison, Contestant, Growth, SpeedUp, Stopped, Sweep, Trend, trends
from asyncdemo.comparison.stopping import PRECISION, seconds_for
from asyncdemo.views import wording
from asyncdemo.views.foreign_text import escaped

INTERVAL = "95 % interval"  # what stands in brackets
BRACKETS = f"in brackets: {INTERVAL}"  # where there is no room for it behind them
_FEW = 4  # contestants that have a sentence each
_GROWTH: dict[Growth, tuple[str, str]] = {  # how the time of one goes with a parameter, how the times of several do
    "in step": ("grows in step with {}", "grow in step with {}"),
    "more": ("grows more than {}", "grow more than {}"),
    "less": ("grows less than {}", "grow less than {}"),
    "hardly": ("hardly changes with {}", "hardly change with {}"),
    "falls": ("shrinks as {} grows", "shrink as {} grows"),
}


def interval(ends: tuple[float, float]) -> str:
    """An interval of ratios in brackets, with a digit more where its ends would look alike."""
    low, high = map(wording.digits, ends)
    if low == high:
        low, high = (wording.digits(end, more=1) for end in ends)
    return f"({low} to {high})"


def relation(speedup: SpeedUp) -> str:
    """How a contestant is against the baseline, with the interval: "9.7x as fast (9.5 to 9.9)"."""
    if speedup.speedup is None or speedup.interval is None:
        return "too few runs to tell" if speedup.pairs else "not compared"
    low, high = speedup.interval
    if speedup.verdict == "no difference shown":
        return f"no difference shown {interval((low, high))}"
    ends = (low, high) if speedup.verdict == "faster" else (1 / high, 1 / low)  # of how many times as long
    return f"{wording.times_as_fast(speedup.speedup)} {interval(ends)}"


def verdict(speedup: SpeedUp, baseline: str) -> str:
    """The same as a sentence: "async is 9.7x as fast as sync (9.5 to 9.9)"."""
    said = relation(speedup)
    if speedup.verdict not in ("faster", "slower"):
        few = f", {FEWEST} rounds at least" if speedup.pairs and speedup.verdict == "too few runs" else ""
        return f"{speedup.id} and {baseline}: {said}{few}"
    ratio, bracket, ends = said.partition(" (")
    return f"{speedup.id} {'is' if speedup.verdict == 'faster' else 'takes'} {ratio} as {baseline}{bracket}{ends}"


def growth(compared: Comparison | Sweep) -> list[str]:
    """How times go with a parameter: a sentence for each contestant, or, of many, for all that do alike."""
    found = trends(compared)
    parameter = (compared.parameter if isinstance(compared, Sweep) else compared.swept) or ""
    if found and compared.rounds < FEWEST:
        return [f"too few runs to tell how the time goes with {parameter}, {FEWEST} rounds at least"]
    if len(found) <= _FEW:
        return [f"The time of {each.id} {_goes(each, parameter)}" for each in found]
    alike = {kind: [each.id for each in found if each.kind == kind] for kind in _GROWTH}
    return [_all_go(ids, kind, parameter) for kind, ids in alike.items() if ids]


def _goes(trend: Trend, parameter: str) -> str:
    how = _GROWTH[trend.kind][0].format(parameter)
    falls = trend.kind == "falls"
    said = wording.times_as_fast(1 / trend.times) if falls else f"{wording.digits(trend.times)}x as long"
    return f"{how}: {said} at {number(trend.values)}x as much."


def _all_go(ids: Sequence[str], kind: Growth, parameter: str) -> str:
    several = len(ids) > 1
    how = _GROWTH[kind][several].format(parameter)
    return f"The time{'s' if several else ''} of {', '.join(ids)} {how}."


def why(comparison: Comparison) -> str | None:
    """Why the slowest is slow, if it is by waiting."""
    every = comparison.contestants
    if not any(each.verdict in ("faster", "slower") for each in comparison.speedups):
        return None
    times = [each.time for each in every]
    waiting = [
        None if each.time is None or each.waiting_share is None else each.time * each.waiting_share for each in every
    ]
    return wording.why_not_computing([each.id for each in every], times, waiting)


def spent(contestant: Contestant) -> tuple[str, str, str, str]:
    """How many waits there were, how many at once, the share of waiting, and the seconds of computing."""
    waits, share, time = contestant.waits, contestant.waiting_share, contestant.time
    return (
        "?" if waits is None or waits.number is None else f"{waits.number:,}",
        "?" if waits is None else f"{waits.at_once:,}",
        wording.share(share),
        wording.seconds(None if share is None or time is None else time * (1 - share)),
    )


def number(value: object) -> str:
    """A value: a number with commas between thousands, and no more digits than it has."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,}"


def number_of_rounds(number: int) -> str:
    """How many rounds there were."""
    return f"{number} round{'' if number == 1 else 's'}"


def stopping(stopped: Stopped, rounds: int) -> str | None:
    """The words for a comparison that ended before its time; None for any other."""
    if stopped == "interrupted":
        return f"interrupted after {number_of_rounds(rounds)}: this is what there is"
    return None


def left_out(compared: Comparison | Sweep) -> str | None:
    """Who was not run at which value of a sweep, and why; None if all were."""
    for point in compared.points if isinstance(compared, Sweep) else ():
        for each in point.contestants:
            if not each.runs and each.outcome.kind in ("timed-out", "not-started"):
                where = ", ".join(f"{name}={number(value)}" for name, value in point.parameters.items())
                why = each.outcome.reason or wording.outcome(each.outcome)
                return f"{each.id} at {where} {why}"
    return None


def circumstances(compared: Comparison | Sweep) -> str:
    """What a result depends on: seed, interpreters, how busy the machine was, whether the time was up."""
    pythons = [each.latest.python for point in compared.points for each in point.contestants if each.runs]
    versions = dict.fromkeys(f"{each.implementation or 'Python'} {each.version or ''}".strip() for each in pythons)
    said = [f"seed {compared.seed}", *versions]
    busy = compared.points[0].busy
    if busy is not None:
        said.append("machine busy" if busy >= BUSY else "machine quiet")
    if compared.stopped == "time":
        said.append("time was up")
    return ", ".join(said)


_LONGEST = 300  # seconds: nobody waits longer to see whether there is a difference


def narrower(compared: Comparison | Sweep, took: float | None) -> str | None:
    """How long to go on where no difference was shown and the time was up; None else. It took so many seconds."""
    unshown = any(each.verdict == "no difference shown" for point in compared.points for each in point.speedups)
    reach = compared.precision
    if took is None or reach is None or reach <= PRECISION or compared.stopped != "time" or not unshown:
        return None
    longest = min(seconds_for(PRECISION, reach, took), _LONGEST)
    longer = math.ceil(longest / 10) * 10 if longest < 60 else math.ceil(longest / 60) * 60
    to = max(PRECISION, reach * math.sqrt(took / longer))
    said = f"{longer // 60}m" if longer % 60 == 0 else f"{longer}s"
    return f"--max-time {said} would narrow it to about {to * 100:.0f} %"


def comparison_table(compared: Comparison | Sweep) -> Iterator[str]:
    """The text, part by part."""
    for point in compared.points:
        for parameter, value in point.parameters.items():
            yield f"### {escaped(f'{parameter} = {value!r}')}\n\n"
        yield from _table(point)
    said = growth(compared)
    if isinstance(compared, Comparison):
        said = [verdict(each, compared.compared_with.id) for each in compared.speedups] + said
    notes = left_out(compared), stopping(compared.stopped, compared.rounds)
    said += [note for note in notes if note is not None]
    said += [f"{caveat.said}; {caveat.advice}" for caveat in caveats(compared) if caveat.matters][:1]
    yield "".join(f"- {escaped(each)}\n" for each in said)
    rounds = number_of_rounds(compared.rounds)
    yield f"\n{rounds} in shuffled order, {escaped(circumstances(compared))}\n"


def _table(point: Comparison) -> Iterator[str]:
    against = {each.id: each for each in point.speedups}
    heading = f"against {escaped(point.compared_with.id)}, {INTERVAL}"
    yield f"| | time | {heading} | waits at once | waiting | whole process |\n"
    yield "|---|---:|---|---:|---:|---:|\n"
    for each in point.contestants:
        said = escaped(relation(against[each.id])) if each.id in against else ""
        _, at_once, waiting, _ = spent(each)
        cells = wording.seconds(each.time, 3), said, at_once, waiting, wording.seconds(each.whole_time, 3)
        yield f"| {escaped(each.id)} | {' | '.join(cells)} |\n"
    yield "\n"


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
