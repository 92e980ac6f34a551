"""Who asks again and again, and who works in small pieces."""

from textwrap import dedent, indent

import pytest

from asyncdemo.findings import find
from asyncdemo.findings.source import Source
from asyncdemo.findings.spinning import asks_at
from asyncdemo.model.recording import Finding, Run, Subject
from tests.findings.fabricated import MAIN, PATH, Row, run, task

PAUSE = "await sleep(0)"


def loop_in(body: str) -> tuple[Source, int]:
    """A coroutine with this body, and the line at which it pauses."""
    text = "async def job(self, queue, task, rows):\n" + indent(dedent(body).strip(), "    ") + "\n"
    return Source(text), next(number for number, line in enumerate(text.splitlines(), 1) if PAUSE in line)


@pytest.mark.parametrize(
    "body",
    [
        "while not ready:\n    await sleep(0)",
        "while not self.ready:\n    await sleep(0)",
        "while not task.done():\n    await asyncio.sleep(0); await sleep(0)",
        "while time.monotonic() < end:\n    await sleep(0)",
        "while True:\n    await sleep(0)",
        "while True:\n    if task.done():\n        break\n    await sleep(0)",
        "while queue.empty():\n    times += 1\n    await sleep(0)",
        "while n:\n    try:\n        n -= queue.get_nowait()\n    except Empty:\n        await sleep(0)",
        "while True:\n    if ready:\n        return work(rows)\n    else:\n        await sleep(0)",
        "while True:\n    if task.done():\n        row = task.result()\n        break\n    await sleep(0)",
        "while not ready:\n    await sleep(0)\nelse:\n    row = work(rows)",
        "while not all(each.done() for each in rows):\n    await sleep(0)",
        "while not ready:\n    if task.done():\n        pass\n    await sleep(0)",
    ],
)
def test_it_asks(body: str) -> None:
    assert asks_at(*loop_in(body)) is True


@pytest.mark.parametrize(
    "body",
    [
        "for row in rows:\n    await sleep(0)",
        "async for row in rows:\n    await sleep(0)",
        "while rows:\n    rows.pop()\n    await sleep(0)",
        "while number < 9:\n    number += 1\n    await sleep(0)",
        "while chunk := file.read(9):\n    await sleep(0)",
        "while True:\n    line = file.readline()\n    if not line:\n        break\n    await sleep(0)",
        "while not stop.is_set():\n    row = rows.get()\n    if row is None:\n        return\n    await sleep(0)",
        "while self.rows:\n    self.step()\n    await sleep(0)",
        "while rows[0]:\n    rows[0] = less(rows[0])\n    await sleep(0)",
        "while unfinished(rows):\n    sift(rows)\n    await sleep(0)",
        "while True:\n    number += 1\n    if number % 100 == 0:\n        await sleep(0)",
        "while not ready:\n    for row in rows:\n        await sleep(0)",
        "while not stop.is_set():\n    best = max(best, length(rows))\n    await sleep(0)",
        "while not stop.is_set():\n    best = best * 3 % 7; await sleep(0)",
        "while not stop.is_set():\n    times += best\n    await sleep(0)",
        "while not stop.is_set():\n    if rows:\n        work(rows)\n    await sleep(0)",
        "while len(rows) < 9:\n    window.update()\n    await sleep(0)",
        "while not stop.is_set():\n    yield best\n    await sleep(0)",
        "while not stop.is_set():\n    del self.best\n    await sleep(0)",
    ],
)
def test_it_works(body: str) -> None:
    assert asks_at(*loop_in(body)) is False


@pytest.mark.parametrize(
    "text", ["async def pause():\n    await sleep(0)\n", "", "async def f(:\n    await sleep(0)\n"]
)
def test_the_text_does_not_tell(text: str) -> None:
    assert asks_at(Source(text), 2) is None


ASKS = "async def job():\n    global ready\n    while not ready:\n        await sleep(0)\n"
WORKS = "async def job():\n    number = 0\n    for number in rows:\n        await sleep(0)\n"
PAUSES = "async def job():\n    await pause()\nasync def pause():\n    await sleep(0)\n"
JOB, BEAT, OTHER = task(3, "job", 1), task(2, "beat", 9), task(4, "job", 1)


