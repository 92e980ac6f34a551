"""What is the same on any Unix, tried on Linux: the outputs of the course, and what is less exact said once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result

pytestmark = pytest.mark.process
PORTABLE = {"ASYNCDEMO_PLATFORM": "portable"}


def test_the_first_chapter_passes(asyncdemo: Callable[..., Result]) -> None:
    assert asyncdemo("check", "sync-main", "unawaited", "print-coroutine", "asyncio-run", env=PORTABLE).status == 0


def test_a_blocking_call_has_its_coroutine_and_no_line_and_that_is_said_once(asyncdemo: Callable[..., Result]) -> None:
    (run,) = json.loads(asyncdemo("run", "blocking-sleep:rude", "--json", env=PORTABLE).stdout)["runs"]
    (finding,) = run["findings"]
    assert finding["message"].startswith("Something in job() blocks the event loop")
    assert [note for note in run["notes"] if "cannot be known on this system" in note] == run["notes"]
    assert len(run["notes"]) == 1
    assert "".join(each["text"] for each in run["output"]) == "tick\ndone 1\ndone 2\ndone 3\n"


def test_its_process_group_is_ended_with_it(asyncdemo: Callable[..., Result]) -> None:
    left = "import subprocess, sys\nsubprocess.Popen(['sleep', '60'])\nprint('over')\n"
    (run,) = json.loads(asyncdemo("run", "-", "--json", stdin=left, env=PORTABLE).stdout)["runs"]
    assert run["outcome"] == {"kind": "exited", "code": 0}
    assert run["notes"] == ["what it had started and left running had to be stopped"]


def test_what_it_shares_with_the_script_is_not_left_if_it_is_killed(
    asyncdemo: Callable[..., Result], tmp_path: Path
) -> None:
    look = "import os\nprint('here:', *os.listdir(os.environ['TMPDIR']))\n"
    (script := tmp_path / "look.py").write_text(look)
    (shared := tmp_path / "temporary").mkdir()
    (run,) = json.loads(asyncdemo("run", str(script), "--json", env=PORTABLE | {"TMPDIR": str(shared)}).stdout)["runs"]
    assert run["python"]["version"]  # it was observed
    assert "".join(each["text"] for each in run["output"]) == "here:\n"


def test_output_alone_has_the_status_of_the_script(asyncdemo: Callable[..., Result]) -> None:
    (ended, late) = (
        asyncdemo("run", "--output-only", *words, stdin=source, env=PORTABLE)
        for words, source in (
            (("-",), "print('x')\nraise SystemExit(3)\n"),
            (("--timeout", "2", "-"), "import time\nprint('x', flush=True)\ntime.sleep(60)\n"),
        )
    )
    assert (ended.stdout, ended.status) == ("x\n", 3)
    assert (late.stdout, late.status) == ("x\n", 124)


def test_doctor_says_what_is_less_exact(asyncdemo: Callable[..., Result]) -> None:
    said = " ".join(asyncdemo("doctor", env=PORTABLE).stdout.split())
    assert "untried outside of Linux" in said
    assert "the lines that held a loop are not known" in said
    assert "a long step that computes is left out, or passes for one that was blocked" in said
