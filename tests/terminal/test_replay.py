"""Replay on a real terminal: keys, other sizes, Ctrl-C, Ctrl-Z, and the terminal as it was afterwards."""

import json
import os
import signal
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.model.recording_json import Recording, to_json
from tests.lanes.made import polite, rude, run_of
from tests.terminal.pseudo import Terminal
from tests.views.fabricated import outputs

pytestmark = pytest.mark.slow

Start = Callable[..., Terminal]

SOURCE = "import asyncio\nimport time\n\n\n" + "async def work():\n    pass\n\n\n" * 5
OURS, GIVEN_BACK = b"\x1b[?1049h", b"\x1b[?1049l"
SIZES = [(60, 20), (80, 24), (200, 50)]


@pytest.fixture(autouse=True)
def recordings(tmp_path: Path) -> None:
    """A short one, one that takes a minute, and one of two runs."""
    said = outputs((0.0, "tick\n"), (0.2, "done 0\n"), (0.4, "done 1\n"))
    short = run_of(rude(), 0.6, said, source=SOURCE)
    other = run_of(polite(), 0.2, outputs((0.1, "polite\n")), source=SOURCE, target="other")
    for name, runs in (("short", (short,)), ("two", (short, other))):
        (tmp_path / f"{name}.json").write_text(json.dumps(to_json(Recording(runs))))


def at(number: int, total: int = 8) -> Callable[[list[str]], bool]:
    """Whether a moment is shown, and the keys below it."""
    return lambda rows: f"{number} of {total} " in rows[0] and "space next" in rows[-1]


def is_as_before(shown: Terminal) -> bool:
    """Whether the cursor, the other screen, and the wrapping of long rows were given back, after they were taken."""
    codes = ((b"\x1b[?25l", b"\x1b[?25h"), (OURS, GIVEN_BACK), (b"\x1b[?7l", b"\x1b[?7h"))
    return all(-1 < shown.raw.rfind(taken) < shown.raw.rfind(back) for taken, back in codes)


def test_what_is_pasted_is_gone_through_at_once(terminal: Start) -> None:
    shown = terminal("asyncdemo replay short.json --step", 80, 24)
    shown.wait_for(at(1))
    shown.type("n" * 500 + "g" + "n" * 3)
    shown.wait_for(at(4))
    assert shown.raw.count(b"\x1b[H") < 50  # screens that were drawn
    shown.type("q")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_forwards_backwards_and_out(terminal: Start, width: int, height: int) -> None:
    shown = terminal("asyncdemo replay short.json --step", width, height)
    shown.wait_for(at(1))
    first = shown.settled()
    assert len(first) == height
    assert max(map(len, first)) < width
    shown.type(" ")
    shown.wait_for(at(2))
    second = shown.settled()
    shown.type("\x1b[C")
    shown.wait_for(at(3))
    shown.type("\x1b[D")
    shown.wait_for(at(2))
    assert shown.settled() == second
    shown.type("G")
    shown.wait_for(at(8))
    shown.type("g")
    shown.wait_for(at(1))
    assert shown.settled() == first
    shown.type("q")
    assert shown.wait_for_end() == 0
    assert is_as_before(shown)


def test_a_moment_by_its_time(terminal: Start) -> None:
    shown = terminal("asyncdemo replay short.json --step")
    shown.wait_for(at(1))
    shown.type("t0.3")
    shown.wait_for(lambda rows: "go to the time (seconds): 0.3_" in rows[-1])
    shown.type("\n")
    assert "job 2 BLOCKS" in "".join(shown.wait_for(at(4)))


def test_the_next_run_comes_after_the_last_moment(terminal: Start) -> None:
    shown = terminal("asyncdemo replay two.json --step")
    shown.wait_for(at(1))
    shown.type(" " * 8)
    assert shown.wait_for(lambda rows: rows[0].startswith("other ") and " 1 of " in rows[0])
    shown.type("b")
    shown.wait_for(at(8))


def test_another_size_is_drawn_anew(terminal: Start) -> None:
    shown = terminal("asyncdemo replay short.json --step")
    shown.wait_for(at(1))
    shown.resize(60, 20)
    small = shown.wait_for(lambda rows: rows[1] == "─" * 59 and at(1)(rows))
    assert len(small) == 20
    shown.resize(200, 50)
    assert len(shown.wait_for(lambda rows: rows[1] == "─" * 199 and at(1)(rows))) == 50


