"""From what was asked for to what is run: the blocks of a document, and the exact command of each run."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdemo.catalogue import availability, targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Script
from asyncdemo.catalogue.staging import script_to_run
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.messages import progress, tell
from asyncdemo.errors import UsageError
from asyncdemo.runner.interpreter import CANNOT, Choice, NoInterpreterError, choose
from asyncdemo.runner.plan import Plan, command_line

if TYPE_CHECKING:
    from asyncdemo.documents.document_blocks import Block

SCENARIO_TIMEOUT = 30.0  # seconds


def blocks_to_run(chosen: Iterable[Target], *, cumulative: bool | None) -> list[Target]:
    """The targets with the blocks in the place of each whole document.

    `cumulative`: a block is run with those before it; None where that cannot be asked for.
    What cannot be run by itself is left out of a whole document, which is said on stderr and is no failure. Raises
    UsageError for a block that was named and cannot be run, and where nothing is left.
    """
    found: list[Target] = []
    for target in chosen:
        if target.document is None:
            found.append(target)
        elif target.block is not None:
            reason = target.document.why_not(target.block, cumulative=cumulative)
            if reason is not None:
                raise UsageError(f"{visible(target.name)} {reason}")
            found.append(target)
        else:
            found += _those_that_run(target, cumulative=cumulative)
    return found


def _those_that_run(target: Target, *, cumulative: bool | None) -> Iterator[Target]:
    left_out = 0
    blocks = targets.expand(target)
    for each in blocks:
        assert each.document is not None and each.block is not None  # a document's targets are its blocks
        reason = each.document.why_not(each.block, cumulative=cumulative)
        if reason is None:
            yield each
            continue
        left_out += 1
        tell(f"{visible(each.name)} is skipped: it {reason}")
    if left_out == len(blocks):
        raise UsageError(f"no block of {visible(target.name)} can be run by itself")


@contextmanager
def planned(target: Target, request: Request, *, again_and_again: bool = False) -> Iterator[Plan]:
    """The plan of one run; a staged copy that it needs exists within the block.

    What is run `again_and_again` gets no standard input: the first run would take all of it.

    Raises UsageError for a setting that the script does not have, ToolError for a copy that cannot be written.
    """
    with script_to_run(target, request) as (subject, script):
        own_program = target.scenario is None
        cannot, cannot_status = _unavailable(target, request), CANNOT
        try:
            choice = interpreter(target, request)
        except NoInterpreterError as error:
            choice, cannot, cannot_status = Choice(request.python or ""), str(error), error.status
        file = script
        if target.document is not None and target.block is not None and script is not None and cannot is None:
            chosen = target.document.with_those_before(target.block, cumulative=request.cumulative)
            file = _runnable_file(choice.python, script, chosen)
        yield Plan(
            subject,
            tuple(command_line(choice.python, script=file, module=target.module, arguments=request.arguments)),
            timeout=request.timeout or (None if own_program or request.watch_for else SCENARIO_TIMEOUT),
            expected=expected_status(target),
            watch_for=request.watch_for,
            without_input=again_and_again,
            thresholds=request.thresholds,
            stop_at_deadlock=request.stop_at_deadlock or not own_program or target.block is not None,
            deadlock_expected=target.script is not None and "deadlock" in target.script.findings,
            cannot=cannot,
            cannot_status=cannot_status,
            untraced=target.script is not None and not target.script.watched,
            children=request.children,
            why_python=choice.why,
            notes=choice.passed_over,
        )


def interpreter(target: Target, request: Request) -> Choice:
    """The interpreter of a run, of a script that says what it needs one that has it. Raises NoInterpreterError."""
    if target.scenario is not None:
        return choose(request.python, os.environ, near=None)
    from asyncdemo.cli.which_python import folder_of

    script, near = target.script, folder_of(target)
    needs = near is not None and script is not None and (script.dependencies or script.requires_python)
    if not needs or script is None or near is None:
        return choose(request.python, os.environ, near=near)
    from asyncdemo.runner.interpreter import by_uv

    if request.python is None and script.dependencies:
        with progress("uv prepares what it needs"):
            python = by_uv(script.path, os.environ)
        if python is not None:
            return Choice(python, "by uv, with what it needs")
    choice = choose(request.python, os.environ, near=near)
    return choice._replace(passed_over=(*choice.passed_over, *_unmet(near, script, choice.python)))


def _unmet(folder: Path, script: Script, python: str) -> Iterator[str]:
    """What a script says that it needs, and this interpreter has not; it is run all the same."""
    from asyncdemo.cli.which_python import installing
    from asyncdemo.runner.interpreter import installed

    found = installed(python, availability.package_names(script.dependencies))
    if found is None:
        return
    if why_not := availability.unmet_python(script.requires_python, found.python):
        yield f"it {why_not}; choose another one with --python"
    if lacks := availability.lacking(script.dependencies, found.versions, found.environment):
        install = installing(folder, python, script.dependencies)
        yield f"it needs {lacks}, and {python} has not: {install}, or install uv, which is then asked for it"


def expected_status(target: Target) -> int:
    """The exit status that counts as ok: what a scenario declares, 0 of a person's own program."""
    return target.script.exit if target.scenario is not None and target.script is not None else 0


def _unavailable(target: Target, request: Request) -> str | None:
    """Why a scenario cannot run on our own interpreter; of another one its own words will tell."""
    if target.scenario is None or target.script is None or request.python is not None:
        return None
    return target.script.unavailable


def _runnable_file(python: str, copy: str, chosen: "Sequence[Block]") -> str:
    """The file that a Python is to run: the staged copy itself, or bytecode where it is no plain script."""
    from asyncdemo.documents.block_syntax import awaits

    sessions = [(block.line, block.last) for block in chosen if block.session]
    if not sessions and not any(awaits(block.text) for block in chosen):
        return copy
    from asyncdemo.runner.plan import compiled

    return str(compiled(python, Path(copy), sessions))
