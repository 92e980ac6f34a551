"""A tour on a real terminal: every key, every size, runs that hang or flood, and how the terminal is left."""

import json
import signal
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.processes import running
from tests.terminal.pseudo import PATIENCE, Terminal

Start = Callable[..., Terminal]
Write = Callable[[str, str], str]
LONG = pytest.mark.observation  # the screens of all sizes and states are also drawn, much faster, in tests/views
SIZES = [(80, 24), (60, 20), (200, 50)]
ASKS = '''"""say hello

What there is to notice.

**Try** `--set NAME=Ada`.
"""
# /// script
# [tool.asyncdemo]
# question = "What is printed?"
# choices = ["hello Eve", "hello", "nothing"]
# ///
NAME = "Eve"
print("hello", NAME)
'''
WAITS = '''"""two waits"""
import asyncio
async def main():
    await asyncio.gather(asyncio.sleep(0.3), asyncio.sleep(0.3))
    print("waited")
asyncio.run(main())
'''
HANGS = '''"""never ends"""
import signal, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("here it hangs")
time.sleep(600)
'''
FLOODS = '''"""never stops"""
while True:
    print("x" * 60)
'''
FAULTY = """\
from unittest.mock import patch
from asyncdemo.__main__ import main

with patch("asyncdemo.{name}", side_effect=RuntimeError("a fault of ours")):
    main()
"""
SCRIPTS = {"a-hello": ASKS, "b-waits": WAITS, "hangs": HANGS, "floods": FLOODS}


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    (tmp_path / "course").mkdir()
    for name, source in SCRIPTS.items():
        (tmp_path / "course" / f"{name}.py").write_text(source)
    return environ | {"XDG_STATE_HOME": str(tmp_path / "state"), "VISUAL": "", "EDITOR": ""}


def marks(folder: Path) -> dict[str, str]:
    kept = json.loads((folder / "state" / "asyncdemo" / "tour.json").read_text())
    (course,) = kept["courses"].values()
    return dict(course["stops"])


def press(tour: Terminal, keys: str, wanted: str) -> list[str]:
    tour.type(keys)
    return tour.wait_for(wanted)


def next_page(tour: Terminal, height: int, before: list[str]) -> list[str]:
    """Wait for another page than the one before, on which Enter goes on.

    A large screen comes in several pieces: until its end is there, the rows below are still those of the one before.
    """

    def is_there(rows: list[str]) -> bool:
        whole = tour.raw.endswith(b"\x1b[J") and len(rows) == height
        return whole and rows != before and "enter " in rows[-1] and "enter wait" not in rows[-1]

    return tour.wait_for(is_there, "another page")


