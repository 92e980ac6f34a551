"""Real scripts, run and drawn by the real program."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result

pytestmark = pytest.mark.slow

ATTEMPTS = 3  # a busy machine can hold up some of those that would have been alike
JOBS = """import asyncio
import time


async def beat():
    while True:
        print("tick")
        await asyncio.sleep(0.05)


async def job():
    {sleep}(0.15)
    print("done")


async def main():
    heart = asyncio.create_task(beat())
    await asyncio.sleep(0)
    await asyncio.gather(job(), job(), job())
    heart.cancel()


asyncio.run(main())
"""
GATE = """import asyncio


async def worker(gate):
    async with gate:
        await asyncio.sleep(0.1)


async def main():
    gate = asyncio.Semaphore(8)
    await asyncio.gather(*(worker(gate) for _ in range(40)))


asyncio.run(main())
"""
NAPS = """import asyncio


async def nap():
    await asyncio.sleep(0.4)


async def main():
    await asyncio.gather(*(nap() for _ in range(10_000)))


asyncio.run(main())
"""
QUEUE = """import asyncio


async def produce(queue):
    for n in range(4):
        await asyncio.sleep(0.05)
        await queue.put(n)
        print("put", n)
    await queue.put(None)


async def consume(queue):
    while (n := await queue.get()) is not None:
        await asyncio.sleep(0.1)
        print("took", n)


async def main():
    queue = asyncio.Queue(maxsize=2)
    await asyncio.gather(produce(queue), consume(queue))


asyncio.run(main())
"""
ALONE = "import asyncio\n\n\nasync def main():\n    await asyncio.sleep(0.05)\n\n\nasyncio.run(main())\n"

Run = Callable[..., Result]


@pytest.fixture
def lanes(asyncdemo: Run, tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """Run a script and give its lanes: names, and what is drawn."""

    def drawn(source: str, *options: str) -> list[tuple[str, str]]:
        (tmp_path / "script.py").write_text(source)
        done = asyncdemo("run", "./script.py", "--no-source", *options)
        assert done.status == 0, done.stderr
        rows = done.stdout.splitlines()
        assert all(len(row) < 80 for row in rows)
        return [(row[1:].split("  ")[0].strip(), row[8:]) for row in rows if re.match(r" [a-z]", row)]

    return drawn


Lanes = Callable[..., list[tuple[str, str]]]


def test_jobs_that_block(lanes: Lanes) -> None:
    found = lanes(JOBS.format(sleep="time.sleep"))
    assert [name for name, _ in found] == ["main", "beat", "job 1", "job 2", "job 3"]
    assert ["▓▓▓" in row for _, row in found] == [False, False, True, True, True]
    assert ["░░░" in row for _, row in found] == [False, True, False, True, True]
    assert "ready, cannot run" in found[1][1]
    assert found[1][1].strip().startswith("tick ")
    ends = [row.index("done") for _, row in found[2:]]
    assert ends == sorted(ends)


def test_jobs_that_wait(lanes: Lanes) -> None:
    found = lanes(JOBS.format(sleep="await asyncio.sleep"))
    assert [row.count("sleep 0.15") for name, row in found if name.startswith("job")] == [1, 1, 1]
    assert "tick" in found[1][1]
    assert not any("▓" in row or "cannot run" in row for _, row in found)


def test_forty_workers_at_a_gate(lanes: Lanes) -> None:
    for _ in range(ATTEMPTS):
        names = [name for name, _ in lanes(GATE)]
        if len(names) == 6:
            break
    assert names == ["main", *["worker x8"] * 5]


def test_ten_thousand(lanes: Lanes) -> None:
    found = lanes(NAPS)
    assert 2 <= len(found) <= 10
    counts = [int(name.split("x")[1]) if " x" in name else 1 for name, _ in found if name != "main"]
    assert sum(counts) == 10_000


def test_a_queue(lanes: Lanes) -> None:
    found = dict(lanes(QUEUE))
    assert list(found) == ["main", "produce", "consume"]
    assert "put" in found["produce"]
    assert "took" in found["consume"]


def test_one_task_alone_only_where_asked_for(lanes: Lanes) -> None:
    assert lanes(ALONE) == []
    assert [name for name, _ in lanes(ALONE, "--timeline")] == ["main"]
    assert lanes(JOBS.format(sleep="time.sleep"), "--no-timeline") == []


def test_full_shows_the_helpers_too(lanes: Lanes) -> None:
    names = [name for name, _ in lanes(ALONE, "--full", "--timeline")]
    assert names[0] == "main"
    assert len(names) >= 2


def test_variants_with_lanes_of_their_own(asyncdemo: Run, tmp_path: Path) -> None:
    folder = tmp_path / "course" / "blocking"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# three jobs and a heartbeat\n")
    for name, sleep in (("polite", "await asyncio.sleep"), ("rude", "time.sleep")):
        (folder / f"{name}.py").write_text(f'"""{sleep}(0.15)"""\n' + JOBS.format(sleep=sleep))
    for _ in range(ATTEMPTS):  # where the machine is busy more is found, and the lanes of the jobs are folded into one
        done = asyncdemo("run", "blocking", "--scenarios", str(tmp_path / "course"))
        rows = done.stdout.splitlines()
        assert done.status == 0, done.stderr
        assert len(rows) <= 22
        if sum("▓▓▓" in row for row in rows) == 3:
            break
    headings = [row for row in rows if row.startswith(("polite", "rude"))]
    assert [re.sub(r"\s+", " ", row)[:-7] for row in headings] == [
        "polite await asyncio.sleep(0.15)",
        "rude time.sleep(0.15)",
    ]
    assert sum("▓▓▓" in row for row in rows) == 3
