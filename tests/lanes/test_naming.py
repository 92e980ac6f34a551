"""Which tasks get a lane, and what it is called."""

import pytest

from asyncdemo.analysis.task_names import kind_of_work, names, overlap, shown_tasks
from tests.lanes.made import STEP, Made, timeline

LIBRARY = "/usr/lib/python3.12/asyncio/selector_events.py"


def named(*made: Made) -> list[str]:
    return list(names(timeline(*made).tasks).values())


def task(coroutine: str, name: str = "", **others: object) -> Made:
    return Made(coroutine, [STEP], name=name, **others)  # type: ignore[arg-type]


def test_numbered_where_several_do_the_same() -> None:
    assert named(task("main"), task("job"), task("beat"), task("job")) == ["main", "job 1", "beat", "job 2"]


def test_a_given_name_wins() -> None:
    assert named(task("job", "upload"), task("job"), task("job", "Task-of-mine")) == ["upload", "job 2", "Task-of-mine"]


def test_the_libraries_own_names_do_not() -> None:
    assert named(task("main", "Task-1"), task("child", "__main__.child", kind="trio")) == ["main", "child"]
    assert named(task("work", "Thread-1 (work)", kind="thread"), task("work", "mine", kind="thread")) == [
        "work 1",
        "mine",
    ]


@pytest.mark.parametrize(
    ("coroutine", "name", "work"),
    [
        ("job", "Task-3", "job"),
        ("Server.serve", "Task-1", "serve"),
        ("", "ThreadPoolExecutor-0_3", "ThreadPoolExecutor-0"),
        ("", "Thread-12", "Thread"),
        ("", "7", "7"),
        ("", "", "thread"),
    ],
)
def test_what_a_task_does(coroutine: str, name: str, work: str) -> None:
    [made] = timeline(task(coroutine, "x", kind="thread")).tasks
    assert kind_of_work(made._replace(name=name)) == work


def test_what_the_library_makes_for_itself_is_left_out() -> None:
    found = timeline(
        task("main"),
        task("shutdown_asyncgens", path=LIBRARY),
        task("_accept_connection2", path=LIBRARY),
        task("sleep", path="/usr/lib/python3.12/asyncio/tasks.py"),
        task("shutdown_pumps"),
        task("_own"),
        task("shutdown_default_executor", path=LIBRARY, parent=1),
    )
    shown = [each.coroutine for each in shown_tasks(found, full=False)]
    assert shown == ["main", "sleep", "shutdown_pumps", "_own", "shutdown_default_executor"]
    assert len(shown_tasks(found, full=True)) == 7


def test_a_thread_of_a_pool_is_shown_where_it_computes() -> None:
    pool = {"kind": "thread", "path": "/usr/lib/python3.12/concurrent/futures/thread.py"}
    computes = Made("_worker", [("running", 0.1)], name="asyncio_0", **pool)  # type: ignore[arg-type]
    waits = Made("_worker", [("waiting", 0.1)], name="asyncio_1", **pool)  # type: ignore[arg-type]
    shown = shown_tasks(timeline(task("main"), computes, waits), full=False)
    assert [each.name for each in shown] == ["Task-1", "asyncio_0"]


def test_overlap() -> None:
    first = Made("a", [("waiting", 1.0)])
    assert not overlap(timeline(first).tasks)
    assert not overlap(timeline(first, first._replace(created=1.1)).tasks)
    assert overlap(timeline(first, first._replace(created=0.9)).tasks)
    assert overlap(timeline(first._replace(end="pending"), first._replace(created=1.1)).tasks)
