"""Runs scripts through the real program and gives what it tells of them."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.conftest import Result
from tests.processes import running

Run = dict[str, Any]
RunScript = Callable[..., Run]


@pytest.fixture
def run_script(asyncdemo: Callable[..., Result], tmp_path: Path) -> RunScript:
    """Write a script and `run --json` it; gives its run, once it is certain that nothing of it is left running.

    `options` go before the script, `environ` changes the environment; the script's first argument is a word that no
    other process has.
    """

    def run(source: str, *options: str, environ: Mapping[str, str | None] | None = None) -> Run:
        script = tmp_path / "script.py"
        script.write_text(dedent(source), encoding="utf-8")
        mark = f"marked-{tmp_path}"
        python = () if "--python" in options else ("--python", sys.executable)
        result = asyncdemo("run", "--json", *python, *options, str(script), "--", mark, env=environ)
        assert result.stderr == ""
        assert running(mark) == []
        document = json.loads(result.stdout)
        (only,) = document["runs"]
        assert result.status == (130 if only["outcome"]["kind"] == "interrupted" else 0 if only["ok"] else 1)
        return dict(only)

    return run


def text(run: Run, *streams: str) -> str:
    """All that was printed, or what was printed to these streams."""
    return "".join(piece["text"] for piece in run["output"] if not streams or piece["stream"] in streams)


def named(run: Run) -> list[tuple[str, str]]:
    """The output as (stream, text), neighbours of one stream joined."""
    joined: list[tuple[str, str]] = []
    for piece in run["output"]:
        if joined and joined[-1][0] == piece["stream"]:
            joined[-1] = (piece["stream"], joined[-1][1] + piece["text"])
        else:
            joined.append((piece["stream"], piece["text"]))
    return joined