@pytest.mark.parametrize("options", ["--step", "--speed 0.001"])
def test_ctrl_c_leaves_the_terminal_as_it_was(terminal: Start, options: str) -> None:
    shown = terminal(f"bash -c 'stty -g; asyncdemo replay short.json {options}; echo status $?; stty -g'", 120)
    shown.wait_for(lambda rows: "space " in rows[-1])
    assert termios.tcgetattr(shown.process.child_fd)[3] & termios.ECHO == 0
    shown.type("\x03")
    assert shown.wait_for_end() == 0
    assert is_as_before(shown)
    before, *between, status, after = shown.rows
    assert (before, between, status.removeprefix("^C")) == (after, [], "status 130")


def test_a_fault_leaves_the_terminal_as_it_was(terminal: Start, write: Callable[[str, str], str]) -> None:
    source = (
        "import sys\nfrom asyncdemo.screen.full_screen import full_screen\n"
        "with full_screen(0, sys.stdout) as screen:\n    screen.show(['it is shown'])\n    screen.key()\n    1 / 0\n"
    )
    shown = terminal(f"bash -c 'stty -g; python3 {write('fault.py', source)}; stty -g'", 120)
    shown.wait_for("it is shown")
    shown.type(" ")
    assert shown.wait_for_end() == 0
    assert is_as_before(shown)
    assert shown.rows[-2:] == ["ZeroDivisionError: division by zero", shown.rows[0]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_who_is_told_to_end_leaves_the_terminal_as_it_was(terminal: Start, number: int) -> None:
    shown = terminal("asyncdemo replay short.json --step")
    shown.wait_for(at(1))
    os.kill(shown.process.pid, number)
    assert shown.wait_for_end() in (128 + number, -number)
    assert is_as_before(shown)


@pytest.mark.parametrize("options", ["--step", "--speed 0.001"])
def test_ctrl_z_and_fg(terminal: Start, options: str) -> None:
    shown = terminal(f"asyncdemo replay short.json {options}", shell=True)
    shown.wait_for(lambda rows: "space " in rows[-1])
    shown.type("\x1a")
    shown.wait_for("Stopped")
    assert is_as_before(shown)
    shown.type("echo in between\n")
    shown.wait_for(lambda rows: "in between" in rows)
    shown.type("fg\n")
    shown.wait_for(lambda rows: "space " in rows[-1])
    assert termios.tcgetattr(shown.process.child_fd)[3] & termios.ECHO == 0
    shown.type("q")
    shown.wait_for(lambda rows: rows[-1] == "$")
    assert is_as_before(shown)


def test_ctrl_z_where_nobody_could_go_on_with_it(terminal: Start) -> None:
    shown = terminal("asyncdemo replay short.json --step")  # no shell has started it
    shown.wait_for(at(1))
    shown.type("\x1a")
    shown.type(" ")
    shown.wait_for(at(2))
    assert not shown.cursor_is_visible
    shown.type("q")
    assert shown.wait_for_end() == 0
    assert is_as_before(shown)


def test_as_it_happened_and_then_whole(terminal: Start) -> None:
    shown = terminal("asyncdemo replay short.json --speed 0.1")
    early = shown.wait_for(lambda rows: any(row.endswith("  done 0") for row in rows) and "pause" in rows[-1])
    assert not any("done 1" in row for row in early)
    shown.type("q")
    assert shown.wait_for_end() == 0
    assert is_as_before(shown)
    assert shown.rows[-1].startswith("step by step   asyncdemo replay short.json --step")


def test_it_ends_by_itself(terminal: Start) -> None:
    shown = terminal("asyncdemo replay two.json --speed 4")
    assert shown.wait_for_end() == 0
    assert is_as_before(shown)


def test_a_pause_lasts_until_the_next_key(terminal: Start) -> None:
    shown = terminal("asyncdemo replay short.json --speed 0.1")
    shown.wait_for("space pause")
    shown.type(" ")
    stands = shown.wait_for("space go on")
    shown.type("x")
    shown.type("x")
    assert shown.wait_for("space go on") == stands
    shown.type(" ")
    shown.wait_for("space pause")
    shown.type("q")
    assert shown.wait_for_end() == 0


@pytest.mark.parametrize("setting", ["ACCESSIBLE=1", "TERM=dumb"])
def test_text_for_who_asks_for_it(terminal: Start, setting: str) -> None:
    shown = terminal(f"env {setting} asyncdemo replay short.json --step")
    assert shown.wait_for_end() == 0
    assert b"\x1b[?" not in shown.raw
    assert any(row.startswith("8 of 8 ") for row in shown.rows)


def test_where_nobody_can_press_a_key_there_is_text(terminal: Start) -> None:
    shown = terminal("bash -c 'asyncdemo replay short.json --step < /dev/null'")
    assert shown.wait_for_end() == 0
    assert OURS not in shown.raw
    assert any(row.startswith("8 of 8 ") for row in shown.rows)
