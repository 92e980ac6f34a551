"""The rows and the tree of tasks at one moment, from a fabricated snapshot."""

from asyncdemo.analysis.task_table import Row, task_rows, task_tree
from asyncdemo.model.traces import Place, StandingLoop, StandingTask, StandingThread, Standstill, Who

LOCK = 77


def task(key: int, line: int, wait: str = "sleep", holds: tuple[int, ...] = (), **fields: object) -> StandingTask:
    made = StandingTask(key, "suspended", wait, 0, (Place(True, "/app/a.py", line, "work", holds),))
    return made._replace(**fields)  # type: ignore[arg-type]


def rows(*tasks: StandingTask, threads: tuple[StandingThread, ...] = (), names: str = "") -> list[Row]:
    loop = StandingLoop(1, False, 0, 0, 0, tasks=tasks, thread=5)
    called = names.split() or [f"Task-{each.id}" for each in tasks]
    whos = {each.id: Who("asyncio", 1, name, "work", "/app/a.py", 1) for each, name in zip(tasks, called, strict=True)}
    return task_rows(Standstill(0.0, False, (loop,), threads), whos)


def test_who_holds_what_is_waited_for() -> None:
    holder = task(2, 5, holds=(LOCK,))
    first, second = rows(task(3, 8, "lock", about=LOCK), holder)
    assert (first.id, first.holders, first.words) == (3, (2,), "lock")
    assert (second.id, second.holders, second.words) == (2, (), "sleep")


def test_who_waits_for_a_condition_does_not_hold_it() -> None:
    waits = task(2, 5, "condition", holds=(LOCK,), about=LOCK)
    assert [row.holders for row in rows(waits, task(3, 8, "lock", about=LOCK))] == [(), ()]


def test_who_awaits_whom() -> None:
    main, child = task(1, 9, "gather", awaits=(2,)), task(2, 5)
    by_id = {row.id: row for row in rows(main, child)}
    assert (by_id[1].awaits, by_id[2].awaited_by, by_id[1].awaited_by) == ((2,), (1,), ())


def test_a_task_that_runs_is_where_its_thread_is() -> None:
    frames = (Place(False, "/lib/asyncio/events.py", 94, "_run"), Place(True, "/app/a.py", 3, "work"))
    thread = StandingThread(5, "MainThread", False, False, (*frames, Place(True, "/app/b.py", 7, "parse")))
    (row,) = rows(task(1, 3, "")._replace(state="running"), threads=(thread,))
    assert (row.chain, row.place, row.words) == ((("/app/a.py", 3), ("/app/b.py", 7)), ("/app/b.py", 7), "running")


def test_those_that_would_be_called_alike_have_their_own_names() -> None:
    assert [row.called for row in rows(task(1, 3), task(2, 3))] == ["work Task-1", "work Task-2"]
    assert [row.called for row in rows(task(1, 3), task(2, 3), names="reader Task-2")] == ["reader", "work"]


def test_the_tree_has_each_task_once_and_circles_too() -> None:
    made = rows(
        task(1, 9, "task", awaits=(2,)), task(2, 8, "task", awaits=(1,)), task(3, 7, "gather", awaits=(4,)), task(4, 6)
    )
    assert [(each.row.id, each.depth, each.again) for each in task_tree(made)] == [
        (3, 0, False),
        (4, 1, False),
        (2, 0, False),
        (1, 1, False),
        (2, 2, True),
    ]
