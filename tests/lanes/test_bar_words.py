"""For what tasks wait, in the bars of their lanes: from made-up timelines, and from real programs."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.analysis.lane_drawing import Bar, BarWords, bars, short_words
from asyncdemo.analysis.lanes import STEPPED, Axis
from asyncdemo.model.spans import WAITING, Reason, Spans
from tests.conftest import Result

Program = Callable[..., Result]

REASONS = {
    0: Reason("sleep", 2000),
    1: Reason("sleep", 5000),
    2: Reason("lock"),
    3: Reason(""),
    4: Reason("task", 7),
    5: Reason("task", 99),
}


def words_of(*waits: tuple[int, float, float, int], tasks: tuple[int, ...] = (1,)) -> tuple[str, ...]:
    """What is said of a bar from 0 to 10 s of waits: task, start, end, number of the reason."""
    spans = Spans()
    spans.places, spans.reasons = [("app.py", number) for number in REASONS], REASONS
    for task, start, end, where in waits:
        spans.add(task, WAITING, start, end, where)
    return tuple(BarWords(spans, Axis(0.0, 10.0, 20), {7: "right"}).of(tasks)(0, 20))


def test_short_words() -> None:
    said = {number: short_words(reason, {7: "right"}) for number, reason in REASONS.items()}
    assert said == {
        0: ("sleep 0.2", "sleep"),
        1: ("sleep 0.5", "sleep"),
        2: ("lock",),
        3: (),
        4: ("awaits right", "a task"),
        5: ("a task",),
    }
    assert short_words(Reason("queue.put", 2), {}) == ("queue.put",)
    assert short_words(Reason("future"), {}) == ("a future",)


def test_one_wait_says_all() -> None:
    assert words_of((1, 0.0, 10.0, 0)) == ("sleep 0.2", "sleep")
    assert words_of((1, 0.0, 10.0, 4)) == ("awaits right", "a task")


def test_waits_that_differ_have_their_kind_in_common_or_nothing() -> None:
    assert words_of((1, 0.0, 5.0, 0), (1, 5.0, 10.0, 1)) == ("sleep",)
    assert words_of((1, 0.0, 5.0, 0), (1, 5.0, 10.0, 2)) == ()
    assert words_of((1, 0.0, 9.5, 2), (1, 9.5, 10.0, 0)) == ("lock",)


def test_what_is_not_known_counts_against_what_is() -> None:
    assert words_of((1, 0.0, 5.0, 2), (1, 5.0, 10.0, 3)) == ()
    assert words_of((1, 0.0, 5.0, 2), (1, 5.0, 10.0, -1)) == ()


def test_several_tasks_have_to_agree() -> None:
    assert words_of((1, 0.0, 10.0, 2), (2, 1.0, 10.0, 2), tasks=(1, 2)) == ("lock",)
    assert words_of((1, 0.0, 10.0, 2), (2, 1.0, 10.0, 0), tasks=(1, 2)) == ()


def test_a_wait_that_reaches_into_the_bar_counts() -> None:
    spans = Spans()
    spans.places, spans.reasons = [("app.py", 1)], {0: Reason("lock")}
    spans.add(1, WAITING, 0.0, 10.0, 0)
    texts = BarWords(spans, Axis(0.0, 10.0, 20), {}).of([1])
    assert texts(5, 8) == ("lock",)


def drawn(cells: str, *texts: tuple[int, tuple[str, ...]]) -> list[tuple[int, str]]:
    """The words in a bar: w waits, ' is a short step; what is waited for from which cell on."""
    codes = bytes(WAITING + 1 + (STEPPED if letter == "'" else 0) for letter in cells)

    def said(start: int, _: int) -> tuple[str, ...]:
        return next((words for cell, words in reversed(texts) if cell <= start), ())

    [bar] = bars(codes, [], said)
    assert isinstance(bar, Bar)
    return list(bar.words)


def test_each_part_of_a_bar_says_what_it_is() -> None:
    picture = "w" * 14 + "'" + "w" * 25
    assert drawn(picture, (0, ("lock",)), (15, ("sleep 0.2", "sleep"))) == [(4, " lock "), (22, " sleep 0.2 ")]


def test_parts_that_are_alike_say_it_once() -> None:
    picture = ("w" * 14 + "'") * 3 + "w" * 20
    assert drawn(picture, (0, ("sleep 0.2",))) == [(49, " sleep 0.2 ")]


def test_where_the_room_is_small_less_is_said() -> None:
    assert drawn("w" * 10, (0, ("sleep 0.2", "sleep"))) == [(1, " sleep ")]
    assert drawn("w" * 8, (0, ("sleep 0.2", "sleep"))) == []
    assert drawn("w" * 30, (0, ())) == [(10, " waiting ")]


def test_many_short_steps_have_their_wait_in_common() -> None:
    assert drawn("wwww" + "'w" * 20, (0, ("sleep 0.01", "sleep"))) == [(7, " sleep 0.01, many short steps ")]


def test_whose_end_has_ended_the_wait_is_named() -> None:
    spans = Spans()
    spans.places, spans.reasons = [("app.py", 1)], {0: Reason("as_completed")}
    spans.add(1, WAITING, 0.0, 10.0, 0, waker=7)
    axis = Axis(0.0, 10.0, 20)
    assert BarWords(spans, axis, {7: "shared"}, {7: 9.9998}).of([1])(0, 20) == ("awaits shared", "as_completed")
    assert BarWords(spans, axis, {7: "shared"}, {7: 12.0}).of([1])(0, 20) == ("as_completed",)
    assert BarWords(spans, axis, {7: "shared"}, {}).of([1])(0, 20) == ("as_completed",)
    spans.reasons[0] = Reason("event")
    assert BarWords(spans, axis, {7: "shared"}, {7: 9.9998}).of([1])(0, 20) == ("event",)


SCRIPT = """\
import asyncio

async def holder(lock):
    async with lock:
        await asyncio.sleep(0.4)

async def second(lock):
    async with lock:
        pass

async def reader(queue):
    await queue.get()

async def main():
    lock, queue = asyncio.Lock(), asyncio.Queue()
    first = asyncio.create_task(holder(lock))
    others = [asyncio.create_task(second(lock)), asyncio.create_task(reader(queue))]
    await first
    queue.put_nowait(1)
    await asyncio.gather(*others)

asyncio.run(main())
"""


@pytest.mark.process
@pytest.mark.parametrize("options", [(), ("--ascii",)])
@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_bars_of_a_real_program(asyncdemo: Program, tmp_path: Path, columns: str, options: tuple[str, ...]) -> None:
    (tmp_path / "app.py").write_text(SCRIPT)
    done = asyncdemo("run", "app.py", *options, "--python", sys.executable, cwd=tmp_path, env={"COLUMNS": columns})
    assert done.status == 0, done.stderr
    lanes = {row.split()[0]: row for row in done.stdout.splitlines() if row.startswith((" main", " holder", " second"))}
    lanes |= {"reader": next(row for row in done.stdout.splitlines() if row.startswith(" reader"))}
    assert {name: word in lanes[name] for name, word in (("main", "awaits holder"), ("holder", "sleep 0.4"))} == {
        "main": True,
        "holder": True,
    }
    assert " lock " in lanes["second"]
    assert " queue.get " in lanes["reader"]
    assert "--" in lanes["main"] if options else "──" in lanes["main"]
    assert all(len(row) < int(columns) for row in done.stdout.splitlines())
