"""The table of who waited where for what."""

from io import StringIO

from asyncdemo.findings import find
from asyncdemo.model.recording import Run
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.standing_table import standing_rows
from tests.findings import standing
from tests.findings.fabricated import MAIN


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
