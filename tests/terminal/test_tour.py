"""A tour on a real terminal: every key, every size, plain text, and how fast a key is answered during a run."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.terminal.pseudo import PATIENCE, Terminal
from tests.terminal.tours import ASKS, LONG, Start, is_as_it_was, prepared, press

SIZES = [(80, 24), (60, 20), (200, 50)]


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return prepared(tmp_path, environ)


def marks(folder: Path) -> dict[str, str]:
    kept = json.loads((folder / "state" / "asyncdemo" / "tour.json").read_text())
    (course,) = kept["courses"].values()
    return dict(course["stops"])


def next_page(tour: Terminal, height: int, before: list[str]) -> list[str]:
    """Wait for another page than the one before, on which Enter goes on.

    A large screen comes in several pieces: until its end is there, the rows below are still those of the one before.
    """

    def is_there(rows: list[str]) -> bool:
        whole = tour.raw.endswith(b"\x1b[J") and len(rows) == height
        return whole and rows != before and "enter " in rows[-1] and "enter wait" not in rows[-1]

    return tour.wait_for(is_there, "another page")


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
    press(tour, "?", "rows 1 to")
    press(tour, "?", "with NAME=Ada")
    press(tour, "n", "b-waits")
    press(tour, "\r", "enter next stop")
    press(tour, "l", "times slower")
    press(tour, "l", "times slower")
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
    tour.wait_for("continuing where you left off")
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
    names = [
        "sync-main",
        "unawaited-coroutine",
        "print-coroutine",
        "asyncio-run",
        "await-in-a-row",
        "simulated-io-wait",
    ]
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


@pytest.mark.process
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
    tour.wait_for("your copy")
    tour.type("q")
    assert tour.wait_for_end() == 0
    assert (tmp_path / "course" / "a-hello.py").read_text() == ASKS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["script.py", "article.md"])
def test_a_copy_of_a_script_or_a_block_is_what_runs(
    terminal: Start, environ: dict[str, str], tmp_path: Path, name: str
) -> None:
    text = "print('the' + ' original')\n"
    (tmp_path / name).write_text(text if name.endswith(".py") else f"```python\n{text}```\n")
    environ["EDITOR"] = "sed -i s/original/copy/"
    tour = terminal(f"asyncdemo tour {name}")
    tour.wait_for("enter run it")
    press(tour, "e", "   the copy")
    tour.type("q")
    assert tour.wait_for_end() == 0


def test_an_editor_without_a_name_is_none(terminal: Start, environ: dict[str, str]) -> None:
    environ.update(VISUAL=" ", EDITOR="no-such-editor")
    tour = terminal("asyncdemo tour course/")
    tour.wait_for("enter question")
    press(tour, "e", "no-such-editor: No such file or directory")
    tour.type("q")
    assert tour.wait_for_end() == 0


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
    tour.wait_for("enter continues, ? shows all keys")
    tour.wait_for(lambda rows: rows[-1] == ">", "a question")
    press(tour, "\n", "1  hello Eve")
    tour.type("1\n")
    tour.wait_for("► 1  hello Eve")
    press(tour, "\n", "Right: it is 1.")
    press(tour, "\n", "What there is to notice.")
    press(tour, "l\n", "it can be shown slowed only on a screen")
    press(tour, "what\n", "? shows the keys")
    press(tour, "slower\n", "it can be shown slowed only on a screen")
    press(tour, "jump hangs\n", "never ends")
    press(tour, "jump\n", "go to the stop:")
    press(tour, "floo\n", "never stops")
    tour.type("quit\n")
    assert tour.wait_for_end() == 0
    assert b"\x1b[?1049h" not in tour.raw
    assert b"\x1b[H" not in tour.raw
    assert marks(tmp_path) == {"a-hello": "right at first"}


@pytest.mark.slow
def test_a_line_that_is_no_text_is_no_end(terminal: Start, environ: dict[str, str]) -> None:
    environ.update(ACCESSIBLE="1", PYTHONIOENCODING="utf-8:strict")
    tour = terminal("asyncdemo tour course/")
    tour.wait_for(lambda rows: rows[-1] == ">", "a question")
    tour.process.send(b"\xff\xfe\n")
    tour.wait_for("? shows the keys")
    tour.type("q\n")
    assert tour.wait_for_end() == 0


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
