"""From what was asked for to what is run: the blocks of a document, and the exact command of each run."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.staging import script_to_run
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.messages import tell
from asyncdemo.errors import UsageError
from asyncdemo.runner.plan import CANNOT, NoInterpreterError, Plan, command_line, find_interpreter

if TYPE_CHECKING:
    from asyncdemo.documents.document_blocks import Block

SCENARIO_TIMEOUT = 30.0  # seconds


def blocks_to_run(chosen: Iterable[Target], *, cumulative: bool | None) -> list[Target]:
    """Give the targets with the blocks in the place of each whole document.

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
    """Give the plan of one run; a staged copy that it needs exists within the block.

    What is run `again_and_again` gets no standard input: the first run would take all of it.

    Raises UsageError for a setting that the script does not have, ToolError for a copy that cannot be written.
    """
    with script_to_run(target, request) as (subject, script):
        own_program = target.scenario is None
        cannot, cannot_status = _unavailable(target, request), CANNOT
        try:
            python = find_interpreter(request.python, os.environ, own_program=own_program)
        except NoInterpreterError as error:
            python, cannot, cannot_status = request.python or "", str(error), error.status
        file = script
        if target.document is not None and target.block is not None and script is not None and cannot is None:
            chosen = target.document.with_those_before(target.block, cumulative=request.cumulative)
            file = _runnable_file(python, script, chosen)
        yield Plan(
            subject,
            tuple(command_line(python, script=file, module=target.module, arguments=request.arguments)),
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
        )


def expected_status(target: Target) -> int:
    """The exit status that counts as ok: what a scenario declares, 0 of a person's own program."""
    return target.script.exit if target.scenario is not None and target.script is not None else 0


def _unavailable(target: Target, request: Request) -> str | None:
    """Why a scenario cannot run on our own interpreter; of another one its own words will tell."""
    if target.scenario is None or target.script is None or request.python is not None:
        return None
    return target.script.unavailable


def _runnable_file(python: str, copy: str, chosen: "Sequence[Block]") -> str:
    """Give the file that a Python is to run: the staged copy itself, or bytecode where it is no plain script."""
    from asyncdemo.documents.block_syntax import awaits

    sessions = [(block.line, block.last) for block in chosen if block.session]
    if not sessions and not any(awaits(block.text) for block in chosen):
        return copy
    from asyncdemo.runner.plan import compiled

    return str(compiled(python, Path(copy), sessions))
