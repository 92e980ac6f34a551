"""Runs the real program on a Windows Python under Wine: `.ci/windows` puts that into .bench/windows."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Result, clean_environment

PLACE = Path(os.environ.get("ASYNCDEMO_WINDOWS") or REPOSITORY / ".bench" / "windows" / "installed")


def on_drive(path: Path) -> str:
    """A path as Windows has it under Wine."""
    return "Z:" + str(path).replace("/", "\\")


Python = Callable[..., Result]


@pytest.fixture(scope="session")
def program() -> Iterator[Path]:
    """The Windows Python. One is there all the time, with Wine's services: these hold the pipes of whoever comes first."""
    found = PLACE / "python"
    if not found.exists():
        pytest.skip(f"no Windows Python in {PLACE}: .ci/windows sets one up")
    command = [found, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=clean_environment({})) as first:
        assert first.stdout is not None and first.stdout.readline()
        yield found


@pytest.fixture
def python(program: Path, tmp_path: Path) -> Python:
    """Run the Windows Python with arguments in an empty folder; `env` changes, `timeout` seconds."""

    def run(*arguments: str, env: Mapping[str, str | None] | None = None, timeout: float = 300) -> Result:
        done = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,  # Wine has no console, and files will not do either
            cwd=tmp_path,
            env=clean_environment({"PYTHONPATH": on_drive(REPOSITORY), "COLUMNS": "80", **(env or {})}),
            timeout=timeout,
            check=False,
        )
        stdout, stderr = (text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr))
        return Result(stdout, stderr, done.returncode)

    return run


@pytest.fixture
def windows(python: Python) -> Python:
    """Run `asyncdemo ARGUMENTS` there."""

    def run(*arguments: str, env: Mapping[str, str | None] | None = None, timeout: float = 300) -> Result:
        return python("-m", "asyncdemo", *arguments, env=env, timeout=timeout)

    return run
