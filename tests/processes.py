"""Finds processes by a word on their command line, and interpreters by their version."""

import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

import pytest

VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")


def running(mark: str, patience: float = 0.5) -> list[str]:
    """The command lines with this word in them; those that are just ending get that many seconds to be gone."""
    until = time.monotonic() + patience
    while (found := _now(mark)) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def pids(mark: str) -> list[int]:
    """The process ids of those with this word on their command lines."""
    return [pid for pid, _ in _marked(mark)]


def _now(mark: str) -> list[str]:
    return [command for _, command in _marked(mark)]


def _marked(mark: str) -> list[tuple[int, str]]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue  # ended while we looked
        if mark.encode() in command:
            found.append((int(process.name), command.replace(b"\0", b" ").decode(errors="replace")))
    return found


@cache
def interpreter(version: str) -> str | None:
    """The path of a CPython of this version, on PATH or put there by pyenv; None where there is none."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    pyenv = sorted((root / "versions").glob(f"{version}.*/bin/python"))
    found = str(pyenv[-1]) if pyenv else shutil.which(f"python{version}")
    return found if found is not None and _says(found, version) else None


def _says(python: str, version: str) -> bool:
    """Whether it runs and is of that version: a shim on PATH may stand for nothing."""
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip() == version


def needs_interpreter(version: str) -> str:
    """Give the interpreter of this version, or skip the test."""
    found = interpreter(version)
    if found is None:
        pytest.skip(f"there is no Python {version} here")
    return found
