"""How many waits there were, and how many at once."""

import sysconfig

import pytest

from asyncdemo.analysis.wait_times import Waits, waits
from asyncdemo.model.recording import Run, Seconds
from asyncdemo.model.spans import Timeline
from tests.lanes.made import Made, Story, polite, run_of, timeline


def traced(found: Timeline | None, waiting: float | None = 0.5) -> Run:
    script = None if waiting is None else 1.0
    return run_of(found, 1.0)._replace(findings=(), seconds=Seconds(1.0, 0.0, 0.0, script, 0.1, waiting))


def test_at_once() -> None:
    one = [("waiting", 0.1)]
    assert waits(traced(timeline(*[Made("job", one) for _ in range(10)]))) == (10, 10)  # type: ignore[arg-type]
    after_another = [Made("job", one, created=0.1001 * n) for n in range(10)]  # type: ignore[arg-type]
    assert waits(traced(timeline(*after_another))) == (10, 1)
    two = [Made("job", one, created=0.0501 * n) for n in range(9)]  # type: ignore[arg-type]
    assert waits(traced(timeline(*two))) == (9, 2)


def test_who_waits_for_its_own_tasks_is_not_counted() -> None:
    found = waits(traced(polite()))
    assert found is not None
    assert found.at_once == 4
    assert waits(traced(timeline(Made("main", [("running", 0.1)])))) == (0, 0)


LIBRARY = sysconfig.get_path("stdlib")
LONG: Story = [("waiting", 0.5)]
MAIN = Made("", LONG, name="MainThread", kind="thread", path="")


def test_the_main_program_waits_for_its_threads() -> None:
    path = f"{LIBRARY}/concurrent/futures/thread.py"
    pool = [Made("_worker", LONG, name=f"ThreadPoolExecutor-0_{n}", kind="thread", path=path) for n in range(5)]
    assert waits(traced(timeline(MAIN, *pool))) == (5, 5)


def test_threads_that_look_after_processes_do_not_count() -> None:
    feeder = Made("_feed", LONG, kind="thread", path=f"{LIBRARY}/multiprocessing/queues.py")
    manager = Made("run", LONG, kind="thread", path=f"{LIBRARY}/concurrent/futures/process.py")
    assert waits(traced(timeline(MAIN, manager, feeder))) == (1, 1)


@pytest.mark.parametrize("found", [None, timeline()])
def test_who_does_one_thing_at_a_time_waits_one_at_a_time(found: Timeline | None) -> None:
    assert waits(traced(found)) == Waits(None, 1)
    assert waits(traced(found, waiting=0.001)) == (0, 0)


def test_what_is_not_known_is_not_guessed() -> None:
    assert waits(traced(None)._replace(findings=None)) is None
    assert waits(traced(timeline(complete=False))) is None  # a loop of another kind
    assert waits(traced(None, waiting=None)) is None
