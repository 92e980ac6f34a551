"""Steps for which a busy machine had no processor: what counts is what they would have taken without that."""

from collections.abc import Sequence

import pytest

from asyncdemo.findings import find
from asyncdemo.model.recording import Run
from tests.findings.fabricated import MAIN, Row, run, task

BEAT, JOB, OTHER = task(2, "beat", 3), task(3, "job", 9), task(4, "job", 9)
LATE: list[Row] = [(2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.51)]


def rules(made: Run) -> list[str]:
    return [finding.rule for finding in find(made)]


def queueing(rows: Sequence[Row], queued: dict[int, float]) -> Run:
    """A run in which the machine had no processor for some of these spans for so many seconds."""
    made = run([MAIN, BEAT, JOB, OTHER], rows)
    assert made.timeline is not None
    made.timeline.spans.queued.update(queued)
    return made


@pytest.mark.parametrize(("queued", "found"), [(0.0, True), (0.2, True), (0.29, True), (0.35, False)])
def test_a_computing_step_counts_as_what_it_computed(queued: float, found: bool) -> None:
    assert rules(queueing([(3, "running", 0.1, 0.5, 4), *LATE], {0: queued})) == ["cpu-bound-step"] * found


@pytest.mark.parametrize(("queued", "found"), [(0.0, True), (0.02, True), (0.06, False)])
def test_a_blocking_call_counts_without_the_time_in_the_queue(queued: float, found: bool) -> None:
    assert rules(queueing([(3, "blocked", 0.1, 0.2, 4), *LATE], {0: queued})) == ["blocking-call"] * found


@pytest.mark.parametrize(("queued", "found"), [(0.0, True), (0.2, True), (0.37, False)])
def test_tasks_that_never_suspend_count_with_what_they_computed(queued: float, found: bool) -> None:
    rows: list[Row] = [(2, "running", 0.0, 0.2), (3, "running", 0.2, 0.4), (4, "running", 0.4, 0.401)]
    assert rules(queueing(rows, {0: queued / 2, 1: queued / 2})) == ["never-suspends"] * found


def starved(own: float, queued: float, steps: int) -> Run:
    """beat is ready while many steps of job come first, each of which computes for a time and queues for another."""
    length = own + queued
    rows: list[Row] = [(2, "ready", 0.0, 0.001), (2, "waiting", 0.001, 0.1, 3)]
    rows += [(2, "ready", 0.1, 0.1 + steps * length, 3)]
    rows += [(3, "running", 0.1 + number * length, 0.1 + (number + 1) * length) for number in range(steps)]
    return queueing(rows, {3 + number: queued for number in range(steps)} if queued else {})


@pytest.mark.parametrize(
    ("own", "queued", "steps", "found"),
    [
        (0.008, 0.0, 40, True),
        (0.008, 0.012, 40, True),
        (0.008, 0.1, 40, True),  # long steps, for no fault of their own
        (0.004, 0.016, 40, False),  # 0.8 s, of which 0.16 s was theirs
        (0.06, 0.06, 10, False),  # single steps are to blame
    ],
)
def test_a_starved_task_counts_what_others_computed(own: float, queued: float, steps: int, found: bool) -> None:
    assert ("starved-task" in rules(starved(own, queued, steps))) is found
