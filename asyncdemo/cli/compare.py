"""`asyncdemo compare`."""

import random
import sys
import time
from contextlib import ExitStack
from typing import Annotated

import typer

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.targets import Target
from asyncdemo.cli.app import command_app
from asyncdemo.cli.blocks import blocks_to_run
from asyncdemo.cli.completion import complete_target
from asyncdemo.cli.options import (
    Ascii,
    Json,
    Of,
    Python,
    Scenarios,
    Settings,
    Timeout,
    checked_timeout,
    load_catalogue,
    resolved,
)
from asyncdemo.cli.planning import Request, planned
from asyncdemo.cli.progress import say
from asyncdemo.comparison import FEWEST, Comparison
from asyncdemo.errors import UsageError
from asyncdemo.runner.rounds import run_rounds

app = command_app()

MOST = 10  # contestants


@app.command("compare")
def compare(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="A B...",
            help="Variants, scenarios, scripts or blocks (article.md#1). The first is the baseline.",
            autocompletion=complete_target,
        ),
    ],
    runs: Annotated[int, typer.Option(metavar="N", help="How many rounds.")] = FEWEST,
    seed: Annotated[int | None, typer.Option(metavar="SEED", help="What the order in each round comes from.")] = None,
    as_json: Json = False,
    settings: Settings = None,
    timeout: Timeout = None,
    python: Python = None,
    of: Of = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Compare how fast two or more do their work: rounds in shuffled order, the median, and its 95 % interval.

    Exit status: 0 if all runs ended as they should, 1 if one did not, 2 for a mistake in the command, 130 after
    Ctrl-C.
    """
    if runs < 1:
        raise UsageError(f"--runs is {runs}; give the number of rounds, {FEWEST} or more for an interval")
    chosen = _contestants(resolved(words, load_catalogue(scenarios), of))
    request = Request(tuple(settings or ()), checked_timeout(timeout), python)
    started = time.monotonic()
    with ExitStack() as plans:
        comparison = run_rounds(
            [plans.enter_context(planned(target, request, times_only=True)) for target in chosen],
            rounds=runs,
            seed=random.randrange(10_000) if seed is None else seed,
            tell=lambda done, all_: _tell(done, all_, time.monotonic() - started),
        )
    say("")
    _show(comparison, chosen, time.monotonic() - started, as_json=as_json, ascii_only=ascii_only)
    raise typer.Exit({"failed": 1, "interrupted": 130}.get(comparison.stopped, 0))


def _contestants(chosen: list[Target]) -> list[Target]:
    """The targets themselves; of one scenario with variants, or one document, all that can run."""
    if len(chosen) == 1:
        chosen = targets.expand(chosen[0]) if chosen[0].document is None else chosen
    chosen = blocks_to_run(chosen, cumulative=False)
    for target in chosen:
        if target.scenario is not None and target.script is None:
            raise UsageError(f"{target.name} has variants; compare {target.name} alone, or name the ones that you mean")
        if target.is_stdin:
            raise UsageError("standard input can be read only once; write the script to a file to compare it")
    if len(chosen) < 2:
        raise UsageError(f"comparing takes two at least; name another one besides {chosen[0].name}")
    if len(chosen) > MOST:
        raise UsageError(f"{len(chosen)} are too many to compare; name {MOST} at most")
    names = [target.name for target in chosen]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is named twice; compare it with something else")
    return chosen


def _tell(done: int, all_: int, took: float) -> None:
    left = f", about {took / done * (all_ - done):.0f} s left" if done else ""
    say(f"run {done + 1} of {all_}{left}")


def _show(comparison: Comparison, chosen: list[Target], took: float, *, as_json: bool, ascii_only: bool) -> None:
    if as_json:
        from asyncdemo.views.document import write_json

        write_json(comparison.to_json())
        return
    from asyncdemo.views.terminal.compare import write_comparison
    from asyncdemo.views.terminal.page import standard_page

    scenario = chosen[0].scenario
    together = scenario is not None and all(target.scenario == scenario for target in chosen)
    title, summary = (scenario.name, scenario.summary) if together and scenario else ("compare", "")
    sys.stdout.flush()
    write_comparison(standard_page(ascii_only=ascii_only), comparison, title=title, summary=summary, took=took)