def is_as_it_was(tour: Terminal) -> bool:
    """Whether all that was taken was given back: cursor, screen, wrapping of long rows, echo and whole lines."""
    codes = ((b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?7l", b"\x1b[?7h"))
    given_back = all(-1 < tour.raw.rfind(taken) < tour.raw.rfind(back) for taken, back in codes)
    return given_back and tour.modes == tour.modes_before


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [SIZES[0], *(pytest.param(*size, marks=LONG) for size in SIZES[1:])])
def test_a_learner_plays_through_a_stop(terminal: Start, tmp_path: Path, width: int, height: int) -> None:
    tour = terminal("asyncdemo tour course/", width, height)
    rows = tour.wait_for("enter question")
    assert rows[0].startswith("a-hello   say hello")
    assert len(rows) == height
    press(tour, "\r", "1  hello Eve")
    press(tour, "3", "► 3  nothing")
    press(tour, "\r", "Not 3: it is 1.")
    press(tour, "p", "enter run it")
    press(tour, "1", "► 1  hello Eve")
    press(tour, "\r", "Right: it is 1.")
    press(tour, "\r", "What there is to notice.")
    press(tour, "t", "hello Ada")
    press(tour, "s", "enter back")
    press(tour, "s", "with NAME=Ada")
    press(tour, "?", "rows 1 to" if height == 20 else "leave; the next tour")
    press(tour, "?", "with NAME=Ada")
    press(tour, "n", "b-waits")
    press(tour, "\r", "enter next stop")
    press(tour, "l", "times as slow")
    press(tour, "l", "times as slow")
    press(tour, "b", "enter next stop")
    press(tour, "j", "go to the stop")
    press(tour, "a-h\r", "a-hello   say hello")
    tour.type("q")
    assert tour.wait_for_end() == 0
    assert marks(tmp_path) == {"a-hello": "right later", "b-waits": "seen"}
    assert is_as_it_was(tour)


@pytest.mark.slow
def test_the_next_tour_begins_where_the_last_one_was(terminal: Start) -> None:
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("a-hello")
    press(tour, "n", "b-waits")
    tour.type("q")
    tour.wait_for_end()
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("b-waits")
    tour.wait_for("the tour goes on where you were")
    tour.type("q")
    assert tour.wait_for_end() == 0


@pytest.mark.slow
def test_progress_says_how_to_go_on_with_that_course(terminal: Start, tmp_path: Path) -> None:
    (tmp_path / "course").rename(tmp_path / "my course")
    for words, again in (
        ("'my course/'", "asyncdemo tour 'my course/'"),
        ("", "asyncdemo tour"),
        ("3 --scenarios 'my course/'", "asyncdemo tour --scenarios 'my course/'"),
    ):
        shown = terminal(f"asyncdemo tour --progress {words}")
        assert shown.wait_for_end() == 0
        assert shown.rows[-1] == f"go on   {again}"


@pytest.mark.slow
def test_who_presents_needs_enter_alone(terminal: Start, tmp_path: Path) -> None:
    tour = terminal("asyncdemo tour 1 --no-questions")
    names = ["sync-main", "unawaited-coroutine", "print-coroutine", "asyncio-run", "simulated-io-wait"]
    seen, rows = [], list[str]()
    for _ in range(40):
        rows = next_page(tour, 24, rows)
        seen.append(rows[0].split()[0].partition(":")[0])
        if rows[0].startswith("chapter 1"):
            break
        tour.process.send("\r")
    assert list(dict.fromkeys(seen)) == [*names, "chapter"]
    assert not any("What does this print" in row for row in tour.rows)
    tour.type("q")
    assert tour.wait_for_end() == 0
    assert not (tmp_path / "state").exists()


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
    "film": ("b-waits", ("\r", "enter next stop"), ("l", "times as slow")),
    "name": ("a-hello", ("ja", "go to the stop: a_")),
    "end": ("hangs", ("n", "That was all of it.")),
}
SHORT = ("question", "answer", "film", "name")


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
    for _ in range(3 if name == "hangs" else 1):  # one for each signal that it takes
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
    ("name", "keys"), [("cli.touring.on_screen.screen", ""), ("tour.events.printed", "\r"), ("tour.keys.found", "jx\r")]
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


def answers(tour: "pexpect.spawn[bytes]", count: int) -> float:
    """The median of the seconds between a key and the screen that answers it."""
    times = []
    for _ in range(count):
        start = time.monotonic()
        tour.send(b"j")
        tour.expect_exact(b"go to the stop")
        times.append(time.monotonic() - start)
        tour.send(b"\r")
        tour.expect(pexpect.TIMEOUT, timeout=0.1)
        tour.buffer = b""  # what came meanwhile
    return statistics.median(times)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hangs", "floods"])
def test_a_key_is_answered_while_a_run_goes_on(environ: dict[str, str], tmp_path: Path, name: str) -> None:
    """Measured: 1 to 10 ms, on a machine whose two processors are taken five times over. Held to far less."""
    command = [sys.executable, "-m", "asyncdemo", "tour", f"course/{name}.py"]
    tour = pexpect.spawn(command[0], command[1:], cwd=tmp_path, env=environ, dimensions=(24, 80), timeout=PATIENCE)
    tour.delaybeforesend = None
    tour.expect_exact("run it")
    before = answers(tour, 6)
    tour.send("\r")
    tour.expect_exact("here it hangs" if name == "hangs" else "xxxxxxxx")
    during = answers(tour, 6)
    tour.send("q")
    tour.expect_exact(pexpect.EOF)
    tour.close()
    assert during < max(0.5, 20 * before)


def fills(width: int, height: int) -> Callable[[list[str]], bool]:
    """Whether the last rows that were written are a screen of that size."""
    return lambda rows: rows[-height:][1] == "─" * (width - 1) and "enter " in rows[-1]


@pytest.mark.slow
def test_a_window_that_changes_its_size(terminal: Start) -> None:
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("enter question")
    for width, height in (*SIZES[1:], SIZES[0]):
        tour.resize(width, height)
        tour.wait_for(fills(width, height), "a redraw")
    press(tour, "jhangs\r", "never ends")
    press(tour, "\r", "here it hangs")
    tour.resize(60, 20)
    tour.wait_for(fills(60, 20), "a redraw")
    tour.wait_for("here it hangs")
    tour.type("q")
    assert tour.wait_for_end() == 0


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
    press(tour, "?", "it still runs: x stops it")
    tour.type("q")
    tour.wait_for(lambda rows: rows[-1] == "$", "a prompt")
    assert tour.cursor_is_visible
    assert running(f"{tmp_path}/course") == []


@pytest.mark.slow
def test_a_copy_is_edited_and_the_script_stays(terminal: Start, environ: dict[str, str], tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "this is the editor"\nread answer\nsed -i "s/Eve/$answer/" "$1"\n')
    editor.chmod(0o755)
    environ["EDITOR"] = str(editor)
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("enter question")
    press(tour, "e", "this is the editor")
    assert tour.cursor_is_visible
    press(tour, "Grace\n", "hello Grace")
    assert any("your copy" in row for row in tour.rows)
    tour.type("q")
    assert tour.wait_for_end() == 0
    assert (tmp_path / "course" / "a-hello.py").read_text() == ASKS


def test_an_editor_that_is_not_there_is_said(terminal: Start, environ: dict[str, str]) -> None:
    environ["EDITOR"] = "no-such-editor --wait"
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("enter question")
    press(tour, "e", "no-such-editor --wait: No such file or directory")
    tour.type("q")
    assert tour.wait_for_end() == 0


@pytest.mark.slow
def test_plain_text_for_who_does_not_see(terminal: Start, environ: dict[str, str], tmp_path: Path) -> None:
    environ["ACCESSIBLE"] = "1"
    tour = terminal("asyncdemo tour course/", height=50)
    tour.wait_for("enter goes on, ? shows all keys")
    tour.wait_for(lambda rows: rows[-1] == ">", "a question")
    press(tour, "\n", "1  hello Eve")
    tour.type("1\n")
    tour.wait_for("► 1  hello Eve")
    press(tour, "\n", "Right: it is 1.")
    press(tour, "\n", "What there is to notice.")
    press(tour, "l\n", "only a screen can show it slowed")
    press(tour, "what\n", "? shows the keys")
    press(tour, "slower\n", "only a screen can show it slowed")
    press(tour, "jump hangs\n", "never ends")
    press(tour, "jump\n", "go to the stop:")
    press(tour, "floo\n", "never stops")
    tour.type("quit\n")
    assert tour.wait_for_end() == 0
    assert b"\x1b[?1049h" not in tour.raw
    assert b"\x1b[H" not in tour.raw
    assert marks(tmp_path) == {"a-hello": "right at first"}


@pytest.mark.observation
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_whole_course_at_the_enter_key(terminal: Start, width: int, height: int) -> None:
    tour = terminal("asyncdemo tour", width, height)
    stops, pages, rows = set(), 0, list[str]()
    while True:
        rows = next_page(tour, height, rows)
        assert rows[1] == "─" * (width - 1)
        assert not any("Traceback" in row and "asyncdemo/" in row for row in rows)
        assert not any("like none of the choices" in row or "No choice" in row for row in rows), rows
        stops.add(rows[0].split()[0].partition(":")[0])
        pages += 1
        if "enter quit" in rows[-1]:
            break
        tour.process.send("\r")
    tour.process.send("\r")
    assert tour.wait_for_end() == 0
    assert is_as_it_was(tour)
    assert len(stops - {"chapter"}) == 35
    assert pages > 4 * 35
