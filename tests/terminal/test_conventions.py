"""Colours, widths, encodings, pipes and full disks: the real program, as other programs would use it."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from asyncdemo.model.recording_json import Recording, to_json
from tests.conftest import Result
from tests.lanes.made import polite, run_of
from tests.terminal.pseudo import Terminal

Program = Callable[..., Result]
Shell = Callable[..., Result]
Write = Callable[[str, str], str]

ESCAPE = "\x1b["
NARROW = ["LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0", "PYTHONIOENCODING=ascii", "PYTHONIOENCODING=latin-1"]
STEPS = "replay kept.json --step"
COMPARE = "compare ./one.py ./two.py --runs 1"
WORLD = 'print("grün ✓ 日本 🎉")\nraise ValueError("größer ✓")\n'


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path) -> None:
    """A script that prints a lot, two that take no time, and a recording."""
    (tmp_path / "kept.json").write_text(json.dumps(to_json(Recording((run_of(polite(), 0.2),)))))
    (tmp_path / "loud.py").write_text("for n in range(20_000):\n    print(n)\n")
    (tmp_path / "one.py").write_text("print(1)\n")
    (tmp_path / "two.py").write_text("print(2)\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run unawaited", COMPARE])
@pytest.mark.parametrize(
    ("changes", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colours_in_a_pipe(shell: Shell, command: str, changes: Mapping[str, str], coloured: bool) -> None:
    shown = shell(f"asyncdemo {command}", env=changes)
    assert (ESCAPE in shown.stdout) == coloured
    assert shown.stderr == ""
    assert not re.search(r"\x1b\[[0-9;]*[^m0-9;]", shown.stdout)  # colours alone: nothing moves a cursor


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "coloured"), [("A=1", True), ("NO_COLOR=1", False), ("TERM=dumb", False)])
@pytest.mark.parametrize("command", ["list", "run sync-main", "show sync-main"])
def test_colours_on_a_terminal(terminal: Callable[..., Terminal], command: str, setting: str, coloured: bool) -> None:
    shown = terminal(f"env {setting} asyncdemo {command}")
    assert shown.wait_for_end() == 0
    assert bool(re.search(rb"\x1b\[[0-9;]+m", shown.raw)) == coloured
    assert setting != "TERM=dumb" or b"\x1b" not in shown.raw


@pytest.mark.parametrize("environ", [{}, {"FORCE_COLOR": "1"}, {"COLUMNS": "40"}])
def test_a_piped_list_is_for_programs(asyncdemo: Program, environ: Mapping[str, str]) -> None:
    listed = asyncdemo("list", env=environ)
    first = listed.stdout.splitlines()[0]
    assert first == "sync-main\t1\t\tcall a function, print its result"
    assert all(row.count("\t") == 3 for row in listed.stdout.splitlines())


def test_names_and_json_agree(asyncdemo: Program) -> None:
    names = asyncdemo("list", "--names").stdout.splitlines()
    document = json.loads(asyncdemo("list", "--json").stdout)
    assert names == [each["name"] for each in document["scenarios"] if each["available"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "width"), [("60", 60), ("200", 200), ("garbage", 80), ("0", 80), ("-5", 80), ("1000000", 400)]
)
def test_columns(asyncdemo: Program, columns: str, width: int) -> None:
    rows = asyncdemo("run", "unawaited", env={"COLUMNS": columns}).stdout.splitlines()
    assert rows[1] == "─" * (width - 1)
    assert max(map(len, rows)) == width - 1


@pytest.mark.slow
@pytest.mark.parametrize("narrow", NARROW)
@pytest.mark.parametrize("command", ["list", "run simulated-io-wait", COMPARE, "show sync-main", STEPS])
def test_ascii_where_there_is_nothing_else(shell: Shell, narrow: str, command: str) -> None:
    shown = shell(f"env {narrow} asyncdemo {command}")
    assert (shown.stderr, shown.status) == ("", 0)
    assert shown.stdout.isascii()


@pytest.mark.slow
@pytest.mark.parametrize("narrow", NARROW)
def test_foreign_text_where_it_cannot_be_encoded(shell: Shell, write: Write, narrow: str) -> None:
    shown = shell(f"env {narrow} asyncdemo run ./{write('wörld.py', WORLD)}")
    assert shown.stderr == ""
    assert shown.status == 1
    assert r"\u2713 \u65e5\u672c \U0001f389" in shown.stdout
    assert "latin" in narrow or max(len(row) for row in shown.stdout.splitlines()) < 80


@pytest.mark.slow
@pytest.mark.parametrize("narrow", NARROW)
@pytest.mark.parametrize("command", ["run wörld.py", "run wörld", "list --scenarios wörld", "show wörld.py"])
def test_messages_where_they_cannot_be_encoded(shell: Shell, narrow: str, command: str) -> None:
    failed = shell(f"env {narrow} asyncdemo {command}")
    assert failed.stdout == ""
    assert failed.status == 2
    assert failed.stderr.startswith("asyncdemo: ")
    assert "Traceback" not in failed.stderr
    assert failed.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("narrow", NARROW)
@pytest.mark.parametrize("command", ["list", "run async", COMPARE])
def test_json_is_utf8_all_the_same(shell: Shell, narrow: str, command: str) -> None:
    shown = shell(f"env {narrow} asyncdemo {command} --json")
    assert shown.status == 0
    json.loads(shown.stdout)


COMMANDS = [
    "list",
    "list --json",
    "list --names",
    "show simulated-io-wait",
    "run simulated-io-wait",
    "run async",
    "run ./loud.py",
    "run async --json",
    COMPARE,
    "replay kept.json",
    STEPS,
    "--help",
    "--version",
]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_goes_is_no_fault(shell: Shell, command: str) -> None:
    shown = shell(f"asyncdemo {command} | head -1; exit ${{PIPESTATUS[0]}}")
    assert shown.stderr == ""
    assert shown.stdout.count("\n") == 1
    assert shown.status in (0, 141)  # all was written before, or it noticed


@pytest.mark.parametrize("command", ["list", "--help", "--version", "replay kept.json"])
def test_a_reader_that_was_never_there_is_no_failure(shell: Shell, command: str) -> None:
    shown = shell(f"asyncdemo {command} | true; exit ${{PIPESTATUS[0]}}")
    assert (shown.stdout, shown.stderr) == ("", "")
    assert shown.status in (0, 141)  # it may have written before the reader went


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirection", "message"),
    [
        (">&-", "asyncdemo: standard output is closed; give it a file, a pipe or a terminal\n"),
        (">/dev/full", "asyncdemo: cannot write the output: No space left on device\n"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_cannot_be_written(shell: Shell, command: str, redirection: str, message: str) -> None:
    assert shell(f"asyncdemo {command} {redirection}") == Result("", message, 1)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["nothing", "run simulated-io-wait", COMPARE])
def test_nobody_listens_to_messages(shell: Shell, command: str) -> None:
    shown = shell(f"asyncdemo {command} 2>&-")
    assert "asyncdemo:" not in shown.stdout
    assert "Traceback" not in shown.stdout
    assert shown.status == (2 if command == "nothing" else 0)


@pytest.mark.slow
def test_no_line_of_progress_where_stderr_is_no_terminal(shell: Shell) -> None:
    assert shell(f"asyncdemo {COMPARE}").stderr == ""
    assert shell("asyncdemo run simulated-io-wait").stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("one.py", "one.py --source --timing"),
        ("one.py --source", "one.py --source --timing"),
        ("one.py --full", "one.py --full --timing"),
        ("'a b.py' -- -v 'c d'", "'a b.py' --source --timing -- -v 'c d'"),
        ("-m one x -- -y", "-m one --source --timing -- x -y"),
        ("a.py --set N=2 --python python3", "a.py --source --timing --set N=2 --python python3"),
    ],
)
def test_the_next_step_runs_the_same_again(shell: Shell, write: Write, words: str, step: str) -> None:
    write("a b.py", "")
    write("a.py", "N = 1\n")
    assert shell(f"COLUMNS=200 asyncdemo run {words}").stdout.endswith(f" timings   asyncdemo run {step}\n")
    assert shell(f"asyncdemo run {step}").status == 0


@pytest.mark.slow
def test_the_next_step_is_told_after_the_last_of_several(shell: Shell) -> None:
    shown = shell("asyncdemo run thread-meets-loop sync-main")
    assert shown.stdout.count("next   asyncdemo run") == 1
    assert shown.stdout.endswith("next   asyncdemo run unawaited-coroutine\n")


NEWER = """\
# /// script
# requires-python = ">=3.29"
# ///
"""


@pytest.mark.slow
def test_what_did_not_start_has_no_times_to_be_shown(shell: Shell, write: Write) -> None:
    write("a.py", "")
    shown = shell("asyncdemo run a.py --python 3.99")
    assert (shown.status, shown.stdout.splitlines()[2:]) == (1, ["did not start: there is no python3.99 on PATH", ""])


@pytest.mark.slow
def test_what_needs_another_python_is_offered_on_one(shell: Shell, write: Write) -> None:
    write("newer.py", NEWER)
    write("python3.29", "#!/bin/sh\n")
    shown = shell('chmod +x python3.29; PATH="$PWD:$PATH" asyncdemo run newer --scenarios .')
    assert shown.stdout.endswith("\non Python 3.29   asyncdemo run newer --python 3.29 --scenarios .\n")
    shown = shell("asyncdemo run newer --scenarios .").stdout
    assert " ".join(shown.split()).endswith(
        "once Python 3.29 is installed asyncdemo run newer --python 3.29 --scenarios ."
    )
