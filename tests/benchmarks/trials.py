"""Many small comparisons of scripts whose true relation is known: `make trust` judges rules by them.

They are made by the product itself: its rounds, its order, its clock.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from asyncdemo.comparison import Comparison, Runs
from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.stopping import Limits
from asyncdemo.model.recording import Subject
from asyncdemo.runner.plan import Plan
from asyncdemo.runner.rounds import Progress, Schedule, run_rounds

ROUNDS = 10
HOGS = 2


class Trial(NamedTuple):
    """The scripts' own times in seconds by name, and what the comparison says beside them.

    `interval` is that of the first two; `busy` is how busy others kept the machine; `warnings` are of these kinds,
    each with whether it changes the verdict.
    """

    times: dict[str, list[float]]
    interval: tuple[float, float] | None
    busy: float | None
    warnings: dict[str, bool]

    def pair(self, one: str, two: str) -> tuple[list[float], list[float]]:
        """The times of two of the scripts, in the order of the rounds."""
        return self.times[one], self.times[two]


@contextmanager
def waiting_hogs(number: int = HOGS) -> Iterator[list[int]]:
    """Give the ids of processes that will compute all the time as soon as they are let go, and end them afterwards."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        for hog in hogs:
            hog.send_signal(signal.SIGSTOP)
        yield [hog.pid for hog in hogs]
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def let_go(hogs: Sequence[int]) -> None:
    """Have them begin."""
    for hog in hogs:
        os.kill(hog, signal.SIGCONT)


def trials(folder: Path, names: Sequence[str], number: int, *, hogged: bool = False, at_once: int = 1) -> list[Trial]:
    """Compare the scripts so many times, in ten rounds each; where it is to be `hogged`, from the middle on."""
    with ProcessPoolExecutor(at_once, get_context("spawn")) as pool, ThreadPoolExecutor(at_once) as threads:

        def made(seed: int) -> Trial:
            # by us and not by the process that runs the trial: the tool ends whatever it finds below itself
            with waiting_hogs(HOGS if hogged else 0) as hogs:
                return pool.submit(_trial, folder, names, seed, hogs).result()

        return list(threads.map(made, range(number)))


def _trial(folder: Path, names: Sequence[str], seed: int, hogs: Sequence[int]) -> Trial:
    plans = {name: _plan(folder / name) for name in names}

    def after_round(comparison: Comparison) -> None:
        if comparison.rounds == ROUNDS // 2:
            let_go(hogs)

    limits = Limits(rounds=ROUNDS, precision=None, seconds=None)
    done = run_rounds(plans, Schedule(seed, limits), _compared, tell=_silently, after_round=after_round)
    times = {each.id: each.times for each in done.contestants}
    warnings = {str(caveat.kind): caveat.matters for caveat in caveats(done)}
    return Trial(times, done.speedups[0].interval, done.busy, warnings)


def _compared(runs: Runs) -> Comparison:
    return Comparison(*runs)


def _silently(_: Progress) -> None:
    pass


def _plan(script: Path) -> Plan:
    subject = Subject(script.name, path=str(script), source=script.read_text())
    return Plan(subject, (sys.executable, str(script)), without_input=True)
