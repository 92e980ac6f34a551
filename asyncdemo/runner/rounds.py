"""Runs contestants in rounds, each once a round and in shuffled order, so that no drift of the machine favours one."""

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from asyncdemo.analysis.wait_times import Waits, waits
from asyncdemo.comparison.result import NO_TURN, Contestant, Runs, Stopped, foreseen
from asyncdemo.comparison.stopping import Limits
from asyncdemo.model.recording import Run
from asyncdemo.runner.host import host
from asyncdemo.runner.observe import not_started, observe
from asyncdemo.runner.plan import Plan

_LEAST_MEASURED = 0.1  # seconds of load that can be told: the system counts in hundredths


class Schedule(NamedTuple):
    """What the order of each round comes from, when there are enough, and whether the traced runs are kept.

    `steps` has, of a sweep over several targets, the target and the value of each plan, from the least value on.
    """

    seed: int
    limits: Limits
    keep_traces: bool = False
    steps: Sequence[tuple[int, float]] = ()


class Progress(NamedTuple):
    """Which run begins, of how many at least and at most (None: nobody knows), and the seconds left for these.

    `left` is None before the warm-up is over.
    """

    run: int
    least: int
    most: int | None
    left: tuple[float, float | None] | None


class Measured(Protocol):
    """What is made of the runs."""

    @property
    def precision(self) -> float | None:
        """How far the widest interval reaches to either side; None where one is missing."""

    @property
    def is_plain(self) -> bool:
        """True if all are several times as fast, or as slow, as what they are compared with."""


Result = TypeVar("Result", bound=Measured)


def run_rounds(
    plans: Mapping[str, Plan],
    schedule: Schedule,
    assemble: Callable[[Runs], Result],
    *,
    tell: Callable[[Progress], None],
    after_round: Callable[[Result], None],
) -> Result:
    """Run a warm-up and then rounds of all plans, by their names, until there are enough.

    `assemble` makes of the runs what is given back; after each round `after_round` gets it too. The warm-up is traced,
    the others are not. Ends early where a run does not end as it should, or at Ctrl-C; the result says so. The runs
    of a round that was not finished do not count.
    """
    rounds = _Rounds(plans, schedule, tell)
    try:
        stopped = rounds.warm_up()
        while stopped is None:
            stopped = rounds.go_round()
            if stopped is None:
                result = assemble(rounds.runs("interrupted"))  # which it is, if this is the last that is heard of it
                after_round(result)
                stopped = rounds.enough(result)
    except KeyboardInterrupt:
        stopped = "interrupted"
    return assemble(rounds.runs(stopped))


