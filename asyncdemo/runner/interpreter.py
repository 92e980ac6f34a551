"""Which Python runs a target, and the command line that a person would type to do the same."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
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
    """Give the first of these versions, such as 3.12, of which there is a Python that starts."""
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
