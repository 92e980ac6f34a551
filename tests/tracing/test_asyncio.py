"""Scripts that write down their own truth, on every CPython here: does the timeline of their asyncio tasks say the same?

The bounds are generous, for a busy machine: what is really reached is printed by bench_truth.py.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.conftest import REPOSITORY, clean_environment
from tests.processes import VERSIONS, needs_interpreter
from tests.tracing import asyncio_scripts as scripts
from tests.tracing.conftest import Observe, Observed, agree, agrees, well_formed

pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.observation]  # each starts an interpreter

every_python = pytest.mark.parametrize("python", VERSIONS, indirect=True)
some_pythons = pytest.mark.parametrize("python", ["3.8", "3.11", "3.13", "3.14", "3.15"], indirect=True)

# Observes a script; prints its steps, how many seconds the analysis has taken after its end, and the memory in MB.
MEASURE = """
import json, resource, sys, time
from asyncdemo.model.recording import Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
run = observe(Plan(Subject("script"), (sys.executable, sys.argv[1])))
analysed = time.process_time()
line = run.timeline
print(json.dumps([line.steps, line.complete, analysed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@pytest.fixture
def python(request: pytest.FixtureRequest) -> str:
    return needs_interpreter(request.param)


@every_python
def test_states_and_their_times(observed: Observe, python: str) -> None:
    def long(seen: Observed, name: str, state: str) -> int:
        return sum(span.end - span.start > 0.01 for span in seen.spans(name, state))

    def as_written(seen: Observed) -> bool:
        return agrees(seen) and long(seen, "blocker", "blocked") >= 2 and long(seen, "computer", "running") >= 2

    seen = observed(scripts.STATES, python, until=as_written)
    agree(seen)
    assert seen.timeline.complete
    assert long(seen, "blocker", "blocked") >= 2
    assert long(seen, "computer", "running") >= 2


@every_python
def test_an_overdue_heartbeat_is_ready_from_when_it_was_due(observed: Observe, python: str) -> None:
    seen = observed(scripts.HEARTBEAT, python, until=agrees)
    agree(seen)
    (ready,) = [span for span in seen.spans("heart", "ready") if span.end - span.start > 0.03]
    assert ready.path is not None
    assert ready.path.endswith("script.py")
    assert ready.line == scripts.line_of("HEARTBEAT", "await asyncio.sleep(0.03)")


@every_python
@pytest.mark.parametrize("awaited", ["asyncio.sleep(0.05)", "asyncio.wait({forever}, timeout=0.05)"])
@pytest.mark.parametrize("by", ["beat.cancel()", "asyncio.get_running_loop().call_soon(beat.cancel)"])
def test_an_overdue_heartbeat_that_is_cancelled_is_ready_from_when_it_was_due(
    observed: Observe, python: str, awaited: str, by: str
) -> None:
    source = f"""
        import asyncio
        async def heart():
            forever = asyncio.get_running_loop().create_future()
            await {awaited}
        async def main():
            beat = asyncio.create_task(heart())
            beat.set_name("heart")
            await asyncio.sleep(0.01)
            time.sleep(0.3)
            {by}
            await asyncio.sleep(0.01)
        asyncio.run(main())
    """
    seen = observed(source, python)
    well_formed(seen.timeline)
    assert 0.04 < seen.seconds("heart", "waiting") < 0.1
    assert seen.seconds("heart", "ready") > 0.2


@every_python
def test_lines_are_known_where_the_loop_never_goes_idle(observed: Observe, python: str) -> None:
    seen = observed(scripts.NEVER_IDLE, python)
    well_formed(seen.timeline)
    for name, text in scripts.SUSPENDED.items():
        (waiting,) = [span for span in seen.spans(name, "waiting") if span.end - span.start > 0.03]
        assert waiting.line == scripts.line_of("NEVER_IDLE", text), name
    (ready,) = [span for span in seen.spans("beats", "ready") if span.end - span.start > 0.03]
    assert ready.line == scripts.line_of("NEVER_IDLE", "await asyncio.sleep(0.04)")
    assert seen.timeline.unheeded == ()  # those that have been cancelled had no turn yet


@every_python
def test_how_tasks_end(observed: Observe, python: str) -> None:
    seen = observed(scripts.ENDS, python)
    well_formed(seen.timeline)
    ends = {task.name: task.end for task in seen.timeline.tasks}
    assert {name: ends[name] for name in ("returned", "raised", "cancelled", "swallowed", "at exit")} == {
        "returned": "returned",
        "raised": "raised",
        "cancelled": "cancelled",
        "swallowed": "returned",
        "at exit": "cancelled",
    }
    assert ends["dropped raised"] == "raised"
    assert ends["dropped returned"] is None  # gone before anybody could ask
    assert seen.task("dropped returned").ended is not None
    assert ends["cancelled twice"] == "returned"
    destroyed = seen.task("destroyed")
    assert (destroyed.end, destroyed.ended is None) == ("pending", False)
    assert "destroyed but it is pending" in seen.printed
    for name in ("returned", "cancelled twice"):  # a call of task.cancel is no step of it
        assert seen.spans(name)[-1].end <= (seen.task(name).ended or 0)


@every_python
def test_the_task_that_closes_a_generator_has_a_name(observed: Observe, python: str) -> None:
    seen = observed(scripts.LEFT, python)
    well_formed(seen.timeline)
    (closing,) = [task for task in seen.timeline.tasks if not task.path]
    assert (closing.coroutine, closing.parent) == ("aclose", None)


@every_python
def test_parents_and_names(observed: Observe, python: str) -> None:
    seen = observed(scripts.FAMILY, python)
    well_formed(seen.timeline)
    root = seen.task("root").id
    assert seen.task("root").parent is None
    for name in ("branch", "new name", "last name"):
        assert seen.task(name).parent == root
    assert seen.named("old name", "first name") == []
    assert seen.task("by a callback").parent is None
    leaves = [task for task in seen.timeline.tasks if task.coroutine == "leaf"]
    assert sum(task.parent == seen.task("branch").id for task in leaves) == 2
    group = seen.named("of the group")
    assert [task.parent for task in group] == [root] * len(group)
    assert {task.line for task in leaves} == {scripts.line_of("FAMILY", "async def leaf")}
    (odd,) = [task for task in seen.timeline.tasks if "<b>" in task.name]
    assert odd.name.startswith("\\ud800 <b>\x1b[31m long")


@every_python
def test_loops_one_after_another_and_at_the_same_time(observed: Observe, python: str) -> None:
    seen = observed(scripts.LOOPS, python, until=agrees)
    agree(seen)
    assert seen.timeline.complete
    first = seen.task("after another 0").thread
    assert [seen.task(f"after another {number}").thread for number in range(3)] == [first] * 3
    at_once = {seen.task(f"at once {number}").thread for number in range(3)}
    assert len(at_once - {first, None}) == 3
    elsewhere = seen.task("from elsewhere")
    assert elsewhere.thread not in {first, None}
    assert elsewhere.end == "returned"
    between = seen.task("second run").created - (seen.task("first run").ended or 0)
    assert between > 0.04


@every_python
def test_nothing_is_told_of_a_loop_that_does_not_run(observed: Observe, python: str) -> None:
    seen = observed(scripts.STOPPED, python)
    well_formed(seen.timeline)
    assert seen.seconds("stops", "running") < 0.05
    assert seen.spans("stops", "blocked") == []
    assert seen.task("stops").end == "returned"
    assert seen.task("never").end == "pending"
    assert seen.seconds("never", "waiting") < 0.05


@every_python
def test_other_classes_of_loops_and_tasks(observed: Observe, python: str) -> None:
    names = ("subclass", "virtual", "python task")

    def times(seen: Observed) -> list[tuple[bool, bool]]:
        tasks = seen.named(*names)
        return [(0.015 < seen.seconds(task, "waiting") < 0.09, seen.seconds(task, "blocked") > 0.01) for task in tasks]

    seen = observed(scripts.CUSTOM, python, until=lambda seen: set(times(seen)) == {(True, True)})
    well_formed(seen.timeline)
    assert seen.printed.count("asked") == seen.printed.count("asked\n")
    assert [task.end for name in names for task in seen.named(name)] == ["returned"] * 6
    assert set(times(seen)) == {(True, True)}
    assert len(seen.named("task class")) == 2


@every_python
@pytest.mark.parametrize("told", [True, False])
def test_a_step_that_runs_the_loop_itself(observed: Observe, python: str, told: bool) -> None:
    seen = observed(f"TOLD = {told}\n{scripts.NESTED}", python, until=agrees)
    agree(seen)
    outer, inner = seen.task("outer"), seen.task("inner")
    assert inner.parent == outer.id
    assert inner.end == "returned" if told else inner.end in (None, "returned")


@some_pythons
def test_a_loop_whose_queue_the_script_replaces(observed: Observe, python: str) -> None:
    seen = observed(scripts.REPLACED, python)
    well_formed(seen.timeline)
    assert seen.printed == "unaffected <class 'collections.deque'>\nafter deque\n"
    assert not seen.timeline.complete
    assert 0.01 < seen.seconds("main", "waiting") < 0.05


@every_python
@pytest.mark.parametrize("eager", [False, True])
def test_a_loop_of_another_kind_is_not_traced_and_said_so(observed: Observe, python: str, eager: bool) -> None:
    seen = observed(f"EAGER = {eager}\n{scripts.FOREIGN}", python)
    well_formed(seen.timeline)
    assert seen.printed == "end of Loop\n"  # nothing of it was asked
    assert seen.run.not_traced is not None
    assert seen.run.not_traced.startswith("its event loop, which is neither asyncio's own nor uvloop's")
    assert not seen.timeline.complete


@every_python
def test_debug_mode(observed: Observe, python: str) -> None:
    seen = observed(scripts.STATES, python, "-X", "dev", until=agrees)
    agree(seen)
    assert seen.timeline.complete


@every_python
def test_forked_children_are_silent(observed: Observe, python: str) -> None:
    seen = observed(scripts.FORK, python)
    well_formed(seen.timeline)
    assert seen.printed == "child: 0\nchild: 0\n"
    assert seen.timeline.complete
    assert {"child", "of the child", "other child"}.isdisjoint(task.name for task in seen.timeline.tasks)
    assert seen.task("parent").end == "returned"


@every_python
def test_a_flood_from_other_threads(observed: Observe, python: str) -> None:
    seen = observed(scripts.FLOOD, python)
    well_formed(seen.timeline)
    assert seen.printed == "20000\n"
    assert seen.timeline.complete
    assert seen.task("ticks").end == "returned"


@every_python
def test_tasks_that_are_made_in_a_flood_from_other_threads(observed: Observe, python: str) -> None:
    seen = observed(scripts.MADE_IN_A_FLOOD, python)
    assert seen.printed == "done\n"
    assert seen.timeline.complete
    assert {task.end for task in seen.timeline.tasks if task.coroutine == "makes"} == {"returned"}


@pytest.mark.parametrize("python", ["3.12", "3.13", "3.14", "3.15"], indirect=True)
def test_eager_tasks_that_are_suspended(observed: Observe, python: str) -> None:
    seen = observed(scripts.EAGER, python, until=agrees)
    agree(seen)
    unseen = seen.run.python.version.startswith(("3.14.", "3.15."))  # there nothing tells who made them
    parent = None if unseen else seen.task("main").id
    assert {seen.task(name).parent for name in ("later", "outer", "yields")} == {parent}
    assert seen.task("inner").parent is None  # its maker was not known yet: it had not been suspended
    assert seen.named("at_once") == []  # it has entered no queue: nobody knows
    assert {seen.task(name).end for name in ("later", "outer", "yields", "inner")} == {"returned"}


@every_python
@pytest.mark.parametrize("asked", [False, True])
def test_an_error_that_a_signal_handler_raises_at_any_moment(observed: Observe, python: str, asked: bool) -> None:
    seen = observed(f"ASKED = {asked}\n{scripts.SIGNALS}", python)
    well_formed(seen.timeline)
    assert "all caught: True" in seen.printed
    assert seen.timeline.complete


@some_pythons
def test_a_script_that_meddles_with_the_queue(observed: Observe, python: str) -> None:
    seen = observed(scripts.MEDDLING, python)
    well_formed(seen.timeline)
    assert seen.printed == "put in front\nfirst\n" * 5
    assert seen.timeline.complete
    for number in range(4):
        assert seen.seconds(f"work {number}", "waiting") > 0.008


@some_pythons
def test_where_no_event_fits_any_more_the_script_goes_on(observed: Observe, python: str) -> None:
    seen = observed(f"EVENTS = {layout.EVENTS}\n{scripts.OVERFLOW}", python)
    well_formed(seen.timeline)
    assert seen.printed == "done\n"
    assert not seen.timeline.complete
    main = seen.task("main")
    assert (main.ended, main.end) == (None, None)
    assert seen.seconds(main, "waiting") < 0.06


def test_a_million_steps(tmp_path: Path) -> None:
    script, measure = tmp_path / "script.py", tmp_path / "measure.py"
    script.write_text(scripts.TRUTH + scripts.MANY_STEPS)
    measure.write_text(MEASURE)
    done = subprocess.run(
        [sys.executable, measure, script],
        env=clean_environment({"PYTHONPATH": str(REPOSITORY)}),
        check=True,
        capture_output=True,
        text=True,
    )
    steps, complete, seconds, megabytes = json.loads(done.stdout)
    assert steps > 1_000_000
    assert complete
    assert seconds < 10
    assert megabytes < 500


@pytest.mark.parametrize("python", ["3.9", "3.11", "3.13", "3.14", "3.15"], indirect=True)
@pytest.mark.parametrize("made_by", ["C", "Python"])
@pytest.mark.parametrize("held_by", ["another", "its maker"])
def test_a_task_that_could_not_begin_until_the_script_was_killed(
    observed: Observe, python: str, made_by: str, held_by: str
) -> None:
    prelude = "asyncio.Task = asyncio.tasks.Task = asyncio.tasks._PyTask" if made_by == "Python" else ""
    step = "time.sleep(30)" if held_by == "its maker" else "await asyncio.gather(holds(), late())"
    source = f"""
        import asyncio, os, signal
        {prelude}
        async def holds():
            time.sleep(30)
        async def late():
            pass
        async def main():
            task = asyncio.ensure_future(late())
            {step}
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()
        asyncio.run(main())
    """
    seen = observed(source, python)
    well_formed(seen.timeline)
    late = [task for task in seen.timeline.tasks if task.coroutine == "late"]
    (main,) = [task for task in seen.timeline.tasks if task.coroutine == "main"]
    assert late
    never = late[-1]
    assert (never.parent, never.end, never.ended) == (main.id, "pending", None)
    (ready,) = seen.spans(never)
    assert ready.state == "ready"
    assert ready.end - ready.start > 0.2
