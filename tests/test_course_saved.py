"""What the course is saved as: every form, and the recording without loss."""

from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.model.recording_json import from_text
from asyncdemo.views.exports import RECORDINGS
from tests.conftest import SCENARIOS, Result
from tests.views.forms import check_all

FEW = ["blocking-sleep", "unawaited-coroutine", "queue-backpressure"]
ALL = [scenario.name for scenario in course.load([SCENARIOS]).scenarios if scenario.available]


def keeps_every_form(name: str, folder: Path, asyncdemo: Callable[..., Result]) -> None:
    """Run a scenario, keep it in every form, load the recording, and make every form of that."""
    made = [f"--save=made{ending}" for ending in RECORDINGS]
    again = [f"--save=again{ending}" for ending in RECORDINGS]
    assert asyncdemo("run", name, *made).stderr == ""
    assert asyncdemo("replay", "made.json", *again) == Result("", "", 0)
    assert {path.name for path in folder.iterdir()} == {
        f"{kind}{end}" for kind in ("made", "again") for end in RECORDINGS
    }
    assert (folder / "again.json").read_bytes() == (folder / "made.json").read_bytes()
    recording = from_text((folder / "made.json").read_text(encoding="utf-8"))
    check_all(recording)


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
def test_a_few(name: str, tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    keeps_every_form(name, tmp_path, asyncdemo)


@pytest.mark.observation
@pytest.mark.parametrize("name", [name for name in ALL if name not in FEW])
def test_all_others(name: str, tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    keeps_every_form(name, tmp_path, asyncdemo)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "save", "message"),
    [
        ("made.json", "x.gif", "cannot save as x.gif: the name must end in .json, .html, .md, .svg or .trace.json"),
        ("made.json", "no/x.svg", "cannot write no/x.svg: No such file or directory"),
        ("made.json", "folder.svg", "cannot save as folder.svg: that is a folder"),
        ("newer.json", "x.svg", "newer.json: this is a recording of the kind 'asyncdemo.recording/2'"),
        ("foreign.json", "x.svg", "foreign.json: this is no recording"),
        ("none.json", "x.svg", "cannot read none.json: No such file or directory"),
    ],
)
def test_what_cannot_be_made(
    file: str, save: str, message: str, tmp_path: Path, asyncdemo: Callable[..., Result]
) -> None:
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "newer.json").write_text('{"schema": "asyncdemo.recording/2", "runs": []}')
    (tmp_path / "foreign.json").write_text('{"a": 1}')
    (tmp_path / "made.json").write_bytes((SCENARIOS.parent / "docs/images/blocking-sleep.json").read_bytes())
    before = {path.name for path in tmp_path.iterdir()}
    result = asyncdemo("replay", file, "--save", "y.svg", "--save", save)
    assert (result.stdout, result.status) == ("", 2)
    assert result.stderr.startswith(f"asyncdemo: {message}")
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize("shown", [["--step"], ["--speed", "2"]])
def test_replay_shows_or_saves(shown: list[str], asyncdemo: Callable[..., Result]) -> None:
    message = f"asyncdemo: --save and {shown[0]} exclude each other: choose one\n"
    assert asyncdemo("replay", "made.json", *shown, "--save", "x.svg") == Result("", message, 2)
