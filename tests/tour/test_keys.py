"""Where the keys lead, in made-up tours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.model.recording import Outcome
from asyncdemo.tour.navigation import KEYS, filmed, played
from asyncdemo.tour.state import Room, State, at_stop
from asyncdemo.tour.stops import of_scenario
from asyncdemo.views.terminal.text import cells
from asyncdemo.views.terminal.tour_screen import screen
from tests.tour.made import ASKING, SECOND, end, folder, press, printing, stops, tour
from tests.views.fabricated import Text, page

ALL_KEYS = [
    *("enter", "1", "2", "3", "9", "0", "p", "n", "b", "r", "l", "t", "s", "o", "j", "x", "up", "down", "page down"),
    *("page up", "home", "end", "?", "escape", "backspace", "space", "right", "left", "a", "ä", ""),
]


def test_enter_alone_leads_through_everything() -> None:
    state = tour()
    phases = []
    for _ in range(100):
        phases.append((state.stop.name, state.phase))
        if state.phase == "over":
            break
        state = end(state, "done\n", "tick\n") if state.phase == "running" else press(state, "enter")
    plain = ["code", "running", "answer", "notes"]
    asking = ["code", "question", "running", "answer", "notes"]
    both = ["code", "question", "running", "answer", "running", "running", "together", "notes"]
    assert phases == [
        *(("plain-call", phase) for phase in plain),
        *(("rude-job", phase) for phase in [*asking, "end"]),
        *(("two-ways", phase) for phase in both),
        *(("from-the-future", phase) for phase in ["code", "notes", "end", "over"]),
    ]


def test_a_stop_with_two_questions_asks_both_before_all_is_run_together() -> None:
    two = of_scenario(folder("two-ways", {"polite": ASKING, "rude": ASKING}, SECOND, "Compare them."))
    state = at_stop(tour()._replace(stops=(two,)), 0)
    phases = []
    while state.phase != "notes":
        phases.append((state.asked.target.name, state.phase))
        state = end(state, "done\n", "tick\n") if state.phase == "running" else press(state, "enter")
    asking = ["code", "question", "running", "answer"]
    both = ["running", "running", "together"]
    assert phases == [("two-ways:polite", each) for each in asking] + [
        ("two-ways:rude", each) for each in [*asking, *both]
    ]


def test_who_presents_is_asked_nothing() -> None:
    state = press(tour(1, questions=False), "enter")
    assert state.phase == "running"
    state = end(state, "done\n", "tick\n")
    assert (state.phase, state.matched, dict(state.course.marks)) == ("answer", 1, {})
    assert press(state, "2").message == "there is no question here"


@pytest.mark.parametrize(("key", "mark"), [("2", "right at first"), ("1", "seen")])
def test_a_prediction_is_right_or_not(key: str, mark: str) -> None:
    state = press(tour(1), "enter", key)
    assert (state.phase, state.predicted) == ("question", int(key) - 1)
    state = end(press(state, "enter"), "done\n", "tick\n")
    assert (state.phase, state.matched, state.course.marks) == ("answer", 1, {"rude-job": mark})


def test_a_prediction_may_come_with_the_code_and_be_changed() -> None:
    assert press(tour(1), "3").predicted == 2
    assert press(tour(1), "3", "1").predicted == 0
    state = press(tour(1), "4")
    assert (state.phase, state.message) == ("code", "the choices are 1 to 3")


def test_who_was_wrong_can_be_right_later() -> None:
    state = end(press(tour(1), "1", "enter"), "done\n", "tick\n")
    state = press(state, "p")
    assert (state.phase, state.predicted) == ("question", None)
    state = end(press(state, "2", "enter"), "done\n", "tick\n")
    assert state.course.marks == {"rude-job": "right later"}


def test_a_run_that_is_like_no_choice_proves_none() -> None:
    state = end(press(tour(1), "1", "enter"), "something else\n")
    assert (state.phase, state.matched, state.course.marks) == ("answer", None, {"rude-job": "seen"})


def test_a_run_that_was_stopped_is_no_answer() -> None:
    state = press(tour(1), "enter", "enter", "x")
    assert (state.phase, state.stopping) == ("running", 1)
    state = end(state, "done\n", outcome=Outcome("interrupted"))
    assert (state.phase, dict(state.course.marks)) == ("answer", {})


@pytest.mark.parametrize(("key", "phase"), [("n", "end"), ("b", "question"), ("q", "over"), ("p", "question")])
def test_a_run_can_be_left(key: str, phase: str) -> None:
    state = press(tour(1), "enter", "enter", key)
    assert (state.phase, state.running) == (phase, None)


@pytest.mark.parametrize("key", ["enter", "s", "o", "e", "t", "l", "?", "1"])
def test_a_run_is_not_left_by_accident(key: str) -> None:
    state = press(tour(1), "enter", "enter", key)
    assert (state.phase, bool(state.message)) == ("running", True)


@pytest.mark.parametrize("key", ["s", "o", "?"])
def test_the_same_key_leads_back(key: str) -> None:
    for before in (tour(1), end(press(tour(1), "enter", "enter"), "done\n")):
        assert press(before, key).phase != before.phase
        assert press(before, key, key).phase == before.phase


def test_the_same_again_is_a_run_of_its_own() -> None:
    state = end(press(tour(1), "enter", "enter"), "done\n")
    again = press(state, "r")
    assert (again.phase, again.job and again.job.number) == ("running", 2)


def test_what_the_notes_propose_is_tried() -> None:
    state = end(press(tour(1), "enter", "enter"), "done\n")
    state = press(state, "enter", "t")
    assert state.job is not None and state.job.settings == ("DELAY=0.5",)
    state = end(state, "done\n")
    assert (state.phase, press(state, "enter").phase, press(state, "r").job) == (
        "tried",
        "notes",
        state.job._replace(number=3) if state.job else None,
    )


def test_back_goes_screen_by_screen() -> None:
    state = end(press(tour(1), "enter", "enter"), "done\n")
    phases = []
    for _ in range(5):
        phases.append((state.stop.name, state.phase))
        state = press(state, "b")
    assert phases == [
        ("rude-job", "answer"),
        ("rude-job", "question"),
        ("rude-job", "code"),
        ("plain-call", "code"),
        ("plain-call", "code"),
    ]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("two-ways", "two-ways"), ("TWO_", "two-ways"), ("future", "from-the-future"), ("plain-callx", None), ("", None)],
)
def test_a_jump_by_name(typed: str, name: str | None) -> None:
    state = press(tour(1), "j", *typed, "enter")
    assert (state.stop.name, state.typed) == (name or "rude-job", None)
    assert bool(state.message) == (typed == "plain-callx")


@pytest.mark.parametrize("typed", ["my_", "my-", "my_own article", "OWN ARTICLE.md#2"])
def test_a_jump_to_a_block_of_a_document(typed: str) -> None:
    blocks = tuple(stops()[0]._replace(name=f"my_own article.md#{number}") for number in (2,))
    state = tour()._replace(stops=(*stops(), *blocks))
    keys = ["space" if key == " " else key for key in typed]
    assert press(state, "j", *keys, "enter").stop.name == "my_own article.md#2"


def test_a_jump_that_is_thought_better_of() -> None:
    assert press(tour(1), "j", "q", "x", "escape") == press(tour(1), "x")._replace(message="")
    assert press(tour(1), "j", "a", "b", "backspace").typed == "a"


def test_a_run_is_shown_again_slowed() -> None:
    state = end(press(tour(1), "enter", "enter"), "done\n")
    film = press(state, "l")
    assert (film.phase, film.film) == ("film", (0.61 / 4, 0.0))  # four seconds
    assert press(film, "l").film[0] == 0.61 / 8
    assert played(film, 1.0).film == (0.61 / 4, 0.61 / 4)
    assert (played(film, 100.0).phase, press(film, "enter").phase) == ("answer", "answer")
    assert press(tour(1), "l").phase == "code"
    for keys, before in ((["b"], "question"), (["b", "b"], "code"), (["?"], "answer")):
        again = press(state, *keys, "l")
        assert (again.phase, played(again, 100.0).phase) == ("film", before)


@pytest.mark.parametrize("key", ["s", "?"])
def test_aside_and_back(key: str) -> None:
    state = press(tour(1), "enter", key)
    assert state.phase in ("source", "help")
    for back in (key, "enter", "b", "escape"):
        assert press(state, back).phase == "question"


def test_what_there_is_no_room_for_comes_first() -> None:
    state = press(tour(1), "enter", room=Room(10, more=7))
    assert (state.phase, state.offset) == ("code", 7)
    assert press(state, "enter", room=Room(10)).phase == "question"
    assert press(state, "up", room=Room(10)).offset == 6


def test_a_script_that_cannot_run_here_is_not_run() -> None:
    state = press(tour(3), "enter")
    assert (state.phase, state.job) == ("notes", None)


def test_every_key_is_in_the_help() -> None:
    for key in [key for key in ALL_KEYS if key not in ("a", "ä", "", "escape", "backspace", "space", "right", "left")]:
        said = " ".join(row[0] for row in KEYS)
        assert key in said or key.isdecimal() or key in ("page up", "page down", "home", "end")
        assert press(tour(1), key).message != "? shows the keys"


def goes_on(state: State, event: str) -> State:
    """Something that nobody has pressed a key for."""
    if state.running is None:
        return played(state, 0.3) if state.phase == "film" else state
    return printing(state, "tick\n" * 30) if event == "prints" else end(state, "done\n", "tick\n")


@given(st.lists(st.sampled_from([*ALL_KEYS, "prints", "ends"]), max_size=40), st.integers(0, 3), st.booleans())
def test_no_keys_lead_astray(keys: list[str], number: int, questions: bool) -> None:
    state = tour(number, questions=questions)
    shown = page(Text(), 60)
    for key in keys:
        drawn = screen(shown, state, 20)
        assert len(drawn.rows) == 20
        assert max(cells(shown.text(*row)) for row in drawn.rows) < 60
        state = state._replace(offset=drawn.offset)
        state = goes_on(state, key) if key in ("prints", "ends") else press(state, key, room=drawn.room)
        assert 0 <= state.number < len(state.stops)
        assert state.offset >= 0
        if state.phase == "film":
            assert filmed(state) is not None
        if state.phase == "over":
            return


def test_no_key_is_offered_that_is_then_refused() -> None:
    """`l` shows a run again: there is none on the notes of a stop that cannot run, or was not run."""
    never_run = press(tour(3), "enter")
    assert never_run.phase == "notes"
    looked_ahead = press(tour(1), "o")
    run = press(end(press(tour(1), "enter", "2", "enter"), "done\n", "tick\n"), "o")
    for state, slower in ((never_run, False), (looked_ahead, False), (run, True)):
        rows = screen(page(Text(), 100), state, 24).rows
        keys = "".join(part if isinstance(part, str) else part[0] for part in rows[-1])
        assert ("slower" in keys) is slower
        assert (press(state, "l").message == "") is slower
