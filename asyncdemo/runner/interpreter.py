"""Which Python runs a program, and why that one; and one that has what a script says itself that it needs (PEP 723)."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

CANNOT, NOT_EXECUTABLE, NOT_FOUND = 125, 126, 127  # exit statuses, as `env` and `timeout` have them
_PATIENCE = 5.0  # seconds for an interpreter to start
_VENVS = (".venv", "venv")  # folders that uv, poetry, pdm and people make beside a program
_PROGRAMS = (("bin", "python"), ("Scripts", "python.exe"))
# Its own packages have to be on its path: after an upgrade of its Python they may not be.
_IS_VENV = (
    "import sys; sys.exit(sys.prefix == sys.base_prefix or not any(each.startswith(sys.prefix) for each in sys.path))"
)


class NoInterpreterError(Exception):
    """There is no such interpreter; the message says which was asked for. Becomes the outcome of the run.

    `status` is the exit status that `env` has for it: 127 where there is no such file, 126 where it is no program.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Choice(NamedTuple):
    """The path of an interpreter; `why` it is that one, empty where that is obvious; what had to be passed over."""

    python: str
    why: str = ""
    passed_over: tuple[str, ...] = ()


def choose(choice: str | None, environ: Mapping[str, str], *, near: Path | None) -> Choice:
    """The interpreter to use.

    `choice` is a path, a virtual environment or the folder that it is in, a command or a version (3.12) on PATH or of
    pyenv. Without one, scenarios (`near` is None) run on the tool's own interpreter, and a person's own program on
    that of VIRTUAL_ENV, of the nearest .venv or venv in the folder `near` or above it, or the first on PATH.

    Raises NoInterpreterError.
    """
    if choice is not None:
        return Choice(_asked_for(choice, environ))
    if near is None:
        return Choice(sys.executable)
    passed_over: list[str] = []
    if active := environ.get("VIRTUAL_ENV"):
        if python := _program(Path(active)):
            nearer = next(_above(near), None)
            differs = nearer is not None and not nearer.samefile(active)
            return Choice(python, f"VIRTUAL_ENV, not {shown(nearer)}" if nearer and differs else "")
        passed_over.append(f"VIRTUAL_ENV is passed over: {active} {_why_broken(Path(active))}")
    for venv in _above(near):
        why_not = _why_distrusted(venv, near) or _why_broken(venv)
        if why_not is None:
            return Choice(str(_program(venv)), "nearest virtual environment", tuple(passed_over))
        passed_over.append(f"{shown(venv)} is passed over: it {why_not}")
    for python in _on_path(environ):
        return Choice(python, passed_over=tuple(passed_over))
    return Choice(sys.executable, "asyncdemo's own: there is none on PATH", tuple(passed_over))


def others(used: str, environ: Mapping[str, str], near: Path) -> Iterator[tuple[str, str]]:
    """What --python could be given besides the one that was used, each with its path: nearest first."""
    active = environ.get("VIRTUAL_ENV")
    around = (venv for venv in _above(near) if _why_distrusted(venv, near) is None)
    venvs = ((shown(venv), _program(venv)) for venv in (*([Path(active)] if active else []), *around))
    seen = {used}
    for name, python in (*venvs, *((each, each) for each in (*_on_path(environ), sys.executable))):
        if python is not None and python not in seen:
            seen.add(python)
            yield name, python


def has_module(python: str, module: str) -> bool:
    """True if an interpreter finds a module of this name among its own."""
    return _starts(python, f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)")


def is_managed(python: str) -> bool:
    """True if an interpreter is one into which pip installs nothing, because the system's packages are there."""
    ask = "os.path.exists(os.path.join(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED'))"
    return not _starts(python, f"import os, sys, sysconfig; sys.exit({ask})")


