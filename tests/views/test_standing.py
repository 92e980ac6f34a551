"""The table of who waited where for what."""

from io import StringIO

from asyncdemo.findings import find
from asyncdemo.model.recording import Outcome, Run
from asyncdemo.model.spans import IgnoredCancellation, Raised
from asyncdemo.model.traces import StandingTask
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.tables import standing_rows
from tests.findings import standing
from tests.findings.fabricated import MAIN, PATH, task


def shown(run: Run, most: int | None = None, width: int = 80) -> list[str]:
    page = Page(StringIO(), {"COLUMNS": str(width)})
    rows = standing_rows(page, run._replace(findings=find(run)), most)
    return [page.text(*row).rstrip() for row in rows]


def circle() -> Run:
    """main awaits first, and first and second each hold the lock that the other one wants."""
    lanes = [
        standing.there(1, "main", 20, parent=None),
        standing.there(2, "first", 3),
        standing.there(3, "second", 9),
    ]
    a, b = 77, 78
    tasks = [
        standing.standing(1, "task", standing.place(22), awaits=(2,)),
        standing.standing(2, "lock", standing.place(5, holds=(a, b)), standing.ENTERING, about=b),
        standing.standing(3, "lock", standing.place(12, holds=(b, a)), standing.ENTERING, about=a),
    ]
    return standing.stopped(lanes, standing.waiting(1, 2, 3), standing.loop(*tasks, is_dead=True))


def test_a_row_for_each_task_the_circle_first() -> None:
    assert shown(circle()) == [
        "nothing moved since 0.05 s",
        " first    line 5   lock, held by second (line 12)",
        " second   line 12  lock, held by first (line 5)",
        " main     line 22  awaits first (line 5)",
    ]


def test_the_circle_is_drawn_as_one() -> None:
    (finding,) = find(circle())
    assert "first -> lock, held by second (line 12) -> lock, held by first (line 5)." in finding.message


def test_of_too_many_it_says_how_many_more() -> None:
    assert shown(circle(), 3) == [
        "nothing moved since 0.05 s",
        " first    line 5   lock, held by second (line 12)",
        "... 2 more tasks: --full",
    ]


def test_there_is_none_of_a_run_that_did_not_hang() -> None:
    assert shown(standing.stopped([MAIN], [], standing.loop())) == []


def stopped_while(*tasks: StandingTask, timers: int = 1) -> Run:
    """A run that was stopped while a timer could have woken it: so it is no deadlock, and nothing stood for long."""
    lanes = [standing.there(task.id, f"work{task.id}", 3 + task.id, parent=None) for task in tasks]
    numbers = [task.id for task in tasks]
    return standing.stopped(lanes, standing.waiting(*numbers, since=2.9), standing.loop(*tasks, timers=timers))


def test_a_run_that_was_stopped_shows_who_waited_for_whom() -> None:
    run = stopped_while(
        standing.standing(1, "gather", standing.place(22), value=2 << 16 | 2, awaits=(2, 3)),
        standing.standing(2, "sleep", standing.place(5)),
        standing.standing(3, "as_completed", standing.place(9), awaits=(2,)),
    )
    assert shown(run) == [
        "when it was stopped",
        " work2   line 5   sleep",
        " work1   line 22  gather (2 of 2 left), of work2 (line 5), work3 (line 9)",
        " work3   line 9   as_completed, of work2 (line 5)",
    ]


def test_where_nobody_waited_for_anybody_or_it_was_only_watched_there_is_none() -> None:
    alone = stopped_while(standing.standing(1, "sleep", standing.place(5)))
    assert shown(alone) == []
    pair = stopped_while(
        standing.standing(1, "task", standing.place(5), awaits=(2,)), standing.standing(2, "sleep", standing.place(9))
    )
    assert shown(pair) != []
    assert shown(pair._replace(outcome=Outcome("interrupted", after=3.0))) == []
    assert shown(pair._replace(outcome=Outcome("interrupted"))) != []
    assert shown(pair._replace(subject=pair.subject._replace(scenario="pair"))) == []


def test_many_that_are_alike_have_one_row() -> None:
    tasks = [standing.standing(n, "sleep", standing.place(5)) for n in range(2, 8)]
    run = stopped_while(standing.standing(1, "task", standing.place(9), awaits=(2,)), *tasks)
    lanes = [lane._replace(coroutine="job") if lane.id > 1 else lane for lane in run.timeline.tasks]  # type: ignore[union-attr]
    rows = shown(run._replace(timeline=run.timeline._replace(tasks=tuple(lanes))))  # type: ignore[union-attr]
    assert rows[1:] == [" job x6   line 5  sleep", " work1    line 9  awaits job 1 (line 5)"]


def test_errors_that_tasks_had_ended_with_before_are_kept() -> None:
    run = stopped_while(
        standing.standing(1, "task", standing.place(5), awaits=(2,)), standing.standing(2, "sleep", standing.place(9))
    )
    assert run.timeline is not None
    failed = task(3, "save", ended=1.0, end="raised")._replace(raised=Raised("OSError", PATH, 30))
    later = task(4, "late", ended=3.04, end="raised")._replace(raised=Raised("KeyError", PATH, 31))
    rows = shown(run._replace(timeline=run.timeline._replace(tasks=(*run.timeline.tasks, failed, later))))
    assert rows[-1] == " save    line 30  ended with OSError"


def test_a_task_that_was_cancelled_and_went_on_is_told() -> None:
    run = stopped_while(
        standing.standing(1, "task", standing.place(5), awaits=(2,)), standing.standing(2, "sleep", standing.place(9))
    )
    assert run.timeline is not None
    ignored = IgnoredCancellation(2, PATH, 9, PATH, 9, 1.0)
    rows = shown(run._replace(timeline=run.timeline._replace(unheeded=(ignored,))))
    assert rows[1:] == [
        " work2   line 9  sleep, cancelled before and went on",
        " work1   line 5  awaits work2 (line 9)",
    ]


def test_a_task_that_only_went_on_when_it_was_stopped_is_not() -> None:
    run = stopped_while(
        standing.standing(1, "task", standing.place(5), awaits=(2,)), standing.standing(2, "sleep", standing.place(9))
    )
    assert run.timeline is not None
    ignored = IgnoredCancellation(2, PATH, 9, PATH, 11, 0.2)
    run = run._replace(
        timeline=run.timeline._replace(unheeded=(ignored,)), seconds=run.seconds._replace(total=run.standstill.at + 0.3)
    )
    assert shown(run)[1] == " work2   line 9  sleep"
