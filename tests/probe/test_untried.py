"""A version of Python newer than any that was tried: what is as we know it is observed, and the run is marked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.process]

SCRIPT = """
import asyncio, sys, threading, time
async def main():
    time.sleep(0.1)
    print("out")
    print("err", file=sys.stderr)
    await asyncio.sleep(0.01)
asyncio.run(main())
"""


def observed(folder: Path, prepare: str = "") -> dict[str, Any]:
    """A run by a copy of the tool for which 3.10 is the newest version, after a sitecustomize of the person's own."""
    shutil.copytree(
        REPOSITORY / "asyncdemo", folder / "tool" / "asyncdemo", ignore=shutil.ignore_patterns("__pycache__")
    )
    layout = folder / "tool" / "asyncdemo" / "probe" / "inject" / "_asyncdemo_layout.py"
    text = layout.read_text()
    assert "NEWEST = 3, 15" in text
    layout.write_text(text.replace("NEWEST = 3, 15", "NEWEST = 3, 10"))
    probe = layout.with_name("_asyncdemo_probe.py")
    text = probe.read_text()
    assert "\ndef attach(" in text
    probe.write_text(text.replace("\ndef attach(", f"\n{prepare}\ndef attach(", 1))
    (folder / "script.py").write_text(SCRIPT)
    main = f"import sys; sys.path.insert(0, {str(folder / 'tool')!r}); from asyncdemo.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, "run", "--json", "script.py"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    (run,) = json.loads(done.stdout)["runs"]
    assert run["ok"]
    assert "".join(each["text"] for each in run["output"]) == "out\nerr\n"
    return dict(run)


def test_it_works_and_is_marked(tmp_path: Path) -> None:
    run = observed(tmp_path)
    assert run["python"]["untried"] is True
    assert run["notes"] == ["untried version: asyncdemo was tried on Python up to 3.10"]
    assert {each["stream"] for each in run["output"]} == {"stdout", "stderr"}
    assert run["trace"]["complete"]
    assert run["tasks"][0]["coroutine"] == "main"


NO_STEPS = "import asyncio.tasks\ndel asyncio.tasks._PyTask._Task__wakeup\n"
NO_IMPORTS = (
    "sys.modules['_frozen_importlib']._find_and_load = sys.modules['_frozen_importlib']._find_and_load.__call__\n"
)


@pytest.mark.parametrize("unlike", [NO_STEPS, NO_IMPORTS])
def test_what_is_unlike_is_left_alone(unlike: str, tmp_path: Path) -> None:
    run = observed(tmp_path, unlike)
    assert run["notes"][0].endswith("up to 3.10; what is unlike that was not observed")
    assert run["tasks"] in ([], None)
    assert {each["stream"] for each in run["output"]} == {"stdout", "stderr"}


def test_streams_that_write_otherwise_are_left_alone(tmp_path: Path) -> None:
    unlike = "_asyncdemo_writes._recorded = lambda native, number, note: (lambda data: native(data * 2))\n"
    run = observed(tmp_path, unlike)
    assert run["notes"][0].endswith("what is unlike that was not observed")
    assert {each["stream"] for each in run["output"]} == {"other"}
