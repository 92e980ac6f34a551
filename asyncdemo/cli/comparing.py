"""Runs a comparison: the plans, the line of progress, the files that are kept."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from asyncdemo.cli.contestants import Contest
from asyncdemo.cli.planning import planned
from asyncdemo.cli.progress import say
from asyncdemo.cli.saving import comparison_files
from asyncdemo.comparison.result import Comparison, Runs, Sweep, sweep
from asyncdemo.runner.rounds import Progress, Schedule, run_rounds


def compared(who: Contest, schedule: Schedule, baseline: int, save: Sequence[Path]) -> tuple[Comparison | Sweep, float]:
    """Run a comparison and give its result, and the seconds that it took.

    The files are opened before anything runs, and written anew after each round. Raises UsageError for one that
    cannot be written, and for settings that a script does not have.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        files = comparison_files(save, stack)
        ways = zip(who.targets, who.requests, strict=True)
        plans = [stack.enter_context(planned(target, request, again_and_again=True)) for target, request in ways]
        result = run_rounds(
            dict(zip(who.keys, plans, strict=True)),
            schedule,
            partial(_assembled, who, baseline),
            tell=_tell,
            after_round=files.save,
        )
        say("")
        if result.rounds:
            files.save(result)
    return result, time.monotonic() - started


def _assembled(who: Contest, baseline: int, runs: Runs) -> Comparison | Sweep:
    if who.is_grid and who.parameter is not None:
        return sweep(runs, who.parameter, who.values, who.names, baseline)
    return Comparison(*runs, baseline, who.parameter)


def _tell(progress: Progress) -> None:
    runs = str(progress.least)
    if progress.most is None or progress.most > progress.least:
        runs += " or more" if progress.most is None else f" to {progress.most}"
    if progress.left is None:
        say(f"warming up: run {progress.run}")
        return
    least, most = progress.left
    left = f"{least:.0f}" if most is None or round(most) == round(least) else f"{least:.0f} to {most:.0f}"
    say(f"run {progress.run} of {runs}, about {left} s left")
