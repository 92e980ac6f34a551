"""Callbacks hold a loop like tasks do, and are none."""

import pytest

from asyncdemo.analysis.critical_path import critical_path
from asyncdemo.analysis.held_loop import held
from asyncdemo.analysis.moments import moments
from asyncdemo.findings import THRESHOLDS, find
from asyncdemo.findings.evidence import Evidence
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import Task
from tests.findings.fabricated import MAIN, PATH, Row, run, task

SOURCE = """\
import asyncio, time
class Chat(asyncio.Protocol):
    def data_received(self, data):
        {call}
"""
CALLS: Task = task(9, "data_received", 0, parent=None, kind="callbacks", path="", created=0.1, ended=0.4, end=None)
BEAT = task(2, "beat", 3)
LATE: list[Row] = [(2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.41)]


def rude(call: str = "time.sleep(0.3)", state: str = "blocked") -> Run:
    rows: list[Row] = [*LATE, (9, state, 0.1, 0.4, 4), (1, "waiting", 0.0, 0.9)]  # type: ignore[list-item]
    return run([MAIN, BEAT, CALLS], rows, source=SOURCE.format(call=call))


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        ("time.sleep(0.3)", "asyncio.sleep(0.3)"),
        ("answer = ask(data, wait=9)", "asyncio.to_thread(ask, data, wait=9)"),
        ("self.send(receive(data))", "asyncio.to_thread"),  # of two calls nobody knows which
    ],
)
def test_it_blocks_and_nothing_can_be_awaited_there(call: str, instead: str) -> None:
    (found,) = find(rude(call))
    assert (found.rule, found.line, found.tasks, found.severity) == ("blocking-call", 4, (9,), "warning")
    assert found.message == "It blocks the event loop; beat was 0.25 s late."
    before = "a callback cannot wait: start a task in it, by asyncio.create_task, and there use"
    assert found.advice == f"{before} {instead}"


def test_it_computes() -> None:
    (found,) = find(rude("crunch(data)", "running"))
    assert (found.rule, found.line, found.tasks) == ("cpu-bound-step", 4, (9,))
    assert "await" not in found.advice


def test_alone_with_the_task_that_waits_for_it_it_is_a_note() -> None:
    rows: list[Row] = [(9, "blocked", 0.1, 0.4, 4), (1, "waiting", 0.0, 0.9)]
    (found,) = find(run([MAIN, CALLS], rows, source=SOURCE.format(call="ask()")))
    assert found.severity == "note"
    assert "no other task was seen to be ready" in found.message


def test_without_a_line_nothing_is_found() -> None:
    assert find(run([MAIN, BEAT, CALLS], [*LATE, (9, "blocked", 0.1, 0.4)])) == ()


def test_rules_about_tasks_do_not_count_them() -> None:
    evidence = Evidence(rude(), THRESHOLDS)
    assert set(evidence.tasks) == {1, 2}
    assert set(evidence.callbacks) == {9}
    assert evidence.waiters == {1, 2}


def test_they_stand_in_the_table_of_what_held_the_loop() -> None:
    timeline = rude().timeline
    assert timeline is not None
    (row,) = held(timeline)
    assert (row.path, row.line, row.state, row.function, row.late) == (PATH, 4, "blocked", None, 1)
    unknown = run([MAIN, CALLS], [(9, "blocked", 0.1, 0.4)]).timeline
    assert unknown is not None
    (row,) = held(unknown)
    assert (row.path, row.line, row.function) == ("", 0, "data_received")


def test_no_critical_path_ends_in_them() -> None:
    timeline = rude().timeline
    assert timeline is not None
    late = timeline._replace(tasks=(MAIN._replace(ended=0.9), CALLS._replace(ended=0.95)))
    assert {stretch.task for stretch in critical_path(late)} == {1}


def test_a_callback_is_a_step_and_is_nowhere_between_two() -> None:
    rows: list[Row] = [(1, "running", 0.0, 0.1), (1, "waiting", 0.1, 0.9, 7), (1, "running", 0.9, 1.0)]
    calls: list[Row] = [(9, "blocked", 0.2, 0.3, 4), (9, "blocked", 0.5, 0.6, 4)]
    found = list(moments(run([MAIN, CALLS._replace(created=0.2, ended=0.6)], [*rows, *calls])))
    kinds = [(each.kind, each.task, tuple(standing.task for standing in each.standings)) for each in found]
    assert kinds == [
        ("step", 1, (1,)),
        ("idle", None, (1,)),
        ("step", 9, (1, 9)),
        ("idle", None, (1,)),
        ("step", 9, (1, 9)),
        ("idle", None, (1,)),
        ("step", 1, (1,)),
        ("end", None, ()),
    ]
    assert all(9 not in (*each.created, *each.ended) for each in found)
