"""The real program in a shell's pipeline, and on a terminal of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Result, clean_environment
from tests.terminal.pseudo import Terminal


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which `asyncdemo` and `python3` are ours."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "asyncdemo").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m asyncdemo "$@"\n')
    (folder / "asyncdemo").chmod(0o755)
    (folder / "python3").symlink_to(sys.executable)
    environ = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    return environ | {"PATH": f"{folder}:{environ['PATH']}", "PS1": "$ ", "HISTFILE": "/dev/null"}


@pytest.fixture
def shell(tmp_path: Path, environ: dict[str, str]) -> Callable[..., Result]:
    """Run a command line in bash, in an empty folder; `env` changes; the status is that of the last command."""

    def run(command: str, env: Mapping[str, str] | None = None) -> Result:
        done = subprocess.run(
            ["bash", "--norc", "--noprofile", "-c", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=tmp_path,
            env=environ | (env or {}),
            timeout=60,
            check=False,
        )
        stdout, stderr = (text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr))
        return Result(stdout, stderr, done.returncode)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """Write a script into the folder in which the program runs; gives its name."""

    def write_script(name: str, source: str) -> str:
        (tmp_path / name).write_text(source)
        return name

    return write_script


@pytest.fixture
def terminal(tmp_path: Path, environ: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """Start a command line on a pseudo-terminal of `width` x `height`; `shell`: typed into an interactive bash."""
    started: list[Terminal] = []

    def start(command: str, width: int = 80, height: int = 24, *, shell: bool = False) -> Terminal:
        new = Terminal(command, tmp_path, environ, width, height, shell=shell)
        started.append(new)
        return new

    yield start
    for each in started:
        each.close()
