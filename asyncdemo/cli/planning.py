"""From what was asked for to the exact command of each run."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.names import absolute
from asyncdemo.catalogue.parameters import parse_settings, replace, replace_bytes
from asyncdemo.catalogue.staging import staged
from asyncdemo.catalogue.targets import Target
from asyncdemo.cli import blocks
from asyncdemo.errors import Unreadable, UsageError
from asyncdemo.model.recording import Subject
from asyncdemo.runner.plan import CANNOT, NoInterpreterError, Plan, command_line, find_interpreter

if TYPE_CHECKING:
    from asyncdemo.documents.document_blocks import Block

SCENARIO_TIMEOUT = 30.0  # seconds


class Request(NamedTuple):
    """The options that say how a target is run; `arguments` are the script's own, `thresholds` None the usual ones.

    `cumulative`: a block of a document is run with those before it. `folders` were given with --scenarios: what is
    shown as the next step has to name them again. `stop_at_deadlock`: a program of one's own, too, is stopped as soon
    as nothing can wake it any more.
    """

    settings: tuple[str, ...] = ()
    timeout: float | None = None
    python: str | None = None
    watch_for: float | None = None
    arguments: tuple[str, ...] = ()
    thresholds: Mapping[str, float] | None = None
    cumulative: bool = False
    folders: tuple[str, ...] = ()
    stop_at_deadlock: bool = False


@contextmanager
def planned(target: Target, request: Request, *, again_and_again: bool = False) -> Iterator[Plan]:
    """Give the plan of one run; a staged copy that it needs exists within the block.

    What is run `again_and_again` gets no standard input: the first run would take all of it.

    Raises UsageError for a setting that the script does not have, ToolError for a copy that cannot be written.
    """
    with _script(target, request) as (subject, script):
        own_program = target.scenario is None
        cannot, cannot_status = _unavailable(target, request), CANNOT
        try:
            python = find_interpreter(request.python, os.environ, own_program=own_program)
        except NoInterpreterError as error:
            python, cannot, cannot_status = request.python or "", str(error), error.status
        file = script
        if target.block is not None and script is not None and cannot is None:
            file = blocks.runnable_file(python, script, _blocks(target, request))
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


@contextmanager
def _script(target: Target, request: Request) -> Iterator[tuple[Subject, str | None]]:
    """The subject, and the file that is to run: the script itself, as it was typed, or a staged copy."""
    if target.module is not None:
        if request.settings:
            raise UsageError(f"--set changes a script, not a module: {target.name} has no parameters")
        yield Subject(target.name), None
        return
    if target.is_stdin:
        if sys.stdin is None:
            raise UsageError("standard input is closed, so there is no script on it")
        data = sys.stdin.buffer.read()
        with staged(data, "stdin.py", None) as file:
            yield Subject(target.name, ran=str(file), source=data.decode(errors="replace")), str(file)
        return
    assert target.path is not None  # a target is a module, standard input, or a file
    if target.block is not None:
        with _block(target, target.path, request) as staged_block:
            yield staged_block
        return
    script = target.script
    known = target.parameters
    values = parse_settings(request.settings, known, target.name)
    subject = Subject(
        target.name,
        scenario=target.scenario.name if target.scenario else None,
        variant=script.variant if script and target.scenario else None,
        path=str(absolute(target.path)),
        source=script.source if script else None,
        parameters=known | values,
    )
    if not values:
        typed = target.scenario is None and Path(target.name) == target.path  # then sys.argv has the path as it is
        yield subject, target.name if typed else str(target.path)
        return
    data = replace_bytes(target.path.read_bytes(), values)
    with staged(data, target.path.name, target.path.resolve().parent) as file:
        yield subject._replace(ran=str(file), source=data.decode(errors="replace")), str(file)


@contextmanager
def _block(target: Target, path: Path, request: Request) -> Iterator[tuple[Subject, str]]:
    """The same of a block of a document."""
    from asyncdemo.documents.document_blocks import staged_text

    text = staged_text(_blocks(target, request))
    try:
        known = script_source.parameters(text) if request.settings else {}
    except Unreadable:
        known = {}
    values = parse_settings(request.settings, known, target.name)
    text = replace(text, values)
    with staged(text.encode(), path.name, path.resolve().parent) as file:
        subject = Subject(target.name, path=str(absolute(path)), ran=str(file), source=text, parameters=known | values)
        yield subject, str(file)


def _blocks(target: Target, request: Request) -> "Sequence[Block]":
    assert target.document is not None and target.block is not None  # asked of these only
    return blocks.with_those_before(target.document, target.block, cumulative=request.cumulative)


def _unavailable(target: Target, request: Request) -> str | None:
    """Why a scenario cannot run on our own interpreter; of another one its own words will tell."""
    if target.scenario is None or target.script is None or request.python is not None:
        return None
    return target.script.unavailable
