"""Programs that run already when they are attached to, on each Python to which that can be done."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import clean_environment
from tests.processes import needs_interpreter

VERSIONS = ("3.14", "3.15")
Target = subprocess.Popen[str]
Start = Callable[..., Target]


@pytest.fixture(params=VERSIONS)
def python(request: pytest.FixtureRequest) -> str:
    """An interpreter of this version; skips the test where there is none."""
    return needs_interpreter(request.param)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program that prints a line once it is where it is to be looked at; it is ended after the test."""
    started: list[Target] = []

    def run(python: str, source: str, *arguments: str, name: str = "program.py", **environment: str) -> Target:
        script = tmp_path / name
        script.write_text(dedent(source))
        target = subprocess.Popen(
            [python, str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(environment),
        )
        started.append(target)
        assert target.stdout is not None
        said = target.stdout.readline()
        assert said
        target.port = int(said) if said.strip().isdecimal() else None  # type: ignore[attr-defined]
        return target

    yield run
    for each in started:
        with suppress(ProcessLookupError):
            each.kill()
        each.communicate()
