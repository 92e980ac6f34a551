"""What it costs to look for lost errors, and for starved tasks: four times the run takes about four times as long, not sixteen times."""

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from asyncdemo.findings import THRESHOLDS
from asyncdemo.findings.evidence import Evidence
from asyncdemo.findings.starving import starved_task
from asyncdemo.findings.unseen_errors import lost_error, too_many_open
from asyncdemo.model.recording import Finding, Output, Run
from asyncdemo.model.spans import Raised, Task
from tests.findings.fabricated import MAIN, PATH, Row, run, task

GATHERS = "import asyncio\nasync def main():\n"
GATHER = "    await asyncio.gather(*(job(row) for row in rows), return_exceptions=True)\n"
JOBS = "async def job(row):\n    raise ValueError(row)\n"


def failed(number: int, error: str, text: str, created: float, ended: float) -> Task:
    """A task that failed by itself in the third line."""
    return task(number, "job", 3, created=created, ended=ended, end="raised", raised=Raised(error, PATH, 3, text))


def dropped(count: int, text: str = "refused") -> Run:
    """So many tasks that failed in a gather whose results are dropped, and ten times as many prints."""
    tasks = [failed(number + 2, "ValueError", text.format(number), 0.1, 0.2) for number in range(count)]
    output = tuple(Output(0.01, "stdout", f"row {index}\n") for index in range(10 * count))
    main = MAIN._replace(line=2)
    return run([main, *tasks], [(1, "waiting", 0.1, 0.3, 3)], source=GATHERS + GATHER + JOBS, output=output)


def differing(count: int) -> Run:
    """The same, each task with another error."""
    return dropped(count, "{:05} refused")


def opened(count: int) -> Run:
    """So many tasks one of which begins as another one ends, with a hundred at once, and not a file for them."""
    every = (count - 100) * [("OSError", "[Errno 24] Too many open files")] + 100 * [("KeyError", "")]
    return run(
        [MAIN, *(failed(n + 2, *error, n / 100, n / 100 + 0.995) for n, error in enumerate(every))], source=GATHERS
    )


def fine(count: int) -> Run:
    """A long script with many gathers and many waits, in which nothing has failed."""
    rows: list[Row] = [(1, "waiting", n / 1e4, (n + 1) / 1e4, 3) for n in range(100 * count)]
    return run([MAIN._replace(line=2)], rows, source=GATHERS + count * GATHER + JOBS)


def cancelled(count: int) -> Run:
    """Tasks of a long script that only cancels them, after they have failed: all of its names are looked at."""
    keeps = (
        "    tasks = [asyncio.create_task(job(row)) for row in rows]\n    for each in tasks:\n        each.cancel()\n"
    )
    other = "".join(f"    name{index} = value\n" for index in range(count))
    tasks = [failed(number + 2, "ValueError", "refused", 0.1, 0.2) for number in range(count)]
    return run([MAIN._replace(line=2), *tasks], source=GATHERS + keeps + other + JOBS)


def starved(count: int) -> Run:
    """A task that is starved by another one on a busy machine, and so many that do nothing."""
    steps: list[Row] = [(3, "running", 0.1 + step * 0.02, 0.12 + step * 0.02) for step in range(40)]
    beat: list[Row] = [(2, "ready", 0.0, 0.001), (2, "waiting", 0.001, 0.1, 3), (2, "ready", 0.1, 0.9, 3)]
    made = run([MAIN, task(2, "beat", 3), *(task(number, "job", 9) for number in range(3, count))], [*steps, *beat])
    assert made.timeline is not None
    made.timeline.spans.queued.update(dict.fromkeys(range(40), 0.012))
    return made


class Case(NamedTuple):
    rule: Callable[[Evidence], list[Finding]]
    made: Callable[[int], Run]
    size: int
    times: Callable[[int], list[int]]


CASES = {
    "lost in a gather": Case(lost_error, dropped, 500, lambda count: [count]),
    "each with its own error": Case(lost_error, differing, 600, lambda count: [count]),
    "too many": Case(too_many_open, opened, 500, lambda count: [count - 100]),
    "nothing failed": Case(lost_error, fine, 40, lambda count: []),
    "starved": Case(starved_task, starved, 1000, lambda count: [1]),
    "only cancelled": Case(lost_error, cancelled, 200, lambda count: [count]),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_cost_is_linear(case: Case) -> None:
    took = []
    for count in (case.size, 4 * case.size):
        made = case.made(count)
        assert [finding.times for finding in case.rule(Evidence(made, THRESHOLDS))] == case.times(count)
        took.append(min(_seconds(case.rule, made) for _ in range(3)))
    assert took[1] < 8 * took[0] + 0.01


def _seconds(rule: Callable[[Evidence], list[Finding]], made: Run) -> float:
    evidence = Evidence(made, THRESHOLDS)
    start = time.process_time()
    rule(evidence)
    return time.process_time() - start


def test_as_many_at_once_as_there_were() -> None:
    (found,) = too_many_open(Evidence(opened(300), THRESHOLDS))
    assert "200 of 300 job() tasks failed, as 100 ran at once" in found.message


def test_what_was_printed_is_not_lost_however_many_there_are() -> None:
    made = differing(600)
    output = tuple(Output(0.4, "stdout", f"job: {number:05} refused!\n") for number in range(0, 600, 3))
    (found,) = lost_error(Evidence(made._replace(output=output), THRESHOLDS))
    assert found.times == 400
