"""Stepping through made-up recordings: screens of every size, and the steps as text."""

from itertools import pairwise

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.model.recording import Output, Run
from asyncdemo.model.spans import RUNNING, WAITING, Spans, Task, Timeline
from asyncdemo.views.narration import Stage, name_ranges
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.playback import KEYS, Film, key_row, step_rows, write_steps
from asyncdemo.views.terminal.text import cells
from tests.lanes.made import polite, rude, run_of
from tests.views.fabricated import LOOKS, ZERO, Text, looked_at, outputs, page, visible

SOURCE = """\
import asyncio
import time


async def beat():
    while True:
        await asyncio.sleep(0.05)
        print("tick")


async def job(number):
    # it takes a while
    time.sleep(0.2)
    print("done", number)


async def main():
    beating = asyncio.create_task(beat())
    await asyncio.gather(*map(job, range(3)))
    beating.cancel()


asyncio.run(main())
"""
SIZES = {"60 columns": 20, "80 columns": 24, "200 columns": 50, "ASCII": 24, "in colour": 24}
SAID = outputs((0.2, "done 0\n", 14), (0.4, "done 1\n", 14), (0.6, "done 2\n", 14), (0.6, "oh\n", 3, "stderr"))


def stage(line: Timeline, source: str = SOURCE, said: tuple[Output, ...] = SAID) -> Stage:
    made = run_of(line, 0.61, said, source=source)
    return Stage(made)


def told() -> Stage:
    """Two jobs of which the lines are known, and main, which waits for them."""
    spans = Spans()
    spans.places = [("/course/example.py", 7), ("/course/example.py", 19), ("/lib/streams.py", 80)]
    story = [
        (1, RUNNING, 0.0, 0.001, -1),
        (1, WAITING, 0.001, 0.2, 1),
        (2, 1, 0.0005, 0.001, -1),
        (2, RUNNING, 0.001, 0.002, -1),
        (2, WAITING, 0.002, 0.1, 0),
        (3, 1, 0.0005, 0.002, -1),
        (3, RUNNING, 0.002, 0.003, -1),
        (3, WAITING, 0.003, 0.15, 2),
        (2, RUNNING, 0.1, 0.101, -1),
        (3, RUNNING, 0.15, 0.151, -1),
        (1, 1, 0.151, 0.2, 1),
        (1, RUNNING, 0.2, 0.201, -1),
    ]
    for task, state, start, end, where in story:
        spans.add(task, state, ZERO + start, ZERO + end, where)
    tasks = tuple(
        Task(number, f"Task-{number}", "asyncio", parent, name, "/course/example.py", line, ZERO + at, ZERO + end, how)  # type: ignore[arg-type]
        for number, parent, name, line, at, end, how in (
            (1, None, "main", 17, 0.0, 0.201, "returned"),
            (2, 1, "beat", 5, 0.0005, 0.101, "cancelled"),
            (3, 1, "read", 11, 0.0005, 0.151, "raised"),
        )
    )
    said = outputs((0.0015, "tick\n", 8), (0.1005, "tick\n", 8))
    return stage(Timeline(tasks, spans, 6, True), said=said)


def screen(shown: Page, which: Stage, number: int, height: int) -> list[str]:
    return [shown.text(*row) for row in step_rows(shown, which, which.moments[number], height, key_row(KEYS))]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("number", [0, 2, 3, 4])
def test_one_moment_on_a_screen(snapshot: SnapshotAssertion, look: str, number: int) -> None:
    shown, stream = looked_at(look)
    for row in step_rows(shown, told(), told().moments[number], SIZES[look], key_row(KEYS)):
        shown.row(*row)
    assert visible(stream) == snapshot


@pytest.mark.parametrize("look", LOOKS)
def test_a_step_that_blocks_the_loop(snapshot: SnapshotAssertion, look: str) -> None:
    shown, stream = looked_at(look)
    which = stage(rude())
    number = next(each.number for each in which.moments if each.standing and each.standing.state == "blocked")
    for row in step_rows(shown, which, which.moments[number + 1], SIZES[look], key_row(KEYS)):
        shown.row(*row)
    assert visible(stream) == snapshot


@pytest.mark.parametrize("made", [told, lambda: stage(rude()), lambda: stage(polite(), said=())])
@pytest.mark.parametrize(("width", "height"), [(40, 10), (60, 20), (80, 24), (200, 50)])
def test_every_screen_is_full_and_fits(made: object, width: int, height: int) -> None:
    which: Stage = made()  # type: ignore[operator]
    shown = page(Text(), width)
    for number in range(len(which.moments)):
        rows = screen(shown, which, number, height)
        assert len(rows) == height
        assert max(map(cells, rows[:-1])) < width


def test_the_same_moment_looks_the_same_from_both_sides() -> None:
    which, shown = told(), page(Text())
    forwards = [screen(shown, which, number, 24) for number in range(len(which.moments))]
    backwards = [screen(shown, which, number, 24) for number in reversed(range(len(which.moments)))]
    assert forwards == backwards[::-1]


@pytest.mark.parametrize("look", LOOKS)
def test_all_moments_as_text(snapshot: SnapshotAssertion, look: str) -> None:
    shown, stream = looked_at(look)
    write_steps(shown, told())
    write_steps(shown, stage(rude()))
    assert visible(stream) == snapshot


def test_foreign_text_is_shown_and_not_obeyed() -> None:
    said = (Output(ZERO + 0.1, "stdout", "\x1b[2J[red]\u202e" + "x" * 1_000_000 + "\n", 1),)
    line = rude()
    tasks = tuple(task._replace(name="\x1b[2J[b]\r\n") for task in line.tasks)
    which = stage(line._replace(tasks=tasks), source="x = '\x1b[31m'\n" * 40, said=said)
    shown, stream = looked_at("80 columns")
    for number in range(len(which.moments)):
        rows = screen(shown, which, number, 24)
        assert all(row.isprintable() for row in rows)
        assert max(map(cells, rows)) < 80
    write_steps(shown, which)
    assert "".join(stream.getvalue().split("\n")).isprintable()
    assert stream.getvalue().count("x") > 1_000_000


def test_names_that_follow_one_another_are_put_together() -> None:
    names = ["main", "job 1", "job 2", "job 3", "job 5", "beat 1", "beat 2", "beat"]
    assert list(name_ranges(names)) == ["main", "job 1 to 3", "job 5", "beat 1 and 2", "beat"]


def run() -> Run:
    return run_of(polite(), 0.2, outputs((0.05, "tick\n"), (0.1, "tick\n"), (0.2, "done\n")), source=SOURCE)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("seconds", [0.0, 0.08, 0.2])
def test_a_run_as_it_happens(snapshot: SnapshotAssertion, look: str, seconds: float) -> None:
    shown, stream = looked_at(look)
    for row in Film(shown, run(), SIZES[look]).frame(seconds, key_row(KEYS)):
        shown.row(*row)
    assert visible(stream) == snapshot


def test_what_was_drawn_stays_and_only_more_comes() -> None:
    shown = page(Text())
    film = Film(shown, run(), 24)
    frames = [[shown.text(*row).rstrip() for row in film.frame(n / 100, ())] for n in range(20)]
    for before, after in pairwise(frames):
        assert len(before) == 24
        assert all(later.startswith(row) for row, later in zip(before[3:8], after[3:8], strict=True))