class _Rounds:
    """What was run up to now."""

    def __init__(self, plans: Mapping[str, Plan], schedule: Schedule, tell: Callable[[Progress], None]) -> None:
        self._names, self._plans = list(plans), list(plans.values())
        self._schedule, self._tell = schedule, tell
        self._order = random.Random(schedule.seed)
        self._left_out: set[int] = set()
        self._finished: list[list[Run]] = []
        self._latest: list[Run] = []
        self._waits: dict[int, Waits | None] = {}
        self._traced: dict[int, Run] = {}
        self._printed: list[set[int]] = [set() for _ in self._plans]
        self._first_printed: dict[int, int] = {}
        self._precisions: list[float | None] = []
        self._started = time.monotonic()
        self._warm = 0.0  # seconds that the warm-up took
        self._load: _Load | None = None

    def warm_up(self) -> Stopped | None:
        """Run each once, traced, in order; say why to stop, or None. Nothing is run if one of them cannot be."""
        self._latest = [not_started(plan, plan.cannot or NO_TURN) for plan in self._plans]
        if any(plan.cannot for plan in self._plans):
            return "failed"
        for turn, plan in enumerate(self._plans):
            self._tell(Progress(turn + 1, *self._in_all(), left=None))
            too_long = self._too_long(turn)
            if too_long is not None:
                self._leave_out(turn, not_started(plan, too_long))
                continue
            run = observe(plan)
            self._latest[turn] = run._replace(output=(), timeline=None, findings=None)
            if not run.ok:
                if run.outcome.kind != "timed-out" or not self._schedule.steps:
                    return "interrupted" if run.was_interrupted else "failed"
                self._leave_out(turn, self._latest[turn])
                continue
            self._waits[turn] = waits(run)
            self._first_printed[turn] = _printed(run, "stdout")
            if self._schedule.keep_traces:
                self._traced[turn] = run
        self._warm = time.monotonic() - self._started
        self._load = _Load()
        return None if len(self._left_out) < len(self._plans) else "failed"

    def go_round(self) -> Stopped | None:
        """Run each once, untraced, in shuffled order; say why to stop, or None."""
        turns = [turn for turn in range(len(self._plans)) if turn not in self._left_out]
        self._order.shuffle(turns)
        for done, turn in enumerate(turns):
            self._tell(self._progress(done, len(turns)))
            run = observe(self._plans[turn]._replace(times_only=True))
            self._printed[turn].add(_printed(run, None))
            self._latest[turn] = run._replace(output=())
            if not run.ok:
                return "interrupted" if run.was_interrupted else "failed"
        self._finished.append(self._latest[:])
        return None

    def enough(self, result: Measured) -> Stopped | None:
        """Why these rounds are enough, or None; `result` is what was made of them."""
        self._precisions.append(result.precision)
        rounds, limits = len(self._finished), self._schedule.limits
        return limits.reached(rounds, self._precisions, self._elapsed(), self._each(), is_plain=result.is_plain)

    def runs(self, stopped: Stopped) -> Runs:
        """All that was run."""
        finished = self._finished
        turns = [turn for turn in range(len(self._plans)) if turn not in self._left_out]
        if any(each[turn].seconds.script is None for each in finished for turn in turns):
            # one clock for all: where a script's own time is not known, nobody's is compared
            finished = [[run._replace(seconds=run.seconds._replace(script=None)) for run in each] for each in finished]
        contestants = tuple(
            Contestant(
                name,
                () if turn in self._left_out else tuple(each[turn] for each in finished),
                self._latest[turn],
                self._waits.get(turn),
                self._traced.get(turn),
                self._first_printed.get(turn) if len(self._printed[turn]) == 1 else None,
            )
            for turn, name in enumerate(self._names)
        )
        return Runs(contestants, self._schedule.seed, stopped, None if self._load is None else self._load.of_others())

    def _leave_out(self, turn: int, run: Run) -> None:
        self._left_out.add(turn)
        self._latest[turn] = run

    def _too_long(self, turn: int) -> str | None:
        """Why a run would not end in time, judged by smaller values of a sweep; None if unknown."""
        timeout = self._plans[turn].timeout
        if not self._schedule.steps or timeout is None:
            return None
        target, value = self._schedule.steps[turn]
        known = [
            (at, self._latest[other].seconds.script or self._latest[other].seconds.total or 0.0)
            for other, (of, at) in enumerate(self._schedule.steps[:turn])
            if of == target and self._latest[other].ok
        ]
        seconds = foreseen(known, value)
        if seconds is None or seconds <= timeout:
            return None
        return f"was left out: it would take about {seconds:.0f} s, and --timeout is {timeout:g}"

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _each(self) -> float:
        """How many seconds a round takes."""
        rounds = len(self._finished)
        return (self._elapsed() - self._warm) / rounds if rounds else self._warm

    def _in_all(self) -> tuple[int, int | None]:
        """How many runs there will be at least and at most, with those of the warm-up."""
        contestants = len(self._plans) - len(self._left_out)
        rounds, elapsed, each = len(self._finished), self._elapsed(), self._each()
        least, most = self._schedule.limits.expected(rounds, elapsed, each)
        if not self._warm:
            most = self._schedule.limits.rounds
        return (least + 1) * contestants, None if most is None else (most + 1) * contestants

    def _progress(self, done: int, of: int) -> Progress:
        run = (len(self._finished) + 1) * of + done
        least, most = (None if runs is None else max(runs, run + 1) for runs in self._in_all())
        assert least is not None
        each = self._each() / of
        left = each * (least - run), None if most is None else each * (most - run)
        return Progress(run + 1, least, most, left)


def _printed(run: Run, stream: str | None) -> int:
    """Stand for what a run printed (None: on both streams), whatever the order of its lines.

    A staged copy lies in another folder each time it is made: what it is called does not count.
    """
    text = "".join(output.text for output in run.output if stream in (None, output.stream))
    if run.subject.ran is not None:
        text = text.replace(run.subject.ran, "")
    return sum(map(hash, text.splitlines())) + run.output_dropped


class _Load:
    """How busy the machine has been with other programs since this was made."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._busy, self._own = host.busy_seconds(), _own_seconds()

    def of_others(self) -> float | None:
        """The part of all processors, from 0 to 1, that other programs have used; None where that is not known."""
        elapsed, busy = time.monotonic() - self._started, host.busy_seconds()
        if busy is None or self._busy is None or elapsed < _LEAST_MEASURED:
            return None
        others = busy - self._busy - (_own_seconds() - self._own)
        return min(1.0, max(0.0, others / elapsed / (os.cpu_count() or 1)))


def _own_seconds() -> float:
    """Of the tool, and of all children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
