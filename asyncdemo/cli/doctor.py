"""`asyncdemo doctor`."""

import os
import platform
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from asyncdemo import __version__
from asyncdemo.catalogue import course, targets
from asyncdemo.catalogue.names import absolute, visible
from asyncdemo.catalogue.scenario import Catalogue
from asyncdemo.catalogue.staging import staged
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.app import command_app
from asyncdemo.cli.option_values import load_catalogue
from asyncdemo.cli.options import Ascii, Scenarios
from asyncdemo.cli.planning import interpreter
from asyncdemo.errors import ToolError
from asyncdemo.model.recording import Run, Subject
from asyncdemo.runner.host import host
from asyncdemo.runner.interpreter import NoInterpreterError
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan, command_line
from asyncdemo.views.terminal.page import Page, standard_page
from asyncdemo.views.terminal.readiness import Check, write_checks

app = command_app()

_TRIAL = b"import sys\nprint('out')\nprint('err', file=sys.stderr)\n"
_TRIAL_TIMEOUT = 10.0  # seconds


@app.command("doctor")
def doctor(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A program of yours: on which Python it would run, and why.")
    ] = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Check what works on this machine and how to fix what doesn't.

    Exit status: 0 if everything that is needed works, 1 if not.
    """
    page = standard_page(ascii_only=ascii_only)
    checks = [
        *_tool(),
        *_scenarios(load_catalogue(scenarios)),
        _observing("scenarios", sys.executable),
        *_own_programs(file),
        _leftovers(),
        _sockets(),
        _quiet(),
        _terminal(page),
    ]
    write_checks(page, checks)
    raise typer.Exit(1 if any(check.state == "bad" for check in checks) else 0)


def _tool() -> Iterator[Check]:
    said = f"asyncdemo {__version__} on {platform.python_implementation()} {platform.python_version()}, {sys.platform}"
    if host.NAME == "linux":
        yield Check("tool", "ok", said)
    else:
        tried = "tried under Wine only" if host.NAME == "windows" else "untried outside of Linux"
        yield Check("tool", "note", f"{said}: {tried}", "be careful with what you see here")
    for lacking in host.LACKING:
        yield Check("less exact", "note", lacking)


def _scenarios(catalogue: Catalogue) -> Iterator[Check]:
    here = sum(scenario.available for scenario in catalogue.scenarios)
    said = f"{here} of {len(catalogue.scenarios)} scenarios can run here"
    if not here:
        yield Check("course", "bad", said, f"the course should be in {course.built_in()}: install asyncdemo again")
    else:
        yield Check("course", "ok", said)
    for scenario in catalogue.scenarios:
        for script in scenario.scripts:
            if script.unavailable is not None:
                name = scenario.name if script.variant is None else f"{scenario.name}:{script.variant}"
                yield Check("course", "note", f"{name} is skipped: it {script.unavailable}")
    for problem in catalogue.problems:
        yield Check("course", "note", f"{problem.path} cannot be used: {problem.reason}")


def _observing(name: str, python: str) -> Check:
    """Run a small script and see whether the probe gets in and the streams are told apart."""
    try:
        with staged(_TRIAL, "trial.py", None) as script:
            command = tuple(command_line(python, script=str(script)))
            run = observe(Plan(Subject("trial"), command, timeout=_TRIAL_TIMEOUT, reasons=True))
    except ToolError as error:
        return Check(name, "bad", "no script can be run", str(error))
    said = f"{python}, {run.python.implementation or 'Python'} {run.python.version or '(version unknown)'}"
    if not run.ok:
        return Check(name, "bad", f"{said} does not run a script", "choose another interpreter with --python")
    if run.python.version is None:
        return Check(name, "note", f"{said} runs, but cannot be observed", "use CPython 3.8 or newer")
    if not _told_apart(run):
        why = "; ".join(run.notes) or "see the notes that a run then has at its end"
        return Check(name, "note", f"{said} is observed only in part", why)
    if run.python.untried:
        return Check(
            name, "note", f"{said}: untried version", "parts of it may not be observed; see the notes of a run"
        )
    return Check(name, "ok", f"{said}: output and times are observed")


def _own_programs(file: Path | None) -> Iterator[Check]:
    """The Python of a person's own program, and what a run of it would say of that."""
    name, request = "your programs" if file is None else "your program", Request()
    target = Target("-") if file is None else targets.resolve([str(absolute(file))], Catalogue())[0]
    try:
        choice = interpreter(target, request)
    except NoInterpreterError as error:
        yield Check(name, "bad", visible(str(error)))
        return
    check = _observing(name, choice.python)
    yield check._replace(said=f"{check.said} ({choice.why})") if choice.why else check
    for note in choice.passed_over:
        yield Check(name, "note", visible(note))


def _told_apart(run: Run) -> bool:
    """True if all is known of the trial; with PYTHONUNBUFFERED each of its rows comes in two pieces."""
    streams = [stream for stream, _ in groupby(output.stream for output in run.output)]
    return streams == ["stdout", "stderr"] and run.seconds.script is not None


def _leftovers() -> Check:
    if host.finds_leftovers():
        return Check("stopping", "ok", "whatever a script leaves running is found and stopped")
    said = "what a script leaves running in a session of its own is not found"
    return Check("stopping", "note", said, "after a stopped run, look for it yourself")


def _sockets() -> Check:
    import socket

    try:
        with socket.create_server(("127.0.0.1", 0)):
            return Check("network", "ok", "a server can listen on 127.0.0.1")
    except OSError as error:
        return Check(
            "network",
            "note",
            f"no server can listen on 127.0.0.1: {error.strerror}",
            "skip the scenarios that use sockets",
        )


def _quiet() -> Check:
    cores = os.cpu_count() or 1
    try:
        load = os.getloadavg()[0]
    except (OSError, AttributeError):  # Windows has none
        return Check("machine", "note", f"{cores} cores, load unknown", "compare with nothing else running")
    said = f"{cores} cores, load {load:.1f}"
    if load > cores * 0.7:
        return Check("machine", "note", f"{said}: busy", "stop other programs before you compare times")
    return Check("machine", "ok", said)


def _terminal(page: Page) -> Check:
    colours = "colours" if page.coloured else "no colours"
    said = f"{page.width} columns, {colours}, {'ASCII only' if page.ascii else 'all glyphs'}"
    if not page.terminal:
        return Check("terminal", "ok", f"{said} (not a terminal)")
    if page.width < 60:
        return Check("terminal", "note", said, "make the window at least 60 columns wide, better 80")
    return Check("terminal", "ok", said)
