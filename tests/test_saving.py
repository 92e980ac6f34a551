"""`run --save`: the recording of all runs in a file that is written whole or not at all."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.cli.saving import comparison_files, writable
from asyncdemo.errors import ToolError, UsageError
from asyncdemo.model import recording_json
from asyncdemo.views.exports import RECORDINGS
from tests.comparison.made import compared, made
from tests.conftest import Result


@pytest.mark.slow
def test_a_recording_is_kept(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    result = asyncdemo("run", "sync-main", "asyncio-run", "--json", "--save", "kept.json")
    assert (result.status, result.stderr) == (0, "")
    kept = recording_json.from_text((tmp_path / "kept.json").read_text())
    assert [run.subject.target for run in kept.runs] == ["sync-main", "asyncio-run"]
    published = json.loads(result.stdout)["runs"]
    assert [run.pop("waits") for run in published] == [None, []]  # computed from the spans, and so not kept
    assert [run.pop("critical_path") for run in published] == [None, None]
    assert [run.to_json() for run in kept.runs] == published
    assert kept.runs[1].timeline is not None
    assert len(kept.runs[1].timeline.spans) > 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.json"]


@pytest.mark.slow
def test_several_files_are_kept_or_none(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    assert asyncdemo("run", "sync-main", "--save", "x.json", "--save", "no/x.html").status == 2
    assert not list(tmp_path.iterdir())
    assert asyncdemo("run", "sync-main", "--save", "x.json", "--save", "x.html").status == 0
    assert {entry.name for entry in tmp_path.iterdir()} == {"x.json", "x.html"}
    assert (tmp_path / "x.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x.gif", "asyncdemo: cannot save as x.gif: the name must end in .json, .html, .md, .svg or .trace.json\n"),
        ("no/x.json", "asyncdemo: cannot write no/x.json: No such file or directory\n"),
        ("folder.json", "asyncdemo: cannot save as folder.json: that is a folder\n"),
        ("fifo.json", "asyncdemo: cannot save as fifo.json: that is not a regular file\n"),
        ("full.json", "asyncdemo: cannot save as full.json: that is not a regular file\n"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_runs(
    name: str, message: str, tmp_path: Path, asyncdemo: Callable[..., Result]
) -> None:
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "fifo.json")
    (tmp_path / "full.json").symlink_to("/dev/full")
    assert asyncdemo("run", "sync-main", "--save", name) == Result("", message, 2)


def test_what_was_there_is_lost_only_to_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), writable(path, RECORDINGS).writing() as file:
        file.write("half")
        raise ZeroDivisionError
    assert path.read_text() == "before"
    place = writable(path, RECORDINGS)
    assert os.listdir(tmp_path) == ["kept.json"]  # noqa: PTH208  # nothing else lies there while anything runs
    assert path.read_text() == "before"
    with place.writing() as file:
        file.write("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    with place.writing() as file:
        file.write("later")
    assert path.read_text() == "later"
    assert os.listdir(tmp_path) == ["kept.json"]  # noqa: PTH208


WRITER = """
import os, signal, sys
from pathlib import Path
from asyncdemo.cli.saving import writable
places = [writable(Path(name), (".json",)) for name in ("one.json", "two.json")]
with places[0].writing() as file:
    file.write("whole")
with places[1].writing() as file:
    file.write("half" * 100_000)
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
"""


@pytest.mark.process
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_nothing_half_written_is_left_by_who_is_ended(tmp_path: Path, name: str) -> None:
    ended = subprocess.run([sys.executable, "-c", WRITER, name], cwd=tmp_path, check=False)
    assert ended.returncode == -getattr(signal, name)
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {"one.json": "whole"}


@pytest.mark.process
def test_who_ignores_a_signal_goes_on_writing(tmp_path: Path) -> None:
    ignoring = f"import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n{WRITER}"
    ended = subprocess.run([sys.executable, "-c", ignoring, "SIGHUP"], cwd=tmp_path, check=False)
    assert ended.returncode == 0
    assert {entry.name for entry in tmp_path.iterdir()} == {"one.json", "two.json"}


def test_a_new_file_may_be_read_as_any_other(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    with writable(tmp_path / "kept.json", RECORDINGS).writing() as file:
        file.write("{}")
    assert stat.S_IMODE((tmp_path / "kept.json").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_what_is_replaced_keeps_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    private, link = tmp_path / "private.json", tmp_path / "link.json"
    private.write_text("before")
    private.chmod(0o600)
    link.symlink_to("private.json")
    with writable(link, RECORDINGS).writing() as file:
        file.write("after")
    assert link.is_symlink()
    assert (private.read_text(), stat.S_IMODE(private.stat().st_mode)) == ("after", 0o600)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_what_may_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.touch(0o400)
    with pytest.raises(UsageError, match="Permission denied"):
        writable(path, RECORDINGS)


def test_no_other_ending_is_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        writable(tmp_path / "x.gif", RECORDINGS)


def test_the_longer_of_two_endings_counts(tmp_path: Path) -> None:
    names = ("x.trace.json", "trace.json")
    assert [writable(tmp_path / name, RECORDINGS).ending for name in names] == [".trace.json", ".json"]


def test_a_folder_that_is_gone_in_the_meantime(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    place = writable(folder / "kept.json", RECORDINGS)
    folder.rmdir()
    with pytest.raises(ToolError, match=r"^cannot write .*kept.json: No such file or directory$"):  # noqa: SIM117
        with place.writing() as file:
            file.write("{}")


def test_a_comparison_is_written_after_every_round_but_for_the_trace_of_its_warm_up(tmp_path: Path) -> None:
    paths = [tmp_path / "x.json", tmp_path / "x.trace.json"]
    files = comparison_files(paths)
    files.save(compared(made("a", 0.1)))
    before = [path.stat().st_mtime_ns for path in paths]
    files.save(compared(made("a", 0.1, 0.2)))
    after = [path.stat().st_mtime_ns for path in paths]
    assert (after[0] > before[0], after[1]) == (True, before[1])
    assert len(list(tmp_path.iterdir())) == 2


def test_a_title_names_what_is_saved(asyncdemo: Callable[..., Result], tmp_path: Path) -> None:
    assert asyncdemo("run", "sync-main", "--title", "Monday", "--save", "x.html", "--save", "x.json").status == 0
    assert "<title>Monday</title>" in (tmp_path / "x.html").read_text()
    assert asyncdemo("replay", "x.json", "--save", "x.md").status == 0
    assert (tmp_path / "x.md").read_text().startswith("# Monday\n")
    assert asyncdemo("replay", "x.json", "--save", "x.md", "--title", "Tuesday").status == 0
    assert (tmp_path / "x.md").read_text().startswith("# Tuesday\n")


@pytest.mark.parametrize("words", [("run", "sync-main"), ("replay", "x.json")])
def test_a_title_without_a_file_is_a_usage_error(asyncdemo: Callable[..., Result], words: tuple[str, ...]) -> None:
    refused = asyncdemo(*words, "--title", "Monday")
    assert refused.status == 2
    assert refused.stderr == "asyncdemo: --title is the title of what is saved: add --save FILE.html\n"
