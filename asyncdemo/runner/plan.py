"""What is to be run: by which Python, with which command, and what else a run has to be told."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from asyncdemo import probe
from asyncdemo.model.recording import Subject

CANNOT, NOT_EXECUTABLE, NOT_FOUND = 125, 126, 127  # exit statuses, as `env` and `timeout` have them
_PATIENCE = 5.0  # seconds for an interpreter to start
_COMPILING = 20.0  # seconds for a block of a document


class Plan(NamedTuple):
    """All that a run needs: what is run, and the exact command.

    `cannot` says why it cannot even be started, if so, and `cannot_status` is the exit status of `--output-only` then.
    `timeout` is in seconds, or None. `expected` is the exit status that counts as ok. `watch_for` is how many
    seconds it is watched, then stopped. `times_only` leaves the script's streams and loops alone: then only the
    times are observed. `untraced` leaves its loops alone, as it measures itself. `without_input` keeps our own
    standard input from it. `stop_at_deadlock` makes an end of it as soon as nothing can wake it any more, which is as
    it should be where `deadlock_expected`. `thresholds` are the least values at which findings count, None for the
    usual ones. `reasons` has the probe say why it gives something up.
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


class NoInterpreterError(Exception):
    """There is no such interpreter; the message says which was asked for. Becomes the outcome of the run.

    `status` is the exit status that `env` has for it: 127 where there is no such file, 126 where it is no program.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def find_interpreter(choice: str | None, environ: Mapping[str, str], *, own_program: bool) -> str:
    """The path of the interpreter to use.

    `choice` is a path, a command on PATH, or a version such as 3.12, on PATH or of pyenv. Without one, scenarios run on
    the tool's own interpreter, and a person's own program on the active virtual environment's, else on the first on
    PATH.

    Raises NoInterpreterError.
    """
    if choice is not None:
        name = f"python{choice}" if re.fullmatch(r"\d+(\.\d+)?", choice) else choice
        found = shutil.which(name) if os.sep in name else _named(name, environ)
        if found is None:
            raise NoInterpreterError(*_why_not(choice, name, environ))
        return found
    path = environ.get("PATH", os.defpath)
    if own_program:
        candidates = [shutil.which(name, path=path) for name in ("python3", "python")]
        if environ.get("VIRTUAL_ENV"):
            candidates.insert(0, shutil.which(str(Path(environ["VIRTUAL_ENV"], "bin", "python"))))
        for candidate in candidates:
            if candidate is not None:
                return candidate
    return sys.executable


def first_found(versions: Iterable[str], environ: Mapping[str, str]) -> str | None:
    """The first of these versions, such as 3.12, of which there is a Python that starts."""
    return next((version for version in versions if _named(f"python{version}", environ)), None)


def _named(name: str, environ: Mapping[str, str]) -> str | None:
    """Find the command on PATH; what only stands for another one is passed over where that is not there.

    A version that pyenv has, and has not switched on, is found in its own folder.
    """
    on_path = (shutil.which(name, path=folder) for folder in _folders(environ))
    return next((found for found in on_path if found and not (_is_shim(found) and not _starts(found))), None) or (
        _of_pyenv(name, environ)
    )


def _folders(environ: Mapping[str, str]) -> list[str]:
    return [folder or os.curdir for folder in environ.get("PATH", os.defpath).split(os.pathsep)]


def _is_shim(command: str) -> bool:
    """Whether it is a script, as pyenv's are, which looks for the interpreter only when it is started."""
    try:
        with open(command, "rb") as file:  # noqa: PTH123  # pathlib takes a while
            return file.read(2) == b"#!"
    except OSError:
        return False


@cache
def _starts(command: str) -> bool:
    """Whether it starts: one of pyenv's may be there and say that it is not."""
    import subprocess

    try:
        done = subprocess.run(
            [command, "-I", "-S", "-c", ""],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _of_pyenv(name: str, environ: Mapping[str, str]) -> str | None:
    """The latest release of a version, such as python3.9, among those that pyenv has installed."""
    version = re.fullmatch(r"python(\d+(?:\.\d+)?)", name)
    if version is None:
        return None
    root = Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [path for path in (root / "versions").glob(f"{version[1]}[.-]*/bin/{name}") if os.access(path, os.X_OK)]
    return str(max(found, key=_release)) if found else None


def _release(path: Path) -> tuple[bool, list[int]]:
    """The numbers in a path such as .../versions/3.9.18/bin/python3.9; of 3.14.0rc1 and 3.13.0t the least."""
    name = path.parent.parent.name
    return re.fullmatch(r"[\d.]+", name) is not None, [int(number) for number in re.findall(r"\d+", name)]


def command_line(
    python: str, *, script: str | None = None, module: str | None = None, arguments: Sequence[str] = ()
) -> list[str]:
    """`PYTHON SCRIPT ARGS` or `PYTHON -m MODULE ARGS`: nothing else is ever run."""
    if module is not None:
        return [python, "-m", module, *arguments]
    assert script is not None  # one of the two
    return [python, f".{os.sep}{script}" if script.startswith("-") else script, *arguments]  # a file, not an option


def _why_not(choice: str, name: str, environ: Mapping[str, str]) -> tuple[str, int]:
    if os.sep not in name:
        if shutil.which(name, path=environ.get("PATH", os.defpath)):
            return f"{name} on PATH does not start; give a path, as in --python /path/to/{name}", NOT_EXECUTABLE
        return f"there is no {name} on PATH", NOT_FOUND
    if Path(name).is_dir():
        return f"{choice} is a folder, not a Python interpreter", NOT_EXECUTABLE
    if Path(name).exists():
        return f"{choice} is not executable", NOT_EXECUTABLE
    return f"there is no interpreter {choice}", NOT_FOUND


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
