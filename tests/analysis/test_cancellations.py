"""Who cancelled whom, of real programs."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result

WATCHDOG = """\
import asyncio

async def worker():
    await asyncio.sleep(1)

async def watchdog(tasks):
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()

async def main():
    tasks = [asyncio.create_task(worker()) for _ in range(2)]
    asyncio.create_task(watchdog(tasks))
    await asyncio.wait(tasks)

asyncio.run(main())
"""
GROUP = """\
import asyncio

async def worker():
    await asyncio.sleep(1)

async def fails():
    await asyncio.sleep(0.05)
    raise ValueError("no")

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(worker())
        group.create_task(fails())

asyncio.run(main())
"""
TIMEOUT = """\
import asyncio

async def worker():
    await asyncio.sleep(1)

async def main():
    task = asyncio.create_task(worker())
    try:
        await asyncio.wait_for(task, 0.05)
    except TimeoutError:
        print("too late")

asyncio.run(main())
"""
AWAITED = WATCHDOG.replace("await asyncio.wait(tasks)", "await asyncio.gather(*tasks)")


@pytest.mark.process
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(WATCHDOG, ["worker 1, worker 2: cancelled by watchdog, line 9"], id="cancel"),
        pytest.param(GROUP, ["worker: cancelled by fails, which ended with ValueError, line 8"], id="group"),
        pytest.param(AWAITED, ["worker 1, worker 2: cancelled by watchdog, line 9"], id="not by what it awaited"),
    ],
)
def test_who_cancelled_a_task_is_told_with_the_line(
    tmp_path: Path, asyncdemo: Callable[..., Result], source: str, expected: list[str]
) -> None:
    assert _told(tmp_path, asyncdemo, source) == expected


@pytest.mark.process
def test_what_a_timer_cancelled_is_put_down_to_nobody_else(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    assert [row for row in _told(tmp_path, asyncdemo, TIMEOUT) if "by worker" in row] == []


def _told(folder: Path, asyncdemo: Callable[..., Result], source: str) -> list[str]:
    script = folder / "app.py"
    script.write_text(source)
    ended = asyncdemo("run", str(script), "--python", sys.executable)
    return [row for row in ended.stdout.splitlines() if ": cancelled by " in row]
