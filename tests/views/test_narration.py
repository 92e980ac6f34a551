"""What is said of moments, of made-up recordings."""

from asyncdemo.model.recording import Run
from asyncdemo.model.spans import Timeline
from asyncdemo.views.narration import Stage, duration
from tests.lanes.made import Made, rude, run_of, timeline

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
