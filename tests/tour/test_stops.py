"""The stops of the course, and what is made of a scenario."""

import pytest

from asyncdemo.catalogue import course
from asyncdemo.expectations.choices import FEWEST
from asyncdemo.tour.stops import attempt, of_scenario
from tests.tour.made import ASKING, FIRST, folder, scenario, stops

COURSE = [of_scenario(each) for each in course.load([course.built_in()]).scenarios]


@pytest.mark.parametrize("stop", COURSE, ids=lambda stop: stop.name)
def test_every_stop_of_the_course_asks_and_has_notes(stop: object) -> None:
    for each in stop.rounds:  # type: ignore[attr-defined]
        assert each.question
        assert len(each.choices) >= FEWEST
    assert stop.notes  # type: ignore[attr-defined]


def test_some_of_the_course_can_be_tried_at_a_key() -> None:
    found = {stop.name: stop.attempt.settings for stop in COURSE if stop.attempt is not None}
    assert found["await-in-a-row"] == ("DELAY=0.1",)
    assert found["simulated-io-wait"] == ("TASKS=20",)
    assert len(found) >= 8


def test_a_scenario_with_variants_asks_about_those_with_a_question() -> None:
    two = stops()[2]
    assert [each.target.name for each in two.rounds] == ["two-ways:rude"]
    assert [each.name for each in two.targets] == ["two-ways:polite", "two-ways:rude"]
    assert two.keys == ("two-ways:rude",)
    assert two.notes.startswith("Compare them.")


def test_without_any_question_the_first_variant_is_shown() -> None:
    made = of_scenario(folder("quiet", {"b": "print(1)\n", "a": "print(2)\n"}, FIRST, ""))
    assert [(each.target.name, each.choices) for each in made.rounds] == [("quiet:b", ())]
    assert made.keys == ("quiet",)


def test_too_few_choices_are_no_question() -> None:
    source = ASKING.replace(', "nothing, and an error"', "")
    assert of_scenario(scenario("few", source, FIRST)).rounds[0].question is None


@pytest.mark.parametrize(
    ("notes", "settings"),
    [
        ("**Try** `--set DELAY=0.5`. Longer.", ("DELAY=0.5",)),
        ("**Try** `asyncdemo run rude-job --set\nDELAY=1.0`.", ("DELAY=1.0",)),
        ("**Try** a copy without the sleep.", None),
        ("**Try** `--set OTHER=1`, which it does not have.", None),
        ("No proposal: `--set DELAY=0.5`.", None),
    ],
)
def test_what_the_notes_propose(notes: str, settings: tuple[str, ...] | None) -> None:
    targets = [each.target for each in stops()[1].rounds]
    found = attempt(notes, targets)
    assert (None if found is None else found.settings) == settings
