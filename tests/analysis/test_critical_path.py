"""The critical path, from made-up timelines and of real programs."""

import json
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.critical_path import critical_path, decisive, shares
from asyncdemo.analysis.timeline import timeline as built
from asyncdemo.analysis.wait_times import wait_times
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Spans, Timeline
from tests.conftest import Result
from tests.findings.fabricated import task
from tests.tracing.made import STARTED, random_trace

Program = Callable[..., Result]

SCRIPT = """\
import asyncio

async def slow():
    await asyncio.sleep(0.2)

async def fast():
    await asyncio.sleep(0.05)

async def consumer(queue):
    while await queue.get() is not None:
        await asyncio.sleep(0.01)

async def producer(queue):
    for n in range(3):
        await asyncio.sleep(0.03)
        await queue.put(n)
    await slow()
    await queue.put(None)

async def main():
    queue = asyncio.Queue()
    await asyncio.gather(consumer(queue), producer(queue), fast())

asyncio.run(main())
"""


def made(*rows: tuple[int, int, float, float, int], parents: dict[int, int]) -> Timeline:
    """Spans: task, state, start, end, who ended it (-1: nobody)."""
    spans = Spans()
    for number, state, start, end, waker in rows:
        spans.add(number, state, start, end, waker=waker)
    numbers = {row[0] for row in rows}
    created = {number: min(row[2] for row in rows if row[0] == number) for number in numbers}
    ended = {number: max(row[3] for row in rows if row[0] == number) for number in numbers}
    tasks = tuple(
        task(n, f"work{n}", parent=parents.get(n), created=created[n], ended=ended[n]) for n in sorted(numbers)
    )
    return Timeline(tasks, spans, len(rows), complete=True)


def test_it_leads_through_whoever_ended_each_wait_and_whoever_made_each_task() -> None:
    timeline = made(
        (1, RUNNING, 0.0, 1.0, -1),
        (1, WAITING, 1.0, 6.0, 3),  # ended by task 3
        (1, RUNNING, 6.0, 7.0, -1),
        (2, RUNNING, 1.0, 2.0, -1),  # does not matter
        (2, WAITING, 2.0, 4.0, -1),
        (3, RUNNING, 1.0, 1.5, -1),
        (3, WAITING, 1.5, 5.0, -1),  # a timer
        (3, RUNNING, 5.0, 6.0, -1),
        parents={2: 1, 3: 1},
    )
    path = [(stretch.task, stretch.doing, stretch.start, stretch.end) for stretch in critical_path(timeline)]
    assert path == [
        (1, "computing", 0.0, 1.0),
        (3, "computing", 1.0, 1.5),
        (3, "waiting", 1.5, 5.0),
        (3, "computing", 5.0, 6.0),
        (1, "computing", 6.0, 7.0),
    ]
    assert [(share.doing, share.seconds, share.times) for share in shares(critical_path(timeline))] == [
        ("computing", 3.5, 4),
        ("waiting", 3.5, 1),
    ]


def test_while_a_task_could_not_run_it_leads_through_what_held_the_loop() -> None:
    timeline = made(
        (1, RUNNING, 0.0, 1.0, -1),
        (1, WAITING, 1.0, 2.0, -1),  # a timer
        (1, READY, 2.0, 7.0, -1),
        (1, RUNNING, 7.0, 8.0, -1),
        (2, BLOCKED, 1.0, 4.0, -1),  # has held the loop for two seconds of those
        (3, RUNNING, 4.5, 6.0, -1),
        (3, RUNNING, 6.0, 6.0001, -1),  # too short to have held anything
        parents={2: 1, 3: 1},
    )
    path = [(stretch.task, stretch.doing, stretch.start, stretch.end) for stretch in critical_path(timeline)]
    assert path == [
        (1, "computing", 0.0, 1.0),
        (1, "waiting", 1.0, 2.0),
        (2, "blocked", 2.0, 4.0),
        (1, "cannot run", 4.0, 4.5),
        (3, "computing", 4.5, 6.0),
        (1, "cannot run", 6.0, 7.0),
        (1, "computing", 7.0, 8.0),
    ]


