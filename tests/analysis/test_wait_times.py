"""Where a run waited, from made-up timelines and from real programs."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.analysis.standstills import OUTSIDE
from asyncdemo.analysis.wait_times import FOR_TASKS, ORDERS, Order, say_something, wait_times
from asyncdemo.model.spans import WAITING, Reason, Spans, Timeline
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.conftest import Result
from tests.findings.fabricated import task

Program = Callable[..., Result]

SCRIPT = """\
import asyncio

async def remote():
    await asyncio.sleep(0.3)

async def handle(lock):
    async with lock:
        await asyncio.sleep(0.02)
    await remote()

async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*(handle(lock) for _ in range(3)))

asyncio.run(main())
"""


def made(*rows: tuple[int, float, float, int], reasons: dict[int, Reason]) -> Timeline:
    """Waits: task, start, end, number of the place; the place's line is ten times its number."""
    spans = Spans()
    spans.places = [("app.py", 10 * number) for number in range(1 + max(row[3] for row in rows))]
    spans.reasons = reasons
    for number, start, end, where in rows:
        spans.add(number, WAITING, start, end, where)
    tasks = tuple(task(number, "work") for number in {row[0] for row in rows})
    return Timeline(tasks, spans, len(rows), complete=True)


def test_a_line_is_told_with_how_often_how_long_and_how_many_at_once() -> None:
    timeline = made((1, 0.0, 1.0, 1), (2, 0.5, 2.0, 1), (2, 3.0, 3.5, 1), reasons={1: Reason("sleep", 5000)})
    (row,) = wait_times(timeline)
    assert (row.path, row.line, row.wait, row.through) == ("app.py", 10, "sleep 0.5", ())
    assert (row.times, row.total, row.longest, row.at_once, row.elapsed) == (3, 3.0, 1.5, 2, 2.5)


def test_the_same_line_for_another_reason_is_another_row_and_waits_for_tasks_come_last() -> None:
    chain = (("app.py", 3),)
    reasons = {0: Reason("gather"), 1: Reason("lock", None, chain), 2: Reason("task", 2)}
    timeline = made((1, 0.0, 9.0, 0), (2, 0.0, 1.0, 1), (3, 0.0, 5.0, 2), reasons=reasons)
    assert [(row.wait, row.through, row.for_tasks) for row in wait_times(timeline)] == [
        ("lock", chain, False),
        ("gather", (), True),
        ("work 2", (), True),
    ]


@pytest.mark.process
def test_what_took_the_time_comes_first_with_the_lines_that_led_there(tmp_path: Path, asyncdemo: Program) -> None:
    script = tmp_path / "app.py"
    script.write_text(SCRIPT)
    ended = asyncdemo("run", str(script), "--json", "--spans", "--python", sys.executable)
    (run,) = json.loads(ended.stdout)["runs"]
    rows = [(row["wait"], row["line"], row["times"], [line for _, line in row["through"]]) for row in run["waits"]]
    assert rows[:3] == [("sleep 0.3", 4, 3, [9]), ("sleep 0.02", 8, 3, []), ("lock", 7, 2, [])]
    assert rows[3] == ("gather", 13, 1, [])
    assert {span["wait"] for span in run["spans"]} == {None, "sleep 0.3", "sleep 0.02", "lock", "gather"}


@pytest.mark.process
def test_full_shows_where_it_waited(tmp_path: Path, asyncdemo: Program) -> None:
    script = tmp_path / "app.py"
    script.write_text(SCRIPT)
    rows = asyncdemo("run", str(script), "--full", "--python", sys.executable).stdout.splitlines()
    table = rows[next(number for number, row in enumerate(rows) if row.startswith("where it waited")) :][:5]
    assert [" ".join(row.split()[:2]) for row in table[1:]] == [
        "line 9",
        "line 8",
        "line 7",
        "line 13",
    ]
    assert "> 4" in table[1]
    assert table[1].endswith("sleep 0.3")


def table_of(shown: str) -> list[str]:
    """The rows of the table below its heading, without what they waited for."""
    rows = shown.splitlines()
    starts = [number for number, row in enumerate(rows) if row.startswith("where it waited")]
    return [] if not starts else rows[starts[0] + 1 : rows.index("", starts[0])]


