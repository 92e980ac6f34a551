"""Scripts that write down their own truth: does the timeline of their threads say the same?"""

import pytest

from tests.processes import VERSIONS, needs_interpreter
from tests.tracing import thread_scripts as scripts
from tests.tracing.conftest import Observe, Observed, agree, agrees, well_formed

pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.observation]  # each starts an interpreter

every_python = pytest.mark.parametrize("python", VERSIONS, indirect=True)


@pytest.fixture
def python(request: pytest.FixtureRequest) -> str:
    return needs_interpreter(request.param)


@every_python
def test_lives(observed: Observe, python: str) -> None:
    seen = observed(scripts.LIVES, python, until=agrees)
    agree(seen)
    assert seen.timeline.complete
    assert {task.kind for task in seen.timeline.tasks} == {"thread"}
    assert seen.spans("both") == []  # now this, now that: nobody knows when
    assert seen.task("sleeps 0").coroutine == "sleeps"
    assert seen.task("own").coroutine == "run"
    assert seen.named("renamed") == []
    for name in ("sleeps 0", "computes", "new name", "raises"):
        task = seen.task(name)
        assert (task.ended is None, task.end) == (False, None)
    daemon = seen.task("daemon")
    assert (daemon.ended, daemon.end, seen.spans(daemon)) == (None, "pending", [])
    main = seen.task("MainThread")
    assert main.created <= seen.task("sleeps 0").created
    assert main.thread not in {task.thread for task in seen.timeline.tasks if task is not main}


@every_python
def test_what_waits_for_pythons_lock_is_not_said_to_wait(observed: Observe, python: str) -> None:
    seen = observed(scripts.LOCKED, python)
    well_formed(seen.timeline)
    assert len(seen.named("computes")) == 4
    computing = seen.named("computes")  # the main thread does wait, for them
    assert [span for task in computing for span in seen.spans(task, "waiting")] == []


@every_python
def test_jobs_of_a_pool(observed: Observe, python: str) -> None:
    def idle(seen: Observed) -> list[float]:
        """By how much the spans of each worker are longer than its jobs."""
        return [
            sum(span.end - span.start for span in seen.spans(task))
            - sum(note.end - note.start for note in seen.notes if note.name == task.name)
            for task in seen.timeline.tasks
            if task.name.startswith("worker_")
        ]

    def as_written(seen: Observed) -> bool:
        return agrees(seen) and len(idle(seen)) == 2 and max(idle(seen)) < 0.04

    seen = observed(scripts.JOBS, python, until=as_written)
    agree(seen)
    assert seen.printed.startswith("[1, 2, 3] None\n") or "\n[1, 2, 3] None\n" in seen.printed
    workers = [task for task in seen.timeline.tasks if task.name.startswith("worker_")]
    assert len(workers) == 2
    assert {task.coroutine for task in workers} == {"_worker"}
    assert max(idle(seen)) < 0.04  # twice there are 0.05 s between its jobs


@every_python
def test_a_job_for_a_coroutine(observed: Observe, python: str) -> None:
    seen = observed(scripts.TO_THREAD, python, until=agrees)
    agree(seen)
    assert {task.kind for task in seen.timeline.tasks} == {"asyncio", "thread"}
    assert seen.named("MainThread") == []  # its tasks tell what it did


@every_python
def test_a_script_without_other_threads_has_no_lane(observed: Observe, python: str) -> None:
    seen = observed(scripts.ALONE, python)
    assert seen.timeline.tasks == ()
    assert len(seen.timeline.spans) == 0
    assert seen.timeline.complete