def shown(path: Path) -> str:
    """A path as it is shortest: from the working folder where it is below that."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)


def _asked_for(choice: str, environ: Mapping[str, str]) -> str:
    if not choice:
        raise NoInterpreterError("--python is empty: give a path, a version, or a virtual environment", NOT_FOUND)
    name = f"python{choice}" if re.fullmatch(r"\d+(\.\d+)?", choice) else choice
    folder = Path(name)
    for venv in (folder, *(folder / each for each in _VENVS)):
        if os.path.isdir(venv) and (program := _program(venv)) is not None:  # noqa: PTH112
            return os.path.abspath(program)  # noqa: PTH100  # without `..`, over which Python stumbles from 3.14 on
    found = _which(name) if os.sep in name else _named(name, environ)
    if found is None:
        raise NoInterpreterError(*_why_not(choice, name, environ))
    return found


def _above(near: Path) -> Iterator[Path]:
    """The virtual environments in a folder and above it, the nearest first."""
    try:
        start = near.absolute()
    except OSError:
        return  # the working folder has been removed
    for folder in (start, *start.parents):
        for name in _VENVS:
            # Unlike pathlib's, it is false, too, where nobody may look: in a folder that is private to somebody else.
            if os.path.isfile(folder / name / "pyvenv.cfg"):  # noqa: PTH113
                yield folder / name


def _why_distrusted(venv: Path, near: Path) -> str | None:
    """Why nothing of a virtual environment is to be run: whoever could have made it has no say in the program."""
    if not hasattr(os, "geteuid"):
        return None  # Windows says it in another way
    owners = os.geteuid(), 0, near.absolute().stat().st_uid
    return None if venv.stat().st_uid in owners else "belongs to somebody else"


def _why_broken(venv: Path) -> str | None:
    """Why a virtual environment does not work, in words that follow its name; None where it does."""
    program = _program(venv)
    if program is not None:
        return None if _starts(program, _IS_VENV) else "does not start as one; make it again"
    link = next((link for parts in _PROGRAMS if os.path.islink(link := venv.joinpath(*parts))), None)  # noqa: PTH114
    return "has no bin/python" if link is None else f"leads to {link.readlink()}, which is not there"


def _program(venv: Path) -> str | None:
    programs = (venv.joinpath(*parts) for parts in _PROGRAMS)
    return next((str(each) for each in programs if os.access(each, os.X_OK) and not each.is_dir()), None)


def _on_path(environ: Mapping[str, str]) -> Iterator[str]:
    path = environ.get("PATH", os.defpath)
    return (found for name in ("python3", "python") if (found := _which(name, path=path)))


def first_found(versions: Iterable[str], environ: Mapping[str, str]) -> str | None:
    """The first of these versions, such as 3.12, of which there is a Python that starts."""
    return next((version for version in versions if _named(f"python{version}", environ)), None)


def _which(name: str, path: str | None = None) -> str | None:
    import shutil  # the tool's own interpreter is found without it

    return shutil.which(name, path=path)


def _named(name: str, environ: Mapping[str, str]) -> str | None:
    """Find the command on PATH; what only stands for another one is passed over where that is not there.

    A version that pyenv has, and has not switched on, is found in its own folder.
    """
    on_path = (_which(name, path=folder) for folder in _folders(environ))
    return next((found for found in on_path if found and not (_is_shim(found) and not _starts(found))), None) or (
        _of_pyenv(name, environ)
    )


def _folders(environ: Mapping[str, str]) -> list[str]:
    return [folder or os.curdir for folder in environ.get("PATH", os.defpath).split(os.pathsep)]


def _is_shim(command: str) -> bool:
    """True if it is a script, as pyenv's are, which looks for the interpreter only when it is started."""
    try:
        with open(command, "rb") as file:  # noqa: PTH123  # pathlib takes a while
            return file.read(2) == b"#!"
    except OSError:
        return False


@cache
def _starts(command: str, program: str = "") -> bool:
    """True if it starts and runs this program: one of pyenv's may be there and say that it is not."""
    import subprocess

    try:
        done = subprocess.run(
            [command, "-I", *([] if program else ["-S"]), "-c", program],
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


def _why_not(choice: str, name: str, environ: Mapping[str, str]) -> tuple[str, int]:
    if os.path.isdir(name):  # noqa: PTH112
        return f"{choice} is a folder with no Python in it: no virtual environment", NOT_EXECUTABLE
    if os.sep not in name:
        if _which(name, path=environ.get("PATH", os.defpath)):
            return f"{name} on PATH does not start; give a path, as in --python /path/to/{name}", NOT_EXECUTABLE
        return f"there is no {name} on PATH", NOT_FOUND
    if os.path.exists(name):  # noqa: PTH110
        return f"{choice} is not executable", NOT_EXECUTABLE
    return f"there is no interpreter {choice}", NOT_FOUND


_SAYING = 20.0  # seconds for an interpreter to say what is installed

_ASK = """\
import json, os, platform, sys
from importlib.metadata import PackageNotFoundError, version
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = version(name)
    except PackageNotFoundError:
        versions[name] = None
print(json.dumps({"python": sys.version_info[:3], "versions": versions, "environment": {
    "implementation_name": sys.implementation.name, "implementation_version": platform.python_version(),
    "os_name": os.name, "platform_machine": platform.machine(), "platform_release": platform.release(),
    "platform_system": platform.system(), "platform_version": platform.version(), "extra": "",
    "platform_python_implementation": platform.python_implementation(), "sys_platform": sys.platform,
    "python_full_version": platform.python_version(), "python_version": "%d.%d" % sys.version_info[:2],
}}))
"""


class Installed(NamedTuple):
    """What an interpreter has: its version, those of packages by name (None: not there), the values of its markers."""

    python: tuple[int, ...]
    versions: Mapping[str, str | None]
    environment: Mapping[str, str]


def by_uv(script: Path, environ: Mapping[str, str]) -> str | None:
    """The interpreter of the environment in which `uv run --script` would run this; None where there is no uv.

    What is missing there is installed. The child is then not uv, which would start the interpreter as its own child,
    but `PYTHON SCRIPT ARGS` as always. Raises NoInterpreterError.
    """
    uv = _which("uv", path=environ.get("PATH"))
    if uv is None:
        return None
    _ask_uv([uv, "sync", "--quiet", "--script", str(script)], environ)
    return _ask_uv([uv, "python", "find", "--script", str(script)], environ).strip()


def _ask_uv(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """What uv prints. It has its own patience with the network."""
    import subprocess

    try:
        done = subprocess.run(
            command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise NoInterpreterError(f"{error.strerror}: {command[0]}", CANNOT) from None
    if done.returncode:
        said = "; ".join(line.strip() for line in done.stderr.splitlines() if line.strip())
        advice = "choose an interpreter that has what it needs with --python"
        raise NoInterpreterError(f"uv cannot prepare what it needs: {said or 'uv says nothing'}; {advice}", CANNOT)
    return done.stdout


def installed(python: str, packages: Sequence[str]) -> Installed | None:
    """What an interpreter has of these packages; None where it does not say so."""
    import json
    import subprocess

    try:
        done = subprocess.run(
            [python, "-I", "-c", _ASK, *packages],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SAYING,
            check=False,
        )
        told = json.loads(done.stdout)
        return Installed(tuple(told["python"]), told["versions"], told["environment"])
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
