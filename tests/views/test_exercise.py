"""The list of exercises, and the screen of one: whole at every size, with no key that is refused, nothing obeyed."""

import io

import pytest

from asyncdemo.catalogue import course
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.exercise_checks import exercise_of
from asyncdemo.tour.practice import Practice, judged, pressed
from asyncdemo.tour.state import Course
from asyncdemo.views.terminal.exercise_pages import screen, write_exercises
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells
from tests.expectations.test_exercise_checks import PATH, made, ran

BUILT_IN = [exercise_of(each) for each in course.load([course.built_in(course.EXERCISES)]).scenarios]
BEGUN = Practice(made(), "a.py", place="1 of 2", after="b")
LACK = Mismatch("it does not print what is asked for", PATH)


def page(width: int = 80) -> Page:
    return Page(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), {"COLUMNS": str(width)})


def listed(width: int, marks: Course) -> list[str]:
    written = io.StringIO()
    write_exercises(Page(written, {"COLUMNS": str(width)}), BUILT_IN, marks, "asyncdemo exercise")
    return written.getvalue().splitlines()


def rows(state: Practice, width: int = 80, height: int = 24) -> list[str]:
    shown = page(width)
    return [shown.text(*row).rstrip() for row in screen(shown, state, height)[0]]


def test_all_that_are_built_in_fit_on_a_screen_with_whole_summaries() -> None:
    found = listed(80, Course(marks={"silent-oven": "right later", "always-open": "seen"}))
    assert len(found) <= 22
    assert found[0].startswith("1  silent-oven ")
    assert found[0].endswith(" solved")
    assert found[1].endswith(" tried")
    assert found[-1] == "1 of 20 solved   next   asyncdemo exercise always-open"
    assert all(each.scenario.summary in row for each, row in zip(BUILT_IN, found, strict=False))


def test_where_all_are_solved_nothing_is_next() -> None:
    found = listed(60, Course(marks={each.name: "right at first" for each in BUILT_IN}))
    assert found[-1] == "20 of 20 solved   all of them"
    assert max(map(cells, found)) < 60


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40), (40, 10), (20, 3)])
@pytest.mark.parametrize("exercise", [made(), *BUILT_IN[:3]], ids=lambda each: each.name)
def test_each_screen_is_whole_at_every_size(exercise, width: int, height: int) -> None:
    begun = BEGUN._replace(exercise=exercise)
    failed = judged(begun, ran("one\n" * 50), [LACK] * 9, changed=True)
    for state in (
        begun,
        failed,
        pressed(failed, "h"),
        pressed(failed, "s"),
        judged(failed, ran("two\n"), [], changed=True),
    ):
        found = rows(state, width, height)
        assert len(found) == min(height, len(found))
        assert height < 4 or len(found) == height
        assert max(map(cells, found)) < max(width, 40)


def test_a_screen_offers_only_keys_that_do_something() -> None:
    assert rows(BEGUN)[-1] == "h hint (2 left)   r run   n next   q quit"
    failed = judged(BEGUN, ran("one\n"), [LACK], changed=True)
    assert rows(failed)[-1] == "h hint (2 left)   s solution   r run   n next   q quit"
    assert rows(pressed(pressed(failed, "h"), "h")._replace(after=None))[-1] == "s solution   r run   q quit"


def test_a_failed_run_says_what_is_missing_and_a_solved_one_what_was_learnt() -> None:
    failed = judged(BEGUN, ran("one\n"), [LACK._replace(line=3)], changed=True)
    assert "! line 3: it does not print what is asked for" in rows(failed)
    assert "Print two." in rows(failed)
    solved = rows(judged(failed, ran("two\n"), [], changed=True))
    assert "Solved." in solved
    assert "Two `is` it." in solved
    assert "Print two." not in solved


def test_what_an_attempt_prints_is_shown_and_never_obeyed() -> None:
    evil = judged(BEGUN, ran("\x1b[2Jgone [bold]\n"), [LACK._replace(message="\x1b[31mred")], changed=True)
    assert "\x1b" not in "".join(rows(evil))
    assert "[bold]" in "".join(rows(evil))
