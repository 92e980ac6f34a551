"""Where the keys of an exercise lead, and what is kept of it."""

from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.model.recording import Outcome, Python, Run, Subject
from asyncdemo.tour.practice import TRIED, Practice, first_open, is_solved, judged, pressed, with_mark
from asyncdemo.tour.state import Course, Mark
from tests.expectations.test_exercise_checks import made

RUN = Run(Subject("a"), Python(""), Outcome("exited", code=0), ok=True)
LACK = [Mismatch("it does not print what is asked for", "a.py")]
BEGUN = Practice(made(), "a.py", after="b")


def test_hints_come_one_at_a_time_and_then_no_more() -> None:
    first = pressed(BEGUN, "h")
    second = pressed(first, "h")
    assert [each.hints for each in (BEGUN, first, second)] == [0, 1, 2]
    third = pressed(second, "h")
    assert (third.hints, third.message) == (2, "there are no more hints; s shows the solution, once you have tried")
    assert pressed(third, "up").message == ""


def test_the_solution_is_shown_only_after_a_try() -> None:
    refused = pressed(BEGUN, "s")
    assert not refused.shows_solution
    assert refused.message == "try it first: change a.py and save it; h shows a hint"
    untouched = judged(BEGUN, RUN, LACK, changed=False)
    assert not pressed(untouched, "s").shows_solution
    tried = judged(untouched, RUN, LACK, changed=True)
    assert pressed(tried, "s").shows_solution
    assert not pressed(pressed(tried, "s"), "s").shows_solution


def test_keys_that_others_act_on() -> None:
    assert [pressed(BEGUN, key).wish for key in ("r", "enter", "n", "q", "escape", "h", "x")] == [
        *("run", "run", "next", "quit", "quit", "", "")
    ]
    last = pressed(BEGUN._replace(after=None), "n")
    assert (last.wish, last.message) == ("", "there is no other exercise that is not solved")


def test_scrolling_ends_at_the_top() -> None:
    down = pressed(pressed(BEGUN, "down"), "page down", 10)
    assert (down.offset, pressed(down, "page up", 20).offset) == (11, 0)
    assert judged(down, RUN, LACK, changed=True).offset == 0


def test_what_is_kept() -> None:
    name = BEGUN.exercise.name
    untouched = judged(BEGUN, RUN, LACK, changed=False)
    assert with_mark(Course(), untouched) == Course(at=name)
    tried = judged(untouched, RUN, LACK, changed=True)
    assert with_mark(Course(), tried).marks == {name: TRIED}
    solved = judged(tried, RUN, [], changed=True)
    assert (tried.solved, solved.solved) == (False, True)
    kept = with_mark(with_mark(Course(), tried), solved)
    assert is_solved(kept, name)
    assert not is_solved(with_mark(Course(), tried), name)
    assert is_solved(with_mark(kept, tried), name)


def test_the_next_one_is_the_first_that_is_not_solved_from_here_on() -> None:
    names = ["a", "b", "c"]
    solved: Mark = "right at first"
    course = Course(marks={"a": TRIED, "b": "right later"})
    assert first_open(names, course) == "a"
    assert first_open(names, course, "a") == "c"
    assert first_open(names, course, "c") == "a"
    assert first_open(names, Course(marks=dict.fromkeys(names, solved))) is None
    assert first_open(["a"], Course(), "a") is None
