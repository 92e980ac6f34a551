"""What is said of moments, of made-up recordings."""

from asyncdemo.model.recording import Run
from asyncdemo.model.spans import READY, RUNNING, WAITING, Reason, Spans, Timeline
from asyncdemo.views.narration import Stage, duration
from tests.lanes.made import Made, rude, run_of, timeline
from tests.views.fabricated import ZERO

SOURCE = "def work():\n    pass\n\n\n" * 5


def stage(line: Timeline, seconds: float = 1.0) -> Stage:
    made: Run = run_of(line, seconds, source=SOURCE)
    return Stage(made)


def test_where_a_thread_is_is_said_only_when_it_begins() -> None:
    which = stage(
        timeline(
            Made("", [("running", 0.1), ("waiting", 0.2)], name="first", kind="thread", line=1),
            Made("", [("waiting", 0.1)], 0.1, name="second", kind="thread", line=5),
        )
    )
    begins, waits, second, ended, *_ = which.moments
    assert which.happening(begins) == "first begins"
    assert [(said.line, said.runs, said.suspended) for said in which.beside(begins)] == [(1, True, False)]
    assert which.happening(waits) == "first waits"
    assert which.happening(second) == "second begins"
    assert [said.line for said in which.beside(second)] == [5]
    assert which.waiting(second) == "first"
    assert which.happening(ended) == "second has ended"


def test_who_has_not_begun_is_not_suspended() -> None:
    which = stage(rude())
    blocked = next(each for each in which.moments if each.standing and each.standing.state == "blocked")
    said = {each.line: each for each in which.beside(blocked)}
    assert (said[13].text, said[13].runs, said[13].blocks) == ("job 1 BLOCKS", True, True)
    assert (said[12].text, said[12].short) == ("job 2 and 3 can begin", "job 2 can begin, +1")
    assert not (said[12].runs or said[12].suspended)
    assert which.ready(blocked) == "job 2 and 3 (line 12)"


def test_durations_have_three_digits() -> None:
    assert [duration(seconds) for seconds in (12.3456, 0.25, 0.0123, 0.00004)] == [
        "12.35 s",
        "0.25 s",
        "12.30 ms",
        "0.04 ms",
    ]


def two_tasks() -> Timeline:
    """main waits for reader, which waits for an event; main sleeps, sets it, and then waits for reader."""
    spans = Spans()
    spans.places = [("/course/example.py", 12), ("/course/example.py", 5), ("/course/example.py", 14)]
    spans.reasons = {0: Reason("sleep", 500), 1: Reason("event"), 2: Reason("task", 2)}
    for row in (
        (1, RUNNING, 0.0, 0.01, -1, -1),
        (2, RUNNING, 0.01, 0.02, -1, -1),
        (1, WAITING, 0.01, 0.06, 0, -1),
        (2, WAITING, 0.02, 0.065, 1, 1),
        (1, RUNNING, 0.06, 0.07, -1, -1),
        (2, READY, 0.065, 0.07, 1, -1),
        (1, WAITING, 0.07, 0.08, 2, 2),
        (2, RUNNING, 0.07, 0.08, -1, -1),
        (1, RUNNING, 0.08, 0.09, -1, -1),
    ):
        task, state, start, end, where, waker = row
        spans.add(task, state, ZERO + start, ZERO + end, where, waker)
    lanes = timeline(Made("main", [("running", 0.09)]), Made("reader", [("running", 0.07)], 0.01, name="reader"))
    return Timeline(lanes.tasks, spans, 5, complete=True)


def test_it_says_for_what_tasks_wait_and_who_woke_whom() -> None:
    which = stage(two_tasks())
    happening = [which.happening(each) for each in which.moments]
    assert happening[:2] == ["main begins", "reader begins"]
    assert happening[3:6] == ["main goes on", "reader goes on, woken by main", "main goes on, woken by reader"]
    idle = which.moments[2]
    assert which.waiting(idle) == "main (line 12, sleep 0.05), reader (line 5, event)"
    assert [said.text for said in which.beside(idle)] == ["main waits: sleep 0.05", "reader waits: event"]
    assert which.waiting(which.moments[4]) == "main (line 14, awaits reader)"


def test_several_that_wait_for_the_same_are_said_together() -> None:
    made = timeline(*[Made("job", [("running", 0.001), ("waiting", 0.1)], 0.001 * n) for n in range(3)])
    made.spans.places.append(("/course/example.py", 5))
    made.spans.reasons[0] = Reason("lock")
    for index, state in enumerate(made.spans.states):
        if state == WAITING:
            made.spans.where[index] = 0
    which = stage(made)
    last = next(each for each in which.moments if which.happening(each) == "job 3 begins")
    assert [said.text for said in which.beside(last)] == ["job 3 begins", "job 1 and 2 wait: lock"]
