"""`asyncdemo compare`."""

import math
import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.targets import Request
from asyncdemo.cli.app import command_app
from asyncdemo.cli.contestants import Contest, baseline_of, contest, titled
from asyncdemo.cli.exit_status import EXPECTATION_FAILED
from asyncdemo.cli.messages import say
from asyncdemo.cli.option_values import checked_timeout, load_catalogue, percent_of, seconds_of
from asyncdemo.cli.options import Ascii, Json, Of, Scenarios, Settings, Timeout, complete_target
from asyncdemo.cli.planning import blocks_to_run, planned
from asyncdemo.cli.saving import comparison_files
from asyncdemo.comparison import FEWEST
from asyncdemo.comparison.result import Comparison, Runs, Sweep, sweep
from asyncdemo.comparison.stopping import Limits, limits
from asyncdemo.errors import UsageError
from asyncdemo.runner.rounds import Progress, Schedule, run_rounds


def compared(who: Contest, schedule: Schedule, baseline: int, save: Sequence[Path]) -> tuple[Comparison | Sweep, float]:
    """Run a comparison and give its result, and the seconds that it took.

    The files are tried before anything runs, and written anew after each round. Raises UsageError for one that
    cannot be written, and for settings that a script does not have.
    """
    started, files = time.monotonic(), comparison_files(save)
    with ExitStack() as stack:
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


app = command_app()


@app.command("compare")
def compare(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="A B...",
            help="Two to ten variants, scenarios, scripts or blocks (article.md#1). The first is the baseline.",
            autocompletion=complete_target,
        ),
    ] = None,
    modules: Annotated[
        list[str] | None, typer.Option("-m", metavar="MODULE", help="Also compare a module. Repeatable.")
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=V,V", help="Run each target with several values; a single target is compared with itself."
        ),
    ] = None,
    python: Annotated[
        list[str] | None,
        typer.Option(metavar="EXE", help="The interpreter, a path or a version. Repeatable if there is one target."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="ID", help="What the others are compared with. Default: the first.")
    ] = None,
    runs: Annotated[int | None, typer.Option(metavar="N", help="Run exactly this many rounds.")] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT", help="Continue until no interval reaches further than this to either side. Default: 3%."
        ),
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Stop after this long: 20s, 2m. Default: 8s, but at least six rounds; 5m with --precision.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="SEED", help="Seed for the random order of each round.")] = None,
    min_speedup: Annotated[
        float | None,
        typer.Option(metavar="X", help="Exit with 3 unless each interval starts at X or above."),
    ] = None,
    save: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Save the result as .json, .md, .html, .svg or .trace.json. Repeatable.",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show everything, and draw what each did in one run.")] = False,
    as_json: Json = False,
    settings: Settings = None,
    timeout: Timeout = None,
    of: Of = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Compare how long programs take, and how sure that is.

    After a warm-up, each runs once a round, in shuffled order, for at least six rounds, until the 95% confidence
    intervals are narrow enough or the time is up.

    Exit status: 0 if every run ended as it should, 1 if one did not, 2 for a usage error, 3 if --min-speedup was not
    reached, 130 after Ctrl-C.
    """
    enough = _limits(runs, precision, max_time)
    if min_speedup is not None and not 0 < min_speedup < math.inf:
        raise UsageError(f"--min-speedup is {min_speedup:g}; give a number above 0, for example 2")
    named = targets.resolve(words or [], load_catalogue(scenarios), of) + [
        targets.of_module(each) for each in modules or ()
    ]
    chosen = blocks_to_run(named, cumulative=None)
    request = Request(tuple(settings or ()), checked_timeout(timeout))
    who = contest(chosen, request, python or (), sweep)
    schedule = Schedule(
        random.randrange(10_000) if seed is None else seed,
        enough,
        keep_traces=bool(save) or (full and not as_json),
        steps=who.steps,
    )
    result, took = compared(who, schedule, baseline_of(who.names, baseline), save or ())
    if as_json:
        from asyncdemo.comparison.compare_json import to_json
        from asyncdemo.views.document import write_json

        write_json(to_json(result))
    else:
        from asyncdemo.views.next_steps import options_again
        from asyncdemo.views.terminal.comparison_view import write_comparison
        from asyncdemo.views.terminal.page import standard_page

        sys.stdout.flush()
        title, summary = titled(who.targets)
        page = standard_page(ascii_only=ascii_only)
        only = python[0] if python is not None and len(python) == 1 else None
        options = options_again(request._replace(python=only, folders=tuple(scenarios or ())))
        write_comparison(page, result, title=title, summary=summary, took=took, full=full, options=options)
    status = {"failed": 1, "interrupted": 130}.get(result.stopped, int(result.timed_out))
    if not status and min_speedup is not None:
        from asyncdemo.cli.exit_status import too_slow

        status = EXPECTATION_FAILED if too_slow(result, min_speedup) else 0
    raise typer.Exit(status)


def _limits(runs: int | None, precision: str | None, max_time: str | None) -> Limits:
    if runs is not None and runs < 1:
        raise UsageError(f"--runs is {runs}; give the number of rounds, {FEWEST} or more for an interval")
    return limits(runs, percent_of(precision, "--precision"), seconds_of(max_time, "--max-time"))
