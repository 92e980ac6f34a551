"""The turns of loops and threads, from made-up timelines."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.moments import Moment, Moments, Standing, moments
from asyncdemo.analysis.timeline import timeline
from asyncdemo.model.recording import Output, Run
from asyncdemo.model.spans import Spans, Timeline
from tests.lanes.made import Made, polite, run_of
from tests.lanes.made import timeline as story
from tests.tracing.made import STARTED, random_trace
from tests.views.fabricated import ZERO, outputs, run

TRACES = {
    "seed": st.integers(0, 2**32),
    "loops": st.integers(1, 3),
    "tasks": st.integers(1, 6),
    "turns": st.integers(1, 40),
    "kept": st.floats(0.2, 1),
}


def seen(found: Iterable[Moment]) -> list[tuple[int, str, int | None]]:
    """Milliseconds after the script's first step, and what happens then."""
    return [(round((moment.at - ZERO) * 1e3), moment.kind, moment.task) for moment in found]


def traced(seed: int, loops: int, tasks: int, turns: int, kept: float) -> tuple[Run, Moments]:
    """A run of some loops' random turns, with output at random times."""
    events, ended = random_trace(seed, loops, tasks, turns, kept)
    line = timeline(events.trace(), STARTED, ended)
    last = (ended - STARTED) / 1e9
    said = tuple(Output(last * ((seed + n * 7) % 100) / 100, "stdout", "said") for n in range(seed % 20))
    made = run(said)._replace(timeline=line)
    return made, moments(made)


def test_a_run_without_tasks_has_no_moments() -> None:
    assert list(moments(run())) == []
    assert list(moments(run()._replace(timeline=Timeline((), Spans(), 0, True)))) == []


def test_steps_and_the_stretches_in_which_no_task_can_run() -> None:
    two = story(
        Made("main", [("running", 0.001), ("waiting", 0.101), ("running", 0.001)], path="a.py", line=3),
        Made("work", [("ready", 0.0005), ("running", 0.001), ("waiting", 0.1), ("running", 0.0005)], 0.0005, parent=1),
    )
    assert seen(moments(run_of(two, 0.2))) == [
        (0, "step", 1),
        (1, "step", 2),
        (2, "idle", None),
        (102, "step", 1),
        (102, "step", 2),
        (103, "end", None),
    ]


def test_who_comes_and_goes_and_who_is_ready() -> None:
    two = story(
        Made("main", [("running", 0.010), ("waiting", 0.010), ("running", 0.010)]),
        Made("one", [("ready", 0.006), ("running", 0.005)], 0.004, parent=1),
        Made("two", [("ready", 0.010), ("running", 0.005)], 0.005, parent=1),
    )
    found = list(moments(run_of(two, 0.03)))
    assert [(moment.created, moment.ended, moment.ready) for moment in found] == [
        ((1, 2, 3), (), ()),
        ((), (2,), (3,)),
        ((), (3,), ()),
        ((), (1,), ()),
        ((), (), ()),
    ]


def test_a_line_is_where_a_task_is_suspended_or_was_until_this_step_or_where_it_was_seen() -> None:
    spans = Spans()
    spans.places = [("a.py", 7), ("a.py", 9)]
    line = story(Made("main", [("running", 0.5)], path="a.py", line=3))
    for state, start, end, where in [(1, 0, 1, -1), (0, 1, 2, -1), (2, 2, 3, 0), (1, 3, 4, 0), (3, 4, 5, 1)]:
        spans.add(1, state, start, end, where)
    for state, start, end, where in [(1, 5, 6, -1), (0, 6, 7, -1), (2, 7, 8, 1), (0, 8, 9, -1)]:
        spans.add(1, state, start, end, where)
    task = line.tasks[0]._replace(created=0.0, ended=9.0)
    found = moments(run()._replace(timeline=Timeline((task,), spans, 4, True)))
    standings = [moment.standings[0] for moment in found if moment.kind == "step"]
    assert [(each.state, each.line, each.how) for each in standings] == [
        ("running", 3, "defined"),
        ("blocked", 9, "seen"),
        ("running", None, None),
        ("running", 9, "suspended"),
    ]


def test_a_step_of_which_nothing_is_known_is_no_idle_loop() -> None:
    one = story(Made("main", [("running", 0.1), ("waiting", 0.2), ("running", 0.1)]))
    gone = story(Made("main", [("running", 0.1), ("waiting", 0.2), ("running", 0.1)]))
    gone.spans.starts[1] += 0.1  # what it did in the meantime nobody knows
    assert seen(moments(run_of(one, 1)))[1] == (100, "idle", None)
    assert [kind for _, kind, _ in seen(moments(run_of(gone, 1)))] == ["step", "step", "end"]


