"""What was read from outside of a process that does not answer, in the same form as a snapshot."""

from asyncdemo.analysis.task_table import task_rows
from asyncdemo.runner.looking import from_outside

LIBRARY = [False, "/lib/python3.14/asyncio/locks.py", 110, "Lock.acquire", "lock"]
EVENTS = [False, "/lib/python3.14/asyncio/events.py", 94, "Handle._run", ""]


def own(line: int, function: str) -> list[object]:
    return [True, "/app/a.py", line, function, ""]


def test_who_runs_who_waits_and_who_awaits_whom() -> None:
    read = {
        "threads": [[50, [own(20, "<module>"), EVENTS, own(3, "rude"), own(9, "parse")]], [51, [own(30, "worker")]]],
        "tasks": [
            [50, 700, "Task-1", False, [own(12, "main")], []],
            [50, 701, "first", True, [own(3, "rude")], [700]],
            [50, 702, "Task-3", False, [own(7, "polite"), LIBRARY], [700]],
        ],
    }
    seen, whos = from_outside(read, 50)
    rows = {row.called: row for row in task_rows(seen, whos)}
    assert (rows["first"].state, rows["first"].chain) == ("running", (("/app/a.py", 3), ("/app/a.py", 9)))
    assert (rows["polite"].wait, rows["polite"].place, rows["polite"].holders) == ("lock", ("/app/a.py", 7), ())
    assert rows["main"].awaits == (rows["first"].id, rows["polite"].id)
    assert rows["main"].words == "something unknown"
    assert [thread.name for thread in seen.threads] == ["MainThread", "thread 51"]


def test_values_that_are_not_known_are_not_said() -> None:
    queue = [False, "/lib/python3.14/asyncio/queues.py", 234, "Queue.join", "queue.join"]
    read = {"threads": [], "tasks": [[50, 1, "Task-1", False, [own(5, "main"), queue], []]]}
    (row,) = task_rows(*from_outside(read, 50))
    assert row.words == "queue.join"
