"""The interpreters on which the cost of tracing is measured, each with what it takes in .bench, for this only."""

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.ratios import clean_environment
from tests.processes import interpreter

VERSIONS = ("3.11", "3.13", "3.14", "3.15")
_FOLDER = Path(__file__).parent.parent.parent / ".bench"
_LIBRARIES = ("trio", "uvloop", "viztracer")


class Measured(NamedTuple):
    """A Python that scripts are measured on, and which of the libraries it can import."""

    version: str
    python: str
    libraries: tuple[str, ...]


def interpreters() -> list[Measured]:
    """Give those that are on this machine, and say which are not, and what could not be installed."""
    found = []
    for version in VERSIONS:
        base = interpreter(version)
        if base is None:
            print(f"there is no CPython {version} here: not measured")
            continue
        python = _prepared(version, base)
        missing = [name for name in _LIBRARIES if not _imports(python, name)]
        if missing:
            print(f"CPython {version} has no {' and no '.join(missing)}, and none could be installed: skipped")
        found.append(Measured(version, python, tuple(name for name in _LIBRARIES if name not in missing)))
    return found


def _prepared(version: str, base: str) -> str:
    """Make an environment once; one that could not be filled is tried again by the next call."""
    python = _FOLDER / version / "bin" / "python"
    if not python.exists():
        subprocess.run([base, "-m", "venv", _FOLDER / version], check=True, env=clean_environment())
    if not all(_imports(str(python), name) for name in _LIBRARIES):
        pip = [python, "-m", "pip", "--disable-pip-version-check", "-qq"]
        subprocess.run([*pip, "install", *_LIBRARIES], check=False)
    return str(python)


def _imports(python: str, name: str) -> bool:
    return subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0