def steps(number: int, start: float, times: int, took: float = 2e-5, line: int = 4, every: float = 1e-4) -> list[Row]:
    """So many steps of a task one after the other, each put in just after the one before."""
    moments = [start + index * every for index in range(times)]
    ready: list[Row] = [(number, "ready", moment, moment + every - took, line) for moment in moments]
    runs: list[Row] = [(number, "running", moment + every - took, moment + every) for moment in moments]
    return [row for pair in zip(ready, runs, strict=True) for row in pair]


def spinning(made: Run) -> list[Finding]:
    return [finding for finding in find(made) if finding.rule == "spinning"]


def test_it_is_told_once_with_its_times() -> None:
    (found,) = spinning(run([MAIN, JOB], steps(3, 0.0, 4_000), source=ASKS))
    assert (found.line, found.times, found.tasks, found.severity) == (4, 1, (3,), "warning")
    assert found.seconds == pytest.approx(0.4, abs=0.001)
    assert found.message == (
        "job asked 4,000 times in 0.40 s, without a pause and with nothing else to do: "
        "the event loop was busy and never idle."
    )
    assert found.beside == ((4, "asked 4,000 times in 0.40 s"),)


def test_two_at_one_line_are_one() -> None:
    rows = steps(3, 0.0, 4_000) + steps(4, 0.0, 4_000)
    (found,) = spinning(run([MAIN, JOB, OTHER], rows, source=ASKS))
    assert (found.times, found.tasks) == (2, (3, 4))
    assert found.message.startswith("job and 1 more asked 8,000 times in 0.40 s")


def test_a_busy_machine_makes_a_few_steps_long() -> None:
    rows = [*steps(3, 0.0, 2_000), *steps(3, 0.2, 20, took=0.009, every=0.01), *steps(3, 0.4, 2_000)]
    assert len(spinning(run([MAIN, JOB], rows, source=ASKS))) == 1


@pytest.mark.parametrize(
    ("rows", "source"),
    [
        (steps(3, 0.0, 1_900), ASKS),  # not for long
        (steps(3, 0.0, 900, every=1e-3), ASKS),  # not often
        (steps(3, 0.0, 4_000, took=0.0003, every=0.0004), ASKS),  # each time something is done
        ([*steps(3, 0.0, 1_500), (3, "waiting", 0.15, 0.2, 4), *steps(3, 0.2, 1_500)], ASKS),  # waits between
        ([*steps(3, 0.0, 2_000), *steps(3, 0.2, 2_000, line=3)], ASKS),  # at two lines
        (steps(3, 0.0, 4_000), WORKS),
        (steps(3, 0.0, 4_000), PAUSES),  # nobody has ended it
        ([*steps(3, 0.0, 4_000), *((2, "running", n / 100, n / 100 + 0.003) for n in range(40))], ASKS),  # others run
        ([(3, "running", n / 1e4, n / 1e4 + 2e-5) for n in range(4_000)], ASKS),  # nobody knows where
    ],
    ids=["shortly", "seldom", "works", "waits", "two-lines", "for", "unknown", "others", "nowhere"],
)
def test_silent(rows: list[Row], source: str) -> None:
    assert spinning(run([MAIN, BEAT, JOB], rows, source=source)) == []


def test_where_the_text_does_not_tell_it_is_told_by_what_ended_it() -> None:
    set_by_other: list[Row] = [(2, "waiting", 0.0, 0.4), (2, "running", 0.4, 0.4001)]
    rows = [*steps(3, 0.0, 4_000), *set_by_other, *steps(3, 0.4001, 1)]
    assert [each.line for each in spinning(run([MAIN, BEAT, JOB], rows, source=PAUSES))] == [4]


def test_in_another_module_its_own_text_counts() -> None:
    made = run([MAIN, JOB], steps(3, 0.0, 4_000))
    elsewhere = Subject("main", path="/home/me/main.py", source="import app\n", modules={PATH: ASKS})
    assert [each.line for each in spinning(made._replace(subject=elsewhere))] == [4]
    assert spinning(made._replace(subject=elsewhere._replace(modules={PATH: WORKS}))) == []


def test_trios_advice_is_trios() -> None:
    job = JOB._replace(kind="trio")
    (found,) = spinning(run([MAIN._replace(kind="trio"), job], steps(3, 0.0, 4_000), source=ASKS))
    assert "trio.Event" in found.advice
