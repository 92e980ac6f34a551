"""Runs the same without us and with us."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import REPOSITORY, clean_environment
from tests.runner.conftest import text

_MAIN = "from asyncdemo.__main__ import main; main()"


class Seen(NamedTuple):
    """What a run looked like from outside."""

    printed: list[str]
    status: int


def masked(printed: str) -> list[str]:
    """The lines without addresses and thread numbers, which differ in any two runs."""
    return re.sub(r"0x[0-9a-f]{6,}|\b\d{12,}\b", "...", printed).splitlines()


@pytest.fixture
def both(tmp_path: Path) -> Callable[..., tuple[Seen, Seen, dict[str, Any]]]:
    """Run the same without us and with us; gives what both looked like, and our run."""

    def run(
        python: str, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> tuple[Seen, Seen, dict[str, Any]]:
        settings = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}", **(environ or {})}
        ours = {"PYTHONDONTWRITEBYTECODE": "1"} | settings  # so that the second run finds just what the first did
        plain = subprocess.run(
            [python, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            env=clean_environment(ours),
            timeout=60,
            check=False,
        )
        target, rest = (2, arguments[2:]) if arguments[0] == "-m" else (1, arguments[1:])
        words = [*arguments[:target], "--", *rest]
        # isolated, so that only the script's interpreter gets what the test puts into the environment
        tool = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); {_MAIN}"]
        result = subprocess.run(
            [*tool, "run", "--json", "--python", python, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=tmp_path,
            env=clean_environment(ours),
            timeout=60,
            check=False,
        )
        assert result.stderr == b""
        (seen,) = json.loads(result.stdout)["runs"]
        status = seen["outcome"].get("code", -seen["outcome"].get("signal", 0))
        printed = plain.stdout.decode(errors="backslashreplace")
        return Seen(masked(printed), plain.returncode), Seen(masked(text(seen)), status), seen

    return run


Both = Callable[..., tuple[Seen, Seen, dict[str, Any]]]


def same(without: Seen, watched: Seen) -> None:
    """Fail with the words of the first line that differs, and what is around them."""
    for before, after in zip_longest(without.printed, watched.printed, fillvalue=""):
        if before != after:
            alike = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
            start = max(0, alike - 80)
            assert after[start : start + 300] == before[start : start + 300]
    assert watched == without
