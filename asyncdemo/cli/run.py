"""`asyncdemo run`."""

import os
import signal
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Catalogue
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.app import command_app
from asyncdemo.cli.exit_status import (
    ANY,
    EXPECTATION_FAILED,
    annotate,
    are_broken,
    exit_status,
    once_is_enough,
    rules_named,
)
from asyncdemo.cli.messages import DeadlockTeller, progress, tell, watched_for
from asyncdemo.cli.options import (
    CUMULATIVE_WHAT,
    Ascii,
    Cumulative,
    Json,
    Of,
    Python,
    Scenarios,
    Settings,
    Timeout,
    checked_timeout,
    complete_target,
    in_chapter,
    load_catalogue,
    resolved,
    seconds_of,
)
from asyncdemo.cli.planning import blocks_to_run, planned
from asyncdemo.cli.saving import Save, recording_files
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Run

app = command_app()

# The parameters of `run` that are about what is observed.
_OBSERVING = {
    *("as_json", "save", "duration", "fail_on", "thresholds"),
    *("timing", "full", "source", "timeline", "critical"),
}


class RunCommand(TyperCommand):
    """A command that keeps what stands behind `--` apart: it belongs to the script, whatever it looks like."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the script's own arguments off before the others are looked at."""
        own = args.index("--") if "--" in args else len(args)
        ctx.obj = tuple(args[own + 1 :])
        return super().parse_args(ctx, args[:own])