def test_a_task_that_is_cancelled_as_all_ends_is_not_what_was_waited_for() -> None:
    timeline = made(
        (1, WAITING, 0.0, 6.0, 2),
        (1, RUNNING, 6.0, 6.01, -1),  # cancels task 3 as its last act
        (2, BLOCKED, 0.0, 6.0, -1),
        (3, WAITING, 0.0, 2.0, -1),
        (3, READY, 2.0, 6.01, -1),
        (3, RUNNING, 6.01, 6.02, -1),
        parents={2: 1, 3: 1},
    )
    one, two, three = timeline.tasks
    cancelled = timeline._replace(tasks=(one, two, three._replace(end="cancelled")))
    assert [(stretch.task, stretch.doing) for stretch in critical_path(cancelled)] == [
        (2, "blocked"),
        (1, "computing"),
    ]


def test_tasks_that_wake_each_other_at_one_moment_are_no_endless_path() -> None:
    timeline = made((1, WAITING, 0.0, 1.0, 2), (2, WAITING, 0.0, 1.0, 1), parents={})
    assert critical_path(timeline) == []


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 6), st.integers(1, 40))
def test_its_stretches_follow_one_another_and_none_is_counted_twice(
    seed: int, loops: int, tasks: int, turns: int
) -> None:
    events, ended = random_trace(seed, loops, tasks, turns, 1.0)
    path = critical_path(built(events.trace(), STARTED, ended))
    for before, after in pairwise(path):
        assert before.start < before.end
        assert before.end <= after.start + 1e-9


@pytest.mark.process
@pytest.mark.parametrize("how", ["--json", "--full"])
def test_it_says_which_lines_decided_how_long_a_program_took(tmp_path: Path, asyncdemo: Program, how: str) -> None:
    script = tmp_path / "app.py"
    script.write_text(SCRIPT)
    ended = asyncdemo("run", str(script), how, "--critical", "--python", sys.executable)
    if how == "--json":
        (run,) = json.loads(ended.stdout)["runs"]
        first, second = run["critical_path"][:2]
        assert (first["line"], first["doing"], first["reason"]["wait"], first["times"]) == (4, "waiting", "sleep", 1)
        assert (second["line"], second["doing"], second["times"]) == (15, "waiting", 3)
        assert sum(share["seconds"] for share in run["critical_path"]) == pytest.approx(
            run["seconds"]["script"], rel=0.2
        )
    else:
        rows = ended.stdout.splitlines()
        table = rows[next(number for number, row in enumerate(rows) if row.startswith("critical path")) :]
        assert table[1].split()[:4] == ["line", "17", ">", "4"]
        assert table[1].endswith("sleep 0.2, producer")


SHOP = """\
import asyncio

async def settings():
    await asyncio.sleep({settings})

async def price():
    await asyncio.sleep({price})

async def page():
    await price()
    await asyncio.sleep(0.2)

async def main():
    await asyncio.gather(settings(), page())

asyncio.run(main())
"""


@pytest.mark.process
@pytest.mark.parametrize(
    ("settings", "price", "told"),
    [(0.3, 0.4, True), (0.001, 0.4, False)],
    ids=["beside a wait that is not on it", "all that took time is on it"],
)
def test_it_is_told_unasked_where_it_says_something(
    tmp_path: Path, asyncdemo: Program, settings: float, price: float, told: bool
) -> None:
    (tmp_path / "app.py").write_text(SHOP.format(settings=settings, price=price))
    shown = asyncdemo("run", "app.py", "--python", sys.executable, cwd=tmp_path).stdout
    rows = [row for row in shown.splitlines() if row.startswith("critical path")]
    assert len(rows) == told
    if told:
        assert re.fullmatch(r"critical path  0\.4\d s at line 10 > 7 .*, 0\.2\d s at line 11 .*", rows[0])


def test_a_run_that_is_over_soon_has_no_such_row() -> None:
    short = made((1, WAITING, 0.0, 0.02, -1), (2, WAITING, 0.0, 0.01, -1), parents={})
    assert decisive(short, wait_times(short)) == []