def test_threads_begin_and_end() -> None:
    two = story(
        Made("main", [("running", 0.1), ("waiting", 0.2)], kind="thread"),
        Made("work", [("waiting", 0.1)], 0.1, kind="thread"),
    )
    assert seen(moments(run_of(two, 0.3))) == [
        (0, "thread", 1),
        (100, "thread", 1),
        (100, "thread", 2),
        (200, "thread", 2),
        (300, "thread", 1),
        (300, "end", None),
    ]


def test_what_was_printed_before_and_in_each_moment() -> None:
    said = outputs((-0.01, "before"), (0.00005, "first"), (0.1, "while idle"), (0.30, "after the end"))
    found = moments(run_of(story(Made("main", [("running", 0.01), ("waiting", 0.2), ("running", 0.01)])), 1, said))
    assert [(each.kind, each.printed, each.printed_until) for each in found] == [
        ("step", 1, 2),
        ("idle", 2, 3),
        ("step", 3, 3),
        ("end", 3, 4),
    ]


def test_the_moment_at_a_time() -> None:
    found = moments(run_of(polite(), 0.2))
    assert found.index_at(0) == 0
    assert found.index_at(1e9) == len(found) - 1
    assert found[found.index_at(ZERO + 0.15)].at <= ZERO + 0.15
    for index in (-1, len(found)):
        with pytest.raises(IndexError):
            found[index]


def test_all_that_a_moment_tells() -> None:
    found = moments(run_of(story(Made("main", [("running", 0.01)], path="a.py", line=3)), 1))
    assert found[0] == Moment(
        number=0,
        at=ZERO,
        until=pytest.approx(ZERO + 0.01),
        kind="step",
        task=1,
        thread=None,
        standings=(Standing(1, "running", ZERO, "a.py", 3, "defined"),),
        ready=(),
        created=(1,),
        ended=(1,),
        printed=0,
        printed_until=0,
    )


@pytest.mark.slow
@given(**TRACES)
def test_every_state_agrees_with_the_spans(seed: int, loops: int, tasks: int, turns: int, kept: float) -> None:
    made, found = traced(seed, loops, tasks, turns, kept)
    assert made.timeline is not None
    for moment in found:
        states = {(span.task, span.state) for span in made.timeline.spans if span.start <= moment.at < span.end}
        if moment.kind != "end":
            assert {(each.task, each.state) for each in moment.standings if each.state} == states
        assert set(moment.ready) == {each.task for each in moment.standings if each.state == "ready"}


@pytest.mark.slow
@given(**TRACES)
def test_one_task_at_most_runs_in_a_loop(seed: int, loops: int, tasks: int, turns: int, kept: float) -> None:
    made, found = traced(seed, loops, tasks, turns, kept)
    assert made.timeline is not None
    thread = {task.id: task.thread for task in made.timeline.tasks}
    for moment in found:
        running = [thread[each.task] for each in moment.standings if each.state in ("running", "blocked")]
        assert len(running) == len(set(running))
        if moment.kind == "step":
            assert moment.standing is not None
            assert moment.standing.state in ("running", "blocked")
        if moment.kind == "idle":
            there = [each.state for each in moment.standings if thread[each.task] == moment.thread]
            assert set(there) <= {"waiting", None}


@pytest.mark.slow
@given(**TRACES)
def test_the_way_back_shows_the_same(seed: int, loops: int, tasks: int, turns: int, kept: float) -> None:
    _, found = traced(seed, loops, tasks, turns, kept)
    forwards = list(found)
    assert [found[index] for index in reversed(range(len(found)))] == forwards[::-1]
    assert [moment.number for moment in forwards] == list(range(len(found)))
    assert [moment.at for moment in forwards] == sorted(moment.at for moment in forwards)


@pytest.mark.slow
@given(**TRACES)
def test_nothing_is_told_twice_and_nothing_is_left_out(
    seed: int, loops: int, tasks: int, turns: int, kept: float
) -> None:
    made, found = traced(seed, loops, tasks, turns, kept)
    line = made.timeline
    assert line is not None
    if not len(found):
        return
    assert sorted(task for moment in found for task in moment.created) == sorted(task.id for task in line.tasks)
    # A task that was gone before the first step never shows.
    gone = [task for moment in found for task in moment.ended]
    assert len(gone) == len(set(gone))
    assert set(gone) == {task.id for task in line.tasks if task.ended is not None and task.ended > found[0].at}
    steps = [span for span in line.spans if span.state in ("running", "blocked")]
    assert sum(moment.kind == "step" for moment in found) == len(steps)
    edges = [(moment.printed, moment.printed_until) for moment in found]
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert edges[-1][1] == len(made.output)
