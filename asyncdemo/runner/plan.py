"""What is to be run: by which Python, with which command, and what else a run has to be told."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asyncdemo import probe
from asyncdemo.model.recording import Subject

_COMPILING = 20.0  # seconds for a block of a document


class Plan(NamedTuple):
    """All that a run needs: what is run, and the exact command.

    `cannot` says why it cannot even be started, if so, and `cannot_status` is the exit status of `--output-only` then.
    `timeout` is in seconds, or None. `expected` is the exit status that counts as ok. `watch_for` is how many
    seconds it is watched, then stopped. `times_only` leaves the script's streams and loops alone: then only the
    times are observed. `untraced` leaves its loops alone, as it measures itself. `without_input` keeps our own
    standard input from it. `stop_at_deadlock` makes an end of it as soon as nothing can wake it any more, which is as
    it should be where `deadlock_expected`. `thresholds` are the least values at which findings count, None for the
    usual ones. `reasons` has the probe say why it gives something up. `why_python` says why it is that interpreter,
    empty where that is obvious, and `notes` are of the run before it begins. `children`: the Python programs
    that it starts are watched too.
    """

    subject: Subject
    command: tuple[str, ...]
    timeout: float | None = None
    expected: int = 0
    watch_for: float | None = None
    times_only: bool = False
    without_input: bool = False
    thresholds: Mapping[str, float] | None = None
    stop_at_deadlock: bool = False
    deadlock_expected: bool = False
    untraced: bool = False
    cannot: str | None = None
    cannot_status: int = 125
    reasons: bool = False
    why_python: str = ""
    notes: tuple[str, ...] = ()
    children: bool = False


def command_line(
    python: str, *, script: str | None = None, module: str | None = None, arguments: Sequence[str] = ()
) -> list[str]:
    """`PYTHON SCRIPT ARGS` or `PYTHON -m MODULE ARGS`: nothing else is ever run."""
    if module is not None:
        return [python, "-m", module, *arguments]
    assert script is not None  # one of the two
    return [python, f".{os.sep}{script}" if script.startswith("-") else script, *arguments]  # a file, not an option


def compiled(python: str, source: Path, sessions: Sequence[tuple[int, int]]) -> Path:
    """The file of bytecode beside a staged copy, in which these lines (first and last) are `>>>` examples.

    It is compiled by the very Python that runs it. Where that fails it is the source itself: its run then says why.
    """
    import subprocess

    target = source.with_name(f"{source.name}.pyc")
    target.unlink(missing_ok=True)  # a link to what the document has beside it
    program = Path(probe.__file__).with_name("precompile.py")
    ranges = ",".join(f"{first}-{last}" for first, last in sessions)
    try:
        done = subprocess.run(
            [python, "-I", "-S", str(program), str(source), str(target), ranges],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMPILING,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return source
    return target if done.returncode == 0 else source
