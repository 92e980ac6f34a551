"""The one way in which tests run the real program."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

# Hypothesis would fail an example that takes over 0.2 seconds: on a busy machine that says nothing about the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

REPOSITORY = Path(__file__).parent.parent
SCENARIOS = REPOSITORY / "scenarios"

# The machine's own settings would hide faults of buffering and change what is shown.
_UNSET = ("PYTHON", "ASYNCDEMO", "VIRTUAL_ENV", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS")


class Result(NamedTuple):
    """What a command left: texts decoded as UTF-8, and its exit status."""

    stdout: str
    stderr: str
    status: int


def clean_environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment without what changes Python's or our behaviour, then with the changes (None: unset)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_UNSET)}
    kept |= {"LC_ALL": "C.UTF-8", "TERM": "xterm"}
    for name, value in (changes or {}).items():
        kept.pop(name, None)
        if value is not None:
            kept[name] = value
    return kept


@pytest.fixture
def asyncdemo(tmp_path: Path) -> Callable[..., Result]:
    """Run `asyncdemo ARGUMENTS` in an empty folder; `stdin` text or bytes, `env` changes, `cwd`, `timeout` seconds."""

    def run(
        *arguments: str,
        stdin: str | bytes = b"",
        env: Mapping[str, str | None] | None = None,
        cwd: Path = tmp_path,
        timeout: float = 60,
    ) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "asyncdemo", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=cwd,
            env=clean_environment({"PYTHONPATH": str(REPOSITORY), **(env or {})}),
            timeout=timeout,
            check=False,
        )
        stdout, stderr = (text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr))
        return Result(stdout, stderr, done.returncode)

    return run
