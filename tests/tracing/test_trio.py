"""Scripts that write down their own truth: does the timeline of their trio tasks say the same?"""

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.processes import VERSIONS
from tests.tracing import trio_scripts as scripts
from tests.tracing.conftest import Observe, agree, agrees, needs_library, well_formed

pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.observation]  # each starts an interpreter

every_python = pytest.mark.parametrize("python", VERSIONS, indirect=True)


@pytest.fixture
def python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _plain_environment: None) -> str:
    return needs_library(request.param, "trio", monkeypatch)


@every_python
def test_states_and_their_times(observed: Observe, python: str) -> None:
    seen = observed(scripts.STATES, python, until=agrees)
    agree(seen)
    assert seen.timeline.complete
    assert {task.kind for task in seen.timeline.tasks} == {"trio"}
    held = {name: seen.spans(name, "blocked", "running") for name in ("blocker", "computer")}
    long = {name: [span.state for span in spans if span.end - span.start > 0.01] for name, spans in held.items()}
    assert long["blocker"].count("blocked") >= 2
    assert long["computer"].count("running") >= 2


@every_python
def test_what_is_overdue_is_ready_from_its_deadline_on(observed: Observe, python: str) -> None:
    seen = observed(scripts.OVERDUE, python, until=agrees)
    agree(seen)


@every_python
def test_parents_names_and_ends(observed: Observe, python: str) -> None:
    seen = observed(scripts.FAMILY, python)
    well_formed(seen.timeline)
    root = seen.task("root")
    assert (root.parent, root.end) == (None, "returned")
    for name in ("branch", "new name", "started", "raises", "cancelled"):
        assert seen.task(name).parent == root.id
    assert seen.task("leaf").parent == seen.task("branch").id
    assert seen.task("leaf").coroutine == "returns"
    ends = {task.name: task.end for task in seen.timeline.tasks}
    expected = {
        "branch": "returned",
        "leaf": "returned",
        "started": "returned",
        "raises": "raised",
        "raises in a group": "raised",
        "is cancelled with it": "cancelled",
        "cancelled": "cancelled",
        "cancelled with its children": "cancelled",
    }
    assert {name: ends[name] for name in expected} == expected
    assert all(not task.name.startswith("<") for task in seen.timeline.tasks)  # none of trio's own


@every_python
def test_the_scripts_own_instruments_see_what_they_always_do(observed: Observe, python: str) -> None:
    seen = observed(scripts.INSTRUMENTS, python)
    well_formed(seen.timeline)
    assert seen.timeline.complete
    assert len(seen.named("__main__.main")) == 3
    assert "asyncdemo" not in seen.printed
    assert seen.printed.count("KeyError") == 6  # two were disabled as broken, one had gone, three were never there


@every_python
def test_a_guest_of_asyncio(observed: Observe, python: str) -> None:
    seen = observed(scripts.GUEST, python, until=agrees)
    agree(seen)
    assert (seen.task("guest").kind, seen.task("host").kind) == ("trio", "asyncio")
    assert seen.task("guest").end == "returned"


@every_python
def test_runs_one_after_another_and_at_the_same_time(observed: Observe, python: str) -> None:
    seen = observed(scripts.MANY, python)
    well_formed(seen.timeline)
    assert seen.timeline.complete
    threads = {task.thread for task in seen.timeline.tasks if task.name.startswith("at once")}
    assert len(threads - {seen.task("after another 0").thread}) == 3
    for task in seen.timeline.tasks:
        if task.kind == "trio":
            assert task.end == "returned"


@every_python
def test_forked_children_are_silent(observed: Observe, python: str) -> None:
    seen = observed(scripts.FORK, python)
    well_formed(seen.timeline)
    assert seen.printed == "in the child\nchild: 0\n"
    assert seen.timeline.complete
    assert seen.task("parent").end == "returned"


@pytest.mark.parametrize("python", ["3.11"], indirect=True)
def test_where_no_event_fits_any_more_the_script_goes_on(observed: Observe, python: str) -> None:
    seen = observed(f"EVENTS = {layout.EVENTS}\n{scripts.OVERFLOW}", python)
    well_formed(seen.timeline)
    assert seen.printed == "done\n"
    assert not seen.timeline.complete
