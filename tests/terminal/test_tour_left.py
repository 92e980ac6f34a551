"""How a tour is left, or ended: by Ctrl-C in each state, signals, faults of our own, Ctrl-Z."""

import signal
import sys
from pathlib import Path

import pytest

from tests.processes import running
from tests.terminal.tours import LONG, Start, is_as_it_was, prepared, press

FAULTY = """\
from unittest.mock import patch
from asyncdemo.__main__ import main

with patch("asyncdemo.{name}", side_effect=RuntimeError("a fault of ours")):
    main()
"""
# The stop, and the keys that lead to the state, each with what it shows.
STATES: dict[str, tuple[str, *tuple[tuple[str, str], ...]]] = {
    "code": ("a-hello", ("", "enter question")),
    "question": ("a-hello", ("\r", "enter run it")),
    "prediction": ("a-hello", ("2", "► 2  hello")),
    "answer": ("a-hello", ("\r", "enter run it"), ("\r", "It is 1.")),
    "notes": ("a-hello", ("o", "t   tries it")),
    "tried": ("a-hello", ("t", "hello Ada")),
    "keys": ("a-hello", ("?", "what they do")),
    "source": ("a-hello", ("s", "enter back")),
    "film": ("b-waits", ("\r", "enter next stop"), ("l", "times slower")),
    "name": ("a-hello", ("ja", "go to the stop: a_")),
    "end": ("hangs", ("n", "That was all.")),
}
SHORT = ("question", "answer", "film", "name")


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return prepared(tmp_path, environ)


@pytest.mark.slow
@pytest.mark.parametrize("state", [pytest.param(each, marks=() if each in SHORT else LONG) for each in STATES])
def test_ctrl_c_leaves_the_tour(terminal: Start, state: str) -> None:
    stop, *steps = STATES[state]
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("a-hello")
    press(tour, f"j{stop}\r", f"{stop}   ")
    for key, wanted in steps:
        press(tour, key, wanted)
    tour.type("\x03")
    assert tour.wait_for_end() == 130
    assert is_as_it_was(tour)


@pytest.mark.slow
def test_ctrl_c_in_the_editor_is_the_editors(terminal: Start, environ: dict[str, str], tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ntrap "echo not yet" INT\necho "this is the editor"\nread answer || read answer\n')
    editor.chmod(0o755)
    environ["EDITOR"] = str(editor)
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("enter question")
    press(tour, "e", "this is the editor")
    press(tour, "\x03", "not yet")
    press(tour, "\n", "your copy")
    tour.type("\x03")
    assert tour.wait_for_end() == 130
    assert is_as_it_was(tour)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hangs", "floods"])
def test_ctrl_c_stops_a_run_and_then_the_tour(terminal: Start, tmp_path: Path, name: str) -> None:
    tour = terminal(f"asyncdemo tour {tmp_path}/course/{name}.py", 200)
    press(tour, "\r", "enter wait")
    tour.wait_for("here it hangs" if name == "hangs" else "xxxxx")
    for _ in range(2 if name == "hangs" else 1):  # one for each signal that it takes: SIGINT it ignores
        tour.type("\x03")
    tour.wait_for("enter next stop")
    tour.type("\x03")
    assert tour.wait_for_end() == 130
    assert is_as_it_was(tour)
    assert running(str(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "end"), [("hangs", "q"), ("floods", "q"), ("hangs", "SIGTERM"), ("floods", "SIGHUP"), ("hangs", "SIGQUIT")]
)
def test_a_run_never_outlives_the_tour(terminal: Start, tmp_path: Path, name: str, end: str) -> None:
    tour = terminal(f"asyncdemo tour {tmp_path}/course/{name}.py", 200)
    press(tour, "\r", "enter wait")
    tour.wait_for("here it hangs" if name == "hangs" else "xxxxx")
    if end == "q":
        tour.type("q")
    else:
        tour.process.kill(signal.Signals[end])
    assert tour.wait_for_end() == (0 if end == "q" else 128 + signal.Signals[end])
    assert is_as_it_was(tour)
    assert running(str(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "keys"),
    [("cli.tour_session.screen", ""), ("cli.tour_session.with_output", "\r"), ("tour.navigation.find_stop", "jx\r")],
)
def test_a_fault_of_our_own_leaves_the_terminal_as_it_was(
    terminal: Start, tmp_path: Path, name: str, keys: str
) -> None:
    """At the first screen, in the midst of a run, and at a key."""
    (tmp_path / "faulty.py").write_text(FAULTY.format(name=name))
    tour = terminal(f"{sys.executable} faulty.py tour {tmp_path}/course/hangs.py")
    if keys:
        tour.wait_for("enter run it")
        tour.type(keys)
    assert tour.wait_for_end() == 1
    assert is_as_it_was(tour)
    assert tour.rows[-1] == "RuntimeError: a fault of ours"
    assert running(str(tmp_path)) == []


@pytest.mark.slow
def test_ctrl_z_and_fg_in_a_shell(terminal: Start) -> None:
    tour = terminal("asyncdemo tour course/b-waits.py", shell=True)
    tour.wait_for("enter run it")
    tour.type("\x1a")
    tour.wait_for("Stopped")
    assert tour.cursor_is_visible
    press(tour, "fg\n", "enter run it")
    press(tour, "\r", "waited")
    tour.type("q")
    tour.wait_for(lambda rows: rows[-1] == "$", "a prompt")
    assert tour.cursor_is_visible


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hangs", "floods"])
def test_ctrl_z_and_fg_while_a_run_goes_on(terminal: Start, tmp_path: Path, name: str) -> None:
    tour = terminal(f"asyncdemo tour course/{name}.py", shell=True)
    tour.wait_for("enter run it")
    press(tour, "\r", "here it hangs" if name == "hangs" else "xxxxx")
    press(tour, "\x1a", "Stopped")
    assert tour.cursor_is_visible
    press(tour, "echo $((6 * 7))\n", "42")
    press(tour, "fg\n", "enter wait")
    press(tour, "?", "still running: x stops it")
    tour.type("q")
    tour.wait_for(lambda rows: rows[-1] == "$", "a prompt")
    assert tour.cursor_is_visible
    assert running(f"{tmp_path}/course") == []


@pytest.mark.slow
def test_a_script_reaches_no_terminal(terminal: Start, tmp_path: Path) -> None:
    source = (
        "import os\ntry:\n    os.open('/dev/tty', os.O_RDWR)\nexcept OSError as error:\n    print(error.strerror)\n"
    )
    (tmp_path / "course" / "reaches.py").write_text(source)
    tour = terminal("asyncdemo tour course/reaches.py")
    tour.wait_for("enter run it")
    press(tour, "\r", "No such device or address")
    tour.type("q")
    assert tour.wait_for_end() == 0


@pytest.mark.slow
def test_many_signals_leave_the_terminal_as_it_was(terminal: Start) -> None:
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("enter question")
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT) * 3:
        tour.process.kill(number)
    tour.wait_for_end()
    assert is_as_it_was(tour)


@pytest.mark.slow
def test_pasted_keys_start_no_runs_that_nobody_sees(terminal: Start, tmp_path: Path) -> None:
    marker = tmp_path / "runs"
    (tmp_path / "course" / "counts.py").write_text(f"open({str(marker)!r}, 'a').write('x')\n")
    tour = terminal("asyncdemo tour course/counts.py")
    tour.wait_for("enter run it")
    press(tour, "r" * 500, "enter next stop")
    tour.type("q")
    assert tour.wait_for_end() == 0
    assert len(marker.read_text()) < 50
