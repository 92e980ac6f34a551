"""Which Python runs a target, and the command line that a person would type to do the same."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

CANNOT, NOT_EXECUTABLE, NOT_FOUND = 125, 126, 127  # exit statuses, as `env` and `timeout` have them
_PATIENCE = 5.0  # seconds for an interpreter to start


class NoInterpreterError(Exception):
    """There is no such interpreter; the message says which was asked for. Becomes the outcome of the run.

    `status` is the exit status that `env` has for it: 127 where there is no such file, 126 where it is no program.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def find_interpreter(choice: str | None, environ: Mapping[str, str], *, own_program: bool) -> str:
    """Give the path of the interpreter to use.

    `choice` is a path, a command on PATH, or a version such as 3.12. Without one, scenarios run on the tool's own
    interpreter, and a person's own program on the active virtual environment's, else on the first on PATH.

    Raises NoInterpreterError.
    """
    path = environ.get("PATH", os.defpath)
    if choice is not None:
        name = f"python{choice}" if re.fullmatch(r"\d+(\.\d+)?", choice) else choice
        found = shutil.which(name, path=path)
        if found is None:
            raise NoInterpreterError(*_why_not(choice, name))
        return found
    if own_program:
        candidates = [shutil.which(name, path=path) for name in ("python3", "python")]
        if environ.get("VIRTUAL_ENV"):
            candidates.insert(0, shutil.which(str(Path(environ["VIRTUAL_ENV"], "bin", "python"))))
        for candidate in candidates:
            if candidate is not None:
                return candidate
    return sys.executable


def first_on_path(versions: Iterable[str]) -> str | None:
    """Give the first of these versions, such as 3.12, of which there is a Python on PATH that starts."""
    return next((version for version in versions if _starts(f"python{version}")), None)


def _starts(command: str) -> bool:
    """Whether a command is there and starts: one of pyenv's may be there and say that it is not."""
    if shutil.which(command) is None:
        return False
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


def command_line(
    python: str, *, script: str | None = None, module: str | None = None, arguments: Sequence[str] = ()
) -> list[str]:
    """`PYTHON SCRIPT ARGS` or `PYTHON -m MODULE ARGS`: nothing else is ever run."""
    if module is not None:
        return [python, "-m", module, *arguments]
    assert script is not None  # one of the two
    return [python, f".{os.sep}{script}" if script.startswith("-") else script, *arguments]  # a file, not an option


def _why_not(choice: str, name: str) -> tuple[str, int]:
    if os.sep not in name:
        return f"there is no {name} on PATH", NOT_FOUND
    if Path(name).is_dir():
        return f"{choice} is a folder, not a Python interpreter", NOT_EXECUTABLE
    if Path(name).exists():
        return f"{choice} is not executable", NOT_EXECUTABLE
    return f"there is no interpreter {choice}", NOT_FOUND