@pytest.mark.process
@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_your_own_program_shows_the_first_lines_of_it_by_default(
    tmp_path: Path, asyncdemo: Program, columns: str
) -> None:
    (tmp_path / "app.py").write_text(SCRIPT)
    shown = asyncdemo("run", "app.py", "--python", sys.executable, cwd=tmp_path, env={"COLUMNS": columns}).stdout
    table = table_of(shown)
    assert [row.split()[:4] for row in table[:1]] == [["line", "9", ">", "4"]]
    assert [" ".join(row.split()[:2]) for row in table[1:]] == ["line 8", "line 7", "line 13"]
    assert table_of(asyncdemo("run", "app.py", "--no-timeline", "--python", sys.executable, cwd=tmp_path).stdout) == []


@pytest.mark.process
def test_where_everything_waits_at_one_line_there_is_no_table(tmp_path: Path, asyncdemo: Program) -> None:
    once = SCRIPT.replace("        await asyncio.sleep(0.02)\n", "        pass\n").replace("async with lock", "if lock")
    (tmp_path / "app.py").write_text(once)
    shown = asyncdemo("run", "app.py", "--python", sys.executable, cwd=tmp_path).stdout
    assert "sleep 0.3" in shown
    assert table_of(shown) == []


@pytest.mark.process
@pytest.mark.parametrize("order", ORDERS)
def test_the_order_that_was_asked_for(tmp_path: Path, asyncdemo: Program, order: str) -> None:
    (tmp_path / "app.py").write_text(SCRIPT)
    told = {"--sort": order, "--python": sys.executable}
    options = [word for pair in told.items() for word in pair]
    rows = [row.split() for row in table_of(asyncdemo("run", "app.py", *options, cwd=tmp_path).stdout)]
    (run,) = json.loads(asyncdemo("run", "app.py", "--json", *options, cwd=tmp_path).stdout)["runs"]
    in_json = [row["line"] for row in run["waits"]]
    assert len(in_json) == len(rows) == 4
    if order == "line":
        assert in_json == [4, 7, 8, 13]
        assert [row[1] for row in rows] == ["9", "7", "8", "13"]
    else:
        values = [row[order] for row in run["waits"]]
        assert values == sorted(values, reverse=True)
        assert {"total": in_json[0] == 4, "longest": in_json[0] == 13, "times": in_json[-1] == 13}[order]


def test_an_order_that_there_is_not(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    ended = asyncdemo("run", "app.py", "--sort", "size", cwd=tmp_path)
    assert (ended.status, ended.stderr) == (2, "asyncdemo: --sort 'size': choose one of total, longest, times, line\n")


@pytest.mark.parametrize(("order", "lines"), [("total", [20, 10]), ("longest", [20, 10]), ("line", [10, 20])])
def test_orders(order: Order, lines: list[int]) -> None:
    timeline = made((1, 0.0, 1.0, 1), (2, 0.5, 2.5, 2), reasons={1: Reason("lock"), 2: Reason("gather")})
    assert [row.line for row in wait_times(timeline, order)] == lines


def test_what_says_something() -> None:
    lock, gather = Reason("lock"), Reason("gather")
    two = made((1, 0.0, 1.0, 1), (2, 0.0, 0.1, 2), reasons={1: lock, 2: lock})
    assert say_something(wait_times(two), 2.0)
    assert not say_something(wait_times(two), 20.0)
    of_tasks = made((1, 0.0, 1.0, 1), (2, 0.0, 0.1, 2), reasons={1: lock, 2: gather})
    assert not say_something(wait_times(of_tasks), 2.0)
    short = made((1, 0.0, 0.01, 1), (2, 0.0, 0.01, 2), reasons={1: lock, 2: lock})
    assert not say_something(wait_times(short), 0.02)


def test_kinds_of_waits_are_those_of_the_one_list() -> None:
    assert {
        *("stream.read", "stream.drain", "stream.close", "socket", "connect", "connections", "name look-up"),
        *("process", "thread", "threads of the pool"),
    } == OUTSIDE
    assert set(layout.WAITS) >= OUTSIDE | FOR_TASKS
