"""`asyncdemo replay`."""

import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from asyncdemo.catalogue.names import visible
from asyncdemo.cli.app import command_app
from asyncdemo.cli.messages import progress
from asyncdemo.cli.options import Ascii, Save, Title
from asyncdemo.cli.saving import TITLE_OF_WHAT, recording_files
from asyncdemo.errors import UsageError
from asyncdemo.model.recording_json import Recording, from_text

if TYPE_CHECKING:
    from asyncdemo.views.terminal.page import Page

app = command_app()


@app.command("replay")
def replay(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.json", help="A file written by run --save FILE.json.")
    ] = None,
    step: Annotated[
        bool, typer.Option("--step", help="Step through the turns of the loop, forwards and backwards. Piped: as text.")
    ] = False,
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="FACTOR", help="Play it as it happened, at this speed: 0.25 is a quarter."),
    ] = None,
    save: Save = None,
    title: Title = None,
    full: Annotated[bool, typer.Option("--full", help="Show everything, however long.")] = False,
    ascii_only: Ascii = False,
) -> None:
    """Show a saved recording again, without running anything.

    --step and --speed need a terminal. Elsewhere, and if ACCESSIBLE is set, --step writes the steps as text, and
    --speed shows everything at once. With --save nothing is shown: the recording is saved in other forms.

    Exit status: 0, however its runs ended; 2 for a file that is not a recording.
    """
    if file is None:
        raise UsageError("replay what? Name a recording: asyncdemo run TARGET --save FILE.json keeps one")
    if speed is not None and not 0 < speed < math.inf:
        raise UsageError(f"--speed is {speed:g}; give a number above 0, for example 0.25")
    if step and speed is not None:
        raise UsageError("--step and --speed exclude each other: choose one")
    if step and full:
        raise UsageError("--step and --full exclude each other: choose one")
    if save and (step or speed is not None):
        raise UsageError(f"--save and {'--step' if step else '--speed'} exclude each other: choose one")
    if title is not None and not save:
        raise UsageError(TITLE_OF_WHAT)
    with progress(f"reading {visible(file)}"):
        recording = loaded(file)
    if save:
        recording_files(save).save(recording if title is None else recording._replace(title=title))
        return
    from asyncdemo.views.terminal.page import standard_page

    page = standard_page(ascii_only=ascii_only)
    if step:
        _step(page, recording, file, ascii_only=ascii_only)
        return
    if speed is not None and _is_interactive(page, os.environ):
        from asyncdemo.cli.stepping import play

        play(recording.runs, speed, ascii_only=ascii_only)
    from asyncdemo.views.terminal.playback import write_recording

    write_recording(page, recording.runs, ("step by step", f"asyncdemo replay {quote(str(file))} --step"), full=full)


def loaded(path: Path) -> Recording:
    """Load a recording. Raises UsageError, which names the file, for one that cannot be read or is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {visible(path)}: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"{visible(path)} is not a recording: it is not text") from None
    try:
        recording = from_text(text)
    except UsageError as error:
        raise UsageError(f"{visible(path)}: {error}") from None
    if not recording.runs:
        raise UsageError(f"{visible(path)}: the recording has no runs")
    return recording


def _step(page: "Page", recording: Recording, file: Path, *, ascii_only: bool) -> None:
    from asyncdemo.views.narration import Stage

    with progress(f"going through {visible(file)}"):
        stages = [stage for stage in map(Stage, recording.runs) if len(stage.moments)]
    if not stages:
        raise UsageError(f"{visible(file)} has no steps: no task and no thread was seen; leave out --step")
    if _is_interactive(page, os.environ):
        from asyncdemo.cli.stepping import step_through

        step_through(stages, ascii_only=ascii_only)
        return
    from asyncdemo.views.terminal.playback import write_steps

    for index, stage in enumerate(stages):
        if index:
            page.row()
        write_steps(page, stage)


def _is_interactive(page: "Page", environ: Mapping[str, str]) -> bool:
    """True if a person sees the screen, has a keyboard, and wants no plain text instead."""
    from asyncdemo.screen.full_screen import CAN_BE_HAD

    return CAN_BE_HAD and page.erases and sys.stdin is not None and sys.stdin.isatty() and not environ.get("ACCESSIBLE")