@app.command("run", cls=RunCommand, context_settings={"ignore_unknown_options": True})
def run(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET... [-- ARGS]",
            help="Scenarios, variants, scripts, documents (article.md, or its third block: article.md#3), or - for a "
            "script on standard input. ARGS are the script's own.",
            autocompletion=complete_target,
        ),
    ] = None,
    module: Annotated[
        str | None,
        typer.Option(
            "-m",
            metavar="MODULE",
            help="Run a module with the words after it; its own options go after --.",
        ),
    ] = None,
    run_all: Annotated[bool, typer.Option("--all", help="Run every scenario that can run here.")] = False,
    chapter: Annotated[int | None, typer.Option(metavar="N", help="Run the scenarios of this chapter.")] = None,
    output_only: Annotated[
        bool, typer.Option("--output-only", help="Run as if asyncdemo were not there: same streams, same status.")
    ] = False,
    as_json: Json = False,
    spans: Annotated[bool, typer.Option("--spans", help="With --json: every span of every task, too.")] = False,
    save: Save = None,
    timing: Annotated[bool, typer.Option("--timing", help="Show every timing.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Fold nothing, however long.")] = False,
    source: Annotated[bool | None, typer.Option("--source/--no-source", help="Show all of the code, or none.")] = None,
    critical: Annotated[
        bool, typer.Option("--critical", help="Show the critical path: the lines that decided how long it took.")
    ] = False,
    timeline: Annotated[
        bool | None, typer.Option("--timeline/--no-timeline", help="Draw what every task did, or do not.")
    ] = None,
    cumulative: Cumulative = False,
    settings: Settings = None,
    timeout: Timeout = None,
    duration: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="TIME", help="Watch a program that does not end for this long, then stop it: 30s, 2m."
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="RULES", help="Exit 3 if one of these findings is made: RULE,RULE or any."),
    ] = None,
    thresholds: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold", metavar="RULE=SECONDS", help="How long it must take before a finding counts. Repeatable."
        ),
    ] = None,
    python: Python = None,
    of: Of = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Run scenarios or your own scripts: code, output, time, findings.

    Each block of Python in a document runs in an interpreter of its own; a fragment, which needs names of an earlier
    block, is reported and skipped, which is no failure: --cumulative runs it.
    Exit status: 0 if all ended as they should, 1 if one did not, 2 for a mistake in the command, 3 for a finding of
    --fail-on, 130 after Ctrl-C.
    With --output-only the script's own; 124 after a timeout, 125 to 127 if it could not be run.
    """
    if spans and not as_json:
        raise UsageError("--spans adds to what --json prints: give both")
    if output_only:
        _refuse_what_observes(context)
    started = datetime.now(UTC)
    words = words or []
    catalogue = load_catalogue(scenarios, words if output_only and of is None else ())
    rules = rules_named(fail_on)
    request = Request(
        tuple(settings or ()),
        checked_timeout(timeout),
        python,
        watch_for=seconds_of(duration, "--for"),
        arguments=context.obj if module is None else (*words, *context.obj),
        thresholds=_thresholds(thresholds),
        cumulative=cumulative,
        folders=tuple(scenarios or ()),
        stop_at_deadlock=bool(rules & {"deadlock", ANY}),
    )
    if module is None:
        chosen = blocks_to_run(_chosen(words, catalogue, of, chapter, run_all=run_all), cumulative=cumulative)
        if cumulative and not any(target.block for target in chosen):
            raise UsageError(CUMULATIVE_WHAT)
    elif run_all or chapter is not None:
        raise UsageError("-m runs one module: leave out --all and --chapter")
    else:
        chosen = [targets.of_module(module)]
    if request.arguments and len(chosen) > 1:
        raise UsageError("arguments after -- are for one script: name only one")
    if output_only:
        raise typer.Exit(_pass_through(chosen, request))
    with ExitStack() as stack:
        files = recording_files(save or (), stack)
        if as_json:
            runs = _print_json(chosen, request, spans=spans, critical=critical)
        else:
            from asyncdemo.cli.running import show_runs

            look = {"timing": timing, "show_code": source, "full": full, "timeline": timeline, "critical": critical}
            runs = show_runs(chosen, request, catalogue, look, ascii_only=ascii_only)
        if save:
            from asyncdemo.model.recording_json import Recording

            files.save(Recording(tuple(runs), started=started.isoformat(timespec="seconds")))
    annotate(runs, os.environ)
    ended = exit_status(runs, deadlock_is_finding=request.stop_at_deadlock)
    raise typer.Exit(ended or (EXPECTATION_FAILED if are_broken(runs, rules) else 0))


def _refuse_what_observes(context: typer.Context) -> None:
    """Nothing is observed with --output-only, so nothing that needs it can be had."""
    for option in context.command.params:
        if option.name in _OBSERVING and context.params[option.name]:
            raise UsageError(f"--output-only and {option.opts[0]} exclude each other: choose one")


def _thresholds(words: list[str] | None) -> Mapping[str, float] | None:
    if not words:
        return None
    from asyncdemo.findings import thresholds_from

    return thresholds_from(words)


def _chosen(
    words: list[str], catalogue: Catalogue, of: str | None, chapter: int | None, *, run_all: bool
) -> list[Target]:
    _refuse_options(words)
    if run_all or chapter is not None:
        if words:
            raise UsageError("--all and --chapter choose the scenarios: name none")
        among = catalogue.scenarios if chapter is None else in_chapter(catalogue, chapter)
        names = [each.name for each in among if each.available]
        return resolved(names, catalogue, None)
    if words.count("-") > 1:
        raise UsageError("standard input can be read only once: name - only once")
    if not words:
        raise UsageError("run what? name a scenario or a script: asyncdemo list shows the scenarios")
    _refuse_arguments(words, catalogue, of)
    return resolved(words, catalogue, of)


def _refuse_arguments(words: list[str], catalogue: Catalogue, of: str | None) -> None:
    """Raise UsageError for words after a script that are no targets: they are its arguments, which go after --."""
    if len(words) < 2 or not words[0].lower().endswith(".py") or words[1].lower().endswith(".py"):
        return
    script = targets.resolve(words[:1], catalogue)[0]
    try:
        targets.resolve(words[1:2], catalogue, of)
    except UsageError as error:
        from shlex import join

        right = join([*words[:1], "--", *words[1:]])
        said = f"{error}; arguments of {visible(script.name)} go after --: asyncdemo run {right}"
        raise UsageError(said) from None


def _refuse_options(words: list[str]) -> None:
    """Raise UsageError for an option that is not ours: those of the script go after --."""
    first = next((index for index, word in enumerate(words) if word.startswith("-") and word != "-"), None)
    if first is None:
        return
    from shlex import join

    said = f"no such option: {words[first]!r}; arguments for the script go after --"
    right = f": asyncdemo run {join([*words[:first], '--', *words[first:]])}"
    raise UsageError(said + (right if first == 1 else ""))


def _pass_through(chosen: list[Target], request: Request) -> int:
    from asyncdemo.runner.transparent import exit_status, run_transparently

    status = 0
    for target in (each for whole in chosen for each in targets.expand(whole)):
        with planned(target, request) as plan:
            if plan.cannot is not None:
                tell(f"{visible(target.name)}: {visible(plan.cannot)}")
                status = status or plan.cannot_status
                continue
            outcome = run_transparently(plan.command, timeout=plan.timeout)
        if outcome.reason is not None:
            tell(f"{visible(target.name)}: {visible(outcome.reason)}")
        status = status or exit_status(outcome)
        if outcome.signal in (signal.SIGINT, signal.SIGTERM):
            break  # it was meant for all of them
    return status


def _print_json(chosen: list[Target], request: Request, *, spans: bool, critical: bool) -> list[Run]:
    from asyncdemo.analysis.critical_path import critical_path, shares
    from asyncdemo.analysis.wait_times import wait_times
    from asyncdemo.model.recording import SCHEMA, as_plain
    from asyncdemo.runner.observe import observe
    from asyncdemo.views.document import write_json

    runs: list[Run] = []
    for target in (each for whole in chosen for each in targets.expand(whole)):
        seconds = request.watch_for
        with planned(target, request) as plan, progress(watched_for(seconds)) if seconds else nullcontext():
            runs.append(once_is_enough(observe(plan, DeadlockTeller)))
        if runs[-1].was_interrupted:
            break
    documents = []
    for run in runs:
        waits = None if run.timeline is None else tuple(wait_times(run.timeline))
        path = None if run.timeline is None or not critical else tuple(shares(critical_path(run.timeline)))
        documents.append(run.to_json(spans=spans) | {"waits": as_plain(waits), "critical_path": as_plain(path)})
    write_json({"schema": SCHEMA, "runs": documents})
    return runs
