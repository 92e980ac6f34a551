"""`asyncdemo attach`."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from asyncdemo.cli.app import command_app
from asyncdemo.cli.messages import progress, tell, watched_for
from asyncdemo.cli.option_values import seconds_of
from asyncdemo.cli.options import Ascii, FailOn, Json, Save
from asyncdemo.errors import UsageError
from asyncdemo.runner.attachable import process, processes

if TYPE_CHECKING:
    from asyncdemo.model.recording import Run
    from asyncdemo.runner.looking import Look

app = command_app()

SCHEMA = "asyncdemo.tasks/1"
_USUAL = "10s"


def complete_pid(incomplete: str) -> list[tuple[str, str]]:
    """The numbers of the processes that can be attached to, each with what it runs."""
    found = ((str(each.pid), each.program) for each in processes() if each.cannot is None)
    return [(pid, program) for pid, program in found if pid.startswith(incomplete)]


@app.command("attach")
def attach(
    pid: Annotated[
        int | None,
        typer.Argument(metavar="PID", help="The process: asyncdemo ps lists them.", autocompletion=complete_pid),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Show where all tasks are now, and for what they wait.")] = False,
    tree: Annotated[bool, typer.Option("--tree", help="With --once: each task below those that await it.")] = False,
    duration: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="TIME", help=f"Watch it for this long: 30s, 2m; 0: until Ctrl-C. [default: {_USUAL}]"
        ),
    ] = None,
    as_json: Json = False,
    spans: Annotated[bool, typer.Option("--spans", help="With --json: include every span of every task.")] = False,
    save: Save = None,
    full: Annotated[bool, typer.Option("--full", help="Show everything, however long.")] = False,
    fail_on: FailOn = None,
    ascii_only: Ascii = False,
) -> None:
    """Look into a Python program that is already running.

    It is watched for a while, then everything is taken out again, and it is as it was. Ctrl-C ends that sooner. What it
    prints is not seen. That needs CPython 3.14 or newer, on Linux. A program that executes no Python code for two
    seconds is read from outside; lock holders are then unknown.

    Exit status: 0 if it could be attached to, 2 if not, 3 for a finding that --fail-on names, 1 if it could not be
    watched where something was to be saved or judged.
    """
    if pid is None:
        raise UsageError("attach to which process? asyncdemo ps lists them")
    if once and (save or fail_on or spans or full or duration is not None):
        raise UsageError("--once looks at one moment: leave out --for, --full, --save, --fail-on and --spans")
    if tree and not once:
        raise UsageError("--tree is of one moment: add --once")
    if once:
        from asyncdemo.runner.looking import look_at

        with progress(f"looking at process {pid}"):
            look = look_at(process(pid))
        _tell(look, as_json=as_json, tree=tree, ascii_only=ascii_only)
        return
    raise typer.Exit(
        _watch(pid, _Asked(duration or _USUAL, as_json, spans, tuple(save or ()), full, fail_on, ascii_only))
    )


class _Asked(NamedTuple):
    """What to do with what was seen, by the options of `attach`."""

    duration: str
    as_json: bool
    spans: bool
    save: tuple[Path, ...]
    full: bool
    fail_on: str | None
    ascii_only: bool


def _watch(pid: int, asked: _Asked) -> int:
    """Watch a process, show and save what was seen: the exit status."""
    from asyncdemo.cli.exit_status import EXPECTATION_FAILED, annotate, are_broken, rules_named
    from asyncdemo.cli.run_targets import write_runs
    from asyncdemo.cli.saving import recording_files
    from asyncdemo.findings import THRESHOLDS
    from asyncdemo.model.recording import Run
    from asyncdemo.model.recording_json import Recording
    from asyncdemo.runner.attached_run import watch

    rules = rules_named(asked.fail_on)
    seconds = None if re.fullmatch(r"0+(\.0+)?[smh]?", asked.duration) else _seconds(asked.duration)
    started = datetime.now(UTC)
    files = recording_files(asked.save)
    with progress("watched until Ctrl-C" if seconds is None else watched_for(seconds)):
        run = watch(process(pid), seconds, THRESHOLDS)
    if not isinstance(run, Run):
        _tell(run, as_json=asked.as_json, tree=False, ascii_only=asked.ascii_only)
        if not (rules or asked.save):
            return 0
        tell("not watched, so nothing was saved or judged")
        return 1
    if asked.as_json:
        write_runs([run], spans=asked.spans)
    else:
        _show_run(run, asked)
    files.save(Recording((run,), started=started.isoformat(timespec="seconds")))
    annotate([run], os.environ)
    return EXPECTATION_FAILED if are_broken([run], rules) else 0


def _seconds(duration: str) -> float | None:
    """The seconds of --for; raises UsageError, which names 0, too."""
    try:
        return seconds_of(duration, "--for")
    except UsageError as error:
        raise UsageError(f"{error}, or 0: until Ctrl-C") from None


def _show_run(run: "Run", asked: _Asked) -> None:
    from asyncdemo.views.terminal.page import standard_page
    from asyncdemo.views.terminal.run_layout import Look
    from asyncdemo.views.terminal.run_view import RunView

    look = Look(run.subject.target, f"CPython {run.python.version}", run.subject.source, full=asked.full)
    RunView(standard_page(ascii_only=asked.ascii_only), look).whole(run)


def _tell(look: "Look", *, as_json: bool, tree: bool, ascii_only: bool) -> None:
    if as_json:
        _print_json(look)
    else:
        _show(look, tree=tree, ascii_only=ascii_only)


def _show(look: "Look", *, tree: bool, ascii_only: bool) -> None:
    from asyncdemo.analysis.task_table import task_rows
    from asyncdemo.views.terminal.page import standard_page
    from asyncdemo.views.terminal.task_rows import write_table, write_tree
    from asyncdemo.views.terminal.text import wrapped

    page, rows = standard_page(ascii_only=ascii_only), task_rows(look.standstill, look.whos)
    found = look.process
    loops = len(look.standstill.loops)
    counted = f"{len(rows)} task{'s' if len(rows) != 1 else ''}" + (f" of {loops} event loops" if loops > 1 else "")
    python = found.python.words if found.python is not None else ""
    page.row((f"process {found.pid}", "title"), f"   {found.program}   {python}   {counted}")
    for note in notes(look):
        for line in wrapped(note, page.width - 1):
            page.row((line, "warn"))
    if tree:
        write_tree(page, rows)
    else:
        write_table(page, rows, look.standstill)


def notes(look: "Look") -> list[str]:
    """What is to be known of a look before its rows."""
    found = []
    if look.silence is not None:
        doing = {True: ": its main thread computes", False: ": its main thread is in a call that does not return"}
        why = "" if look.silence.computes is None else doing[look.silence.computes]
        found.append(
            f"it did not answer for {look.silence.seconds:g} s{why}; read from outside, without who holds what"
        )
    if any(loop.is_dead for loop in look.standstill.loops):
        found.append("deadlock: nothing can wake its event loop any more")
    return found


def _print_json(look: "Look") -> None:
    from asyncdemo.analysis.task_table import chain_of, other_threads, task_rows
    from asyncdemo.views.document import write_json

    found, seen = look.process, look.standstill
    python: dict[str, Any] = {"executable": found.executable}
    if found.python is not None and found.python.version is not None:
        version = ".".join(map(str, found.python.version))
        python |= {"implementation": "CPython", "version": version}
    loops = [
        {"id": loop.id, "thread": loop.thread, "tasks": len(loop.tasks), "deadlock": loop.is_dead}
        for loop in seen.loops
    ]
    threads = [
        {"id": each.id, "name": each.name, "chain": [list(place) for place in chain_of(each.places)]}
        for each in other_threads(seen)
    ]
    write_json(
        {
            "schema": SCHEMA,
            "pid": found.pid,
            "program": found.program,
            "python": python,
            "answered": look.silence is None,
            "notes": notes(look),
            "loops": loops,
            "tasks": [row.to_json() for row in task_rows(seen, look.whos)],
            "threads": threads,
        }
    )
