"""What a page says of waits, of what held the loop, of the critical path, of standstills and of cancellations."""

from typing import Any

from asyncdemo.findings import find
from asyncdemo.model.recording import Outcome, Run, Subject
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Raised, Reason, Spans, Timeline
from asyncdemo.views.html.pages import runs_data
from tests.findings.fabricated import PATH, task
from tests.lanes.made import Made, run_of, timeline
from tests.views.test_standing import circle

SOURCE = "import asyncio\n" + "\n" * 10 + "x = time.sleep(0.3)\n"


def data_of(run: Run) -> dict[str, Any]:
    (data,) = runs_data([run])
    return data


def fetching(*, modules: bool = False) -> Run:
    """main gathers two that fetch; the second one holds the loop before it ends the wait of the first one."""
    spans = Spans()
    spans.places = [(PATH, 7), (PATH, 9), (PATH, 12), ("/home/me/lib/net.py", 3)]
    spans.reasons = {
        0: Reason("gather"),
        1: Reason("sleep", 1000),
        3: Reason("task", 2, ((PATH, 8), ("/home/me/lib/net.py", 3))),
    }
    spans.add(1, WAITING, 0.1, 0.9, 0, 3)
    spans.add(2, WAITING, 0.1, 0.2, 1)
    spans.add(2, READY, 0.2, 0.5)
    spans.add(2, RUNNING, 0.5, 0.51)
    spans.add(2, WAITING, 0.51, 0.79, 1)
    spans.add(2, RUNNING, 0.79, 0.8)
    spans.add(3, BLOCKED, 0.2, 0.5, 2)
    spans.add(3, WAITING, 0.5, 0.8, 3, 2)
    spans.add(3, RUNNING, 0.8, 0.9)
    tasks = (
        task(1, "main", parent=None, created=0.1, ended=0.91),
        task(2, "fetch", created=0.1, ended=0.8),
        task(3, "parse", created=0.1, ended=0.9),
    )
    texts = {"/home/me/lib/net.py": "a = 1\nb = 2\nawait thing()\n"} if modules else {}
    subject = Subject("app.py", path=PATH, source=SOURCE, modules=texts)
    return run_of(Timeline(tasks, spans, 4, complete=True), 1.0)._replace(subject=subject, findings=())


def test_places_have_the_wait_and_the_lines_that_led_there() -> None:
    data = data_of(fetching())
    assert data["places"] == [
        [7, "gather"],
        [9, "sleep 0.1"],
        [12],
        ["lib/net.py:3", "awaits fetch", "line 8 → lib/net.py:3"],
    ]
    assert [lane["place"] for lane in data["lanes"]] == [[0], [1, -1, -1, 1, -1], [2, 3, -1]]


def test_waits_have_the_lane_that_has_ended_them() -> None:
    assert [lane["woken"] for lane in data_of(fetching())["lanes"]] == [[2], [-1, -1], [1]]


def test_where_it_waited_and_what_held_the_loop() -> None:
    tables = data_of(fetching())["tables"]
    assert tables["waited"] == [
        [9, "line 9", "sleep 0.1", "2", "0.38 s", "0.28 s", "1"],
        [7, "line 7", "gather", "1", "0.80 s", "0.80 s", "1"],
        ["lib/net.py:3", "line 8 → lib/net.py:3", "fetch", "1", "0.30 s", "0.30 s", "1"],
    ]
    held, computed, *_ = tables["held"]
    assert held == [12, "line 12", "blocked", "time.sleep(0.3)", "1", "0.30 s", "0.30 s", "1"]
    assert computed[2:4] == ["computing", "in parse()"]
    assert tables["stood"] is None


def test_the_critical_path_is_drawn_and_said() -> None:
    critical = data_of(fetching())["tables"]["critical"]
    assert critical["path"][0] == [1, 50_000, 100_000]
    assert [stretch[0] for stretch in critical["path"]] == [1, 2, 1, 1, 1, 2]
    assert critical["said"].startswith(
        "What decided how long it took (0.80 s): 48 % sleep 0.1 at line 9, 38 % blocked at line 12, "
    )
    assert critical["rows"][1] == [12, "line 12", "blocked", "parse", "1", "0.30 s", "38 %"]


def test_of_a_run_that_was_stopped_nothing_decided_how_long_it_took() -> None:
    for run in (fetching()._replace(stopped=0.9), fetching()._replace(outcome=Outcome("timed-out", after=1.0))):
        assert data_of(run)["tables"]["critical"] is None


def test_of_several_files_all_places_are_named() -> None:
    data = data_of(fetching(modules=True))
    assert data["places"][:2] == [["app.py:7", "gather"], ["app.py:9", "sleep 0.1"]]
    assert [module["name"] for module in data["modules"]] == ["app.py", "lib/net.py"]
    assert data["modules"][1]["code"][-1] == ["lib/net.py:3", 3, "await thing()"]


def test_who_stood_still() -> None:
    stuck = circle()
    stood = data_of(stuck._replace(findings=find(stuck)))["tables"]["stood"]
    assert stood["since"] == "0.05 s"
    assert stood["circles"] == [["first", "lock, held by second (line 12)", "lock, held by first (line 5)"]]
    assert stood["rows"] == [
        [5, "first", "line 5", "lock", "held by second (line 12)"],
        [12, "second", "line 12", "lock", "held by first (line 5)"],
        [22, "main", "line 22", "awaits first (line 5)", ""],
    ]


def test_who_cancelled_a_task_is_said_of_its_lane() -> None:
    jobs = [Made("work", [("running", 0.1), ("waiting", 0.1)], end="cancelled"), Made("boss", [("running", 0.1)])]
    made = timeline(*jobs)
    boss = made.tasks[1]._replace(end="raised", raised=Raised("ValueError", "/course/example.py", 8))
    made.spans.wakers[1] = 2
    run = run_of(made._replace(tasks=(made.tasks[0], boss)), 0.3)
    assert [lane.get("cancelled") for lane in data_of(run)["lanes"]] == [
        "cancelled by boss, which failed with ValueError, line 8",
        None,
    ]
