"""What keeps the quick tests quick: nothing that starts a process is among them, and nothing pure is set aside."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.process]
MARKERS = "[pytest]\nmarkers =\n    process\n    observation\n"


def outcome(folder: Path, mark: str, body: str) -> tuple[str, int]:
    """What pytest says of one test with this mark, under our conftest, and its exit status."""
    (folder / "pytest.ini").write_text(MARKERS)
    (folder / "test_one.py").write_text(f"import os, pytest, subprocess\n{mark}\ndef test_it():\n    {body}\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "test_one.py"]
    env = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, check=False)
    return done.stdout + done.stderr, done.returncode


STARTS = "subprocess.run(['true'])"
FORKS = "os._exit(0) if os.fork() == 0 else os.wait()"


@pytest.mark.parametrize(
    ("mark", "body", "says"),
    [
        ("", STARTS, "this starts another process (subprocess.Popen): mark it with @pytest.mark.process"),
        ("", FORKS, "this starts another process (os.fork): mark it with @pytest.mark.process"),
        ("", f"try: {STARTS}\n    except Exception: pass", "this starts another process"),
        ("@pytest.mark.observation", "pass", "test_it starts no process: it cannot be marked with `observation`"),
    ],
)
def test_a_wrong_mark_is_an_error(tmp_path: Path, mark: str, body: str, says: str) -> None:
    said, status = outcome(tmp_path, mark, body)
    assert says in said
    assert status != 0


@pytest.mark.parametrize(("mark", "body"), [("", "pass"), ("@pytest.mark.process", STARTS)])
def test_a_right_mark_is_none(tmp_path: Path, mark: str, body: str) -> None:
    said, status = outcome(tmp_path, mark, body)
    assert ("1 passed" in said, status) == (True, 0)
