"""What `run` does with what it was asked for. Without Typer: see plain_words."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Catalogue
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.messages import tell
from asyncdemo.cli.option_values import (
    CUMULATIVE_WHAT,
    checked_timeout,
    load_catalogue,
    load_named,
    seconds_of,
)
from asyncdemo.cli.planning import blocks_to_run, planned
from asyncdemo.errors import UsageError

if TYPE_CHECKING:
    from asyncdemo.analysis.wait_times import Order
    from asyncdemo.model.recording import Run


class RunOptions(NamedTuple):
    """What was asked for, by the names of the options of `run` (cli/run.py has what each means)."""

    words: tuple[str, ...] = ()
    module: str | None = None
    run_all: bool = False
    chapter: int | None = None
    output_only: bool = False
    as_json: bool = False
    spans: bool = False
    save: tuple[Path, ...] = ()
    title: str | None = None
    timing: bool = False
    full: bool = False
    source: bool | None = None
    critical: bool = False
    timeline: bool | None = None
    sort: str | None = None
    cumulative: bool = False
    settings: tuple[str, ...] = ()
    timeout: float | None = None
    duration: str | None = None
    fail_on: str | None = None
    thresholds: tuple[str, ...] = ()
    python: str | None = None
    of: str | None = None
    scenarios: tuple[str, ...] = ()
    children: bool = False
    ascii_only: bool = False
    arguments: tuple[str, ...] = ()


def run_targets(asked: RunOptions) -> int:
    """Run them, show them and save them: the exit status. Raises UsageError, ToolError."""
    if asked.spans and not asked.as_json:
        raise UsageError("--spans adds to what --json prints: give both")
    if asked.output_only:
        _refuse_with_output_only(asked)
    order = None if asked.sort is None else _order(asked.sort)
    request = _request(asked)
    chosen = _targets(asked)
    if request.arguments and len(chosen) > 1:
        raise UsageError("arguments after -- are for one script: name only one")
    return _pass_through(chosen, request) if asked.output_only else _observed(asked, chosen, request, order)


def _request(asked: RunOptions) -> Request:
    request = Request(
        asked.settings,
        checked_timeout(asked.timeout),
        asked.python,
        seconds_of(asked.duration, "--for"),
        asked.arguments if asked.module is None else (*asked.words, *asked.arguments),
        cumulative=asked.cumulative,
        folders=asked.scenarios,
        children=asked.children,
        stop_at_deadlock=bool(_rules(asked) & {"deadlock", "any"}),
    )
    if asked.thresholds:
        from asyncdemo.findings import thresholds_from

        request = request._replace(thresholds=thresholds_from(asked.thresholds))
    return request


def _rules(asked: RunOptions) -> frozenset[str]:
    if asked.fail_on is None:
        return frozenset()
    from asyncdemo.cli.exit_status import rules_named

    return rules_named(asked.fail_on)


def _refuse_with_output_only(asked: RunOptions) -> None:
    """Nothing is observed with --output-only, so nothing that needs it can be had."""
    made: dict[str, object] = {
        "--json": asked.as_json,
        "--save": asked.save or None,
        "--for": asked.duration,
        "--fail-on": asked.fail_on,
        "--threshold": asked.thresholds or None,
        "--children": asked.children,
    }
    look: dict[str, object] = {
        "--timing": asked.timing,
        "--full": asked.full,
        "--source": asked.source,
        "--timeline": asked.timeline,
        "--critical": asked.critical,
        "--sort": asked.sort,
    }
    given = [name for name, value in {**made, **look}.items() if value not in (None, False)]
    if given:
        raise UsageError(f"--output-only and {given[0]} exclude each other: choose one")


def _targets(asked: RunOptions) -> list[Target]:
    """What is to be run, with the blocks in the place of each whole document."""
    if asked.module is not None:
        if asked.run_all or asked.chapter is not None:
            raise UsageError("-m runs one module: leave out --all and --chapter")
        return [targets.of_module(asked.module)]
    chosen = blocks_to_run(_chosen(asked), cumulative=asked.cumulative)
    if asked.cumulative and not any(target.block for target in chosen):
        raise UsageError(CUMULATIVE_WHAT)
    return chosen


def _chosen(asked: RunOptions) -> list[Target]:
    words, of = list(asked.words), asked.of
    _refuse_options(words)
    if asked.run_all or asked.chapter is not None:
        if words:
            raise UsageError("--all and --chapter choose the scenarios: name none")
        catalogue = load_catalogue(asked.scenarios)
        among = catalogue.scenarios if asked.chapter is None else catalogue.in_chapter(asked.chapter)
        names = [each.name for each in among if each.available]
        return targets.resolve(names, catalogue, None)
    if words.count("-") > 1:
        raise UsageError("standard input can be read only once: name - only once")
    if not words:
        raise UsageError("run what? Name a scenario or a script: asyncdemo list shows the scenarios")
    catalogue = load_named(asked.scenarios, words) if of is None else load_catalogue(asked.scenarios)
    _refuse_arguments(words, catalogue, of)
    return targets.resolve(words, catalogue, of)


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
    import signal

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


def _order(sort: str) -> "Order":
    """The order that --sort names."""
    from asyncdemo.analysis.wait_times import ORDERS

    found = next((each for each in ORDERS if each == sort), None)
    if found is None:
        raise UsageError(f"--sort {sort!r}: choose one of {', '.join(ORDERS)}")
    return found


def _observed(asked: RunOptions, chosen: list[Target], request: Request, order: "Order | None") -> int:
    """Run the targets watched, show them or print them as JSON, and save them."""
    from datetime import UTC, datetime

    from asyncdemo.cli.exit_status import EXPECTATION_FAILED, annotate, are_broken, exit_status
    from asyncdemo.cli.saving import TITLE_OF_WHAT, recording_files
    from asyncdemo.model.recording import with_children

    if asked.title is not None and not asked.save:
        raise UsageError(TITLE_OF_WHAT)
    started = datetime.now(UTC)
    files = recording_files(asked.save)
    if asked.as_json:
        runs = _print_json(chosen, request, spans=asked.spans, critical=asked.critical, order=order)
    else:
        runs = with_children(_shown(asked, chosen, request, order))
    if asked.save:
        from asyncdemo.model.recording_json import Recording

        moment = started.isoformat(timespec="seconds")
        files.save(Recording(tuple(runs), started=moment, title=asked.title))
    annotate(runs, os.environ)
    ended = exit_status(runs, deadlock_is_finding=request.stop_at_deadlock)
    return ended or (EXPECTATION_FAILED if are_broken(runs, _rules(asked)) else 0)


def _shown(asked: RunOptions, chosen: list[Target], request: Request, order: "Order | None") -> "list[Run]":
    from asyncdemo.cli.running import show_runs

    look = {
        "timing": asked.timing,
        "show_code": asked.source,
        "full": asked.full,
        "timeline": asked.timeline,
        "critical": asked.critical,
        "order": order,
    }
    return show_runs(chosen, request, lambda: load_catalogue(asked.scenarios), look, ascii_only=asked.ascii_only)


def _print_json(
    chosen: list[Target], request: Request, *, spans: bool, critical: bool, order: "Order | None"
) -> "list[Run]":
    from contextlib import nullcontext

    from asyncdemo.cli.exit_status import once_is_enough
    from asyncdemo.cli.messages import progress, watched_for
    from asyncdemo.model.recording import with_children
    from asyncdemo.runner.observe import Listener, observe

    class _DeadlockTeller(Listener):
        """Nothing is said of the run meanwhile but that nothing can wake it any more."""

        def deadlock(self) -> None:
            tell("nothing can wake this program: no timer, no input, no thread")

    runs: list[Run] = []
    for target in (each for whole in chosen for each in targets.expand(whole)):
        seconds = request.watch_for
        with planned(target, request) as plan, progress(watched_for(seconds)) if seconds else nullcontext():
            runs.append(once_is_enough(observe(plan, _DeadlockTeller)))
        if runs[-1].was_interrupted:
            break
    runs = with_children(runs)
    write_runs(runs, spans=spans, critical=critical, order=order)
    return runs


def write_runs(runs: "list[Run]", *, spans: bool, critical: bool = False, order: "Order | None" = None) -> None:
    """Write runs to standard output as one document."""
    from asyncdemo.analysis.critical_path import critical_path, shares
    from asyncdemo.analysis.wait_times import wait_times
    from asyncdemo.model.recording import SCHEMA, as_plain
    from asyncdemo.views.document import write_json

    documents = []
    for run in runs:
        waits = None if run.timeline is None else tuple(wait_times(run.timeline, order))
        path = None if run.timeline is None or not critical else tuple(shares(critical_path(run.timeline)))
        documents.append(run.to_json(spans=spans) | {"waits": as_plain(waits), "critical_path": as_plain(path)})
    write_json({"schema": SCHEMA, "runs": documents})
