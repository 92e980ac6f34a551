"""The screens of a made-up tour, in every size, and its pages as text."""

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.model.recording import Outcome, Output
from asyncdemo.tour.state import Course, State, at_stop, with_output, with_run, with_tasks
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells
from asyncdemo.views.terminal.tour_screen import page_rows, screen, write_progress
from tests.tour.made import end, press, printing, ran, stops, tour
from tests.views.fabricated import LOOKS, Text, looked_at, page, visible

SIZES = {"60 columns": 20, "80 columns": 24, "200 columns": 50, "ASCII": 24, "in colour": 24}


def answered(number: int = 1, *keys: str) -> State:
    return end(
        press(tour(number), *keys, *(["enter"] if keys else ["enter", "enter"])), "done 0\n", "done 1\n", "tick\n"
    )


def right() -> State:
    return end(press(tour(1), "2", "enter"), "done\n", "tick\n")


def together() -> State:
    state = press(end(press(tour(2), "2", "enter"), "done\n", "tick\n"), "enter")
    return end(end(state, "HelloWorld\n"), "done\n", "tick\n")


def tried() -> State:
    return end(press(right(), "enter", "t"), "done\n", "tick\n")


PAGES = {
    "the code": lambda: tour(1),
    "the question": lambda: press(tour(1), "enter"),
    "a prediction": lambda: press(tour(1), "2"),
    "before the first step": lambda: press(tour(1), "2", "enter"),
    "a run": lambda: printing(press(tour(1), "2", "enter"), "tick\n", "done 0\n", "done 1\n"),
    "right": right,
    "wrong": lambda: end(press(tour(1), "1", "enter"), "done\n", "tick\n"),
    "no prediction": lambda: end(press(tour(1), "enter", "enter"), "done\n", "tick\n"),
    "no choice": answered,
    "a run that was stopped": lambda: end(press(tour(1), "enter", "enter", "x"), outcome=Outcome("interrupted")),
    "without a question": lambda: end(press(tour(0), "enter"), "HelloWorld\n"),
    "all ways": together,
    "the notes": lambda: press(right(), "enter"),
    "something tried": tried,
    "the source": lambda: press(right(), "s"),
    "the source of variants": lambda: press(together(), "s"),
    "the keys": lambda: press(tour(1), "?"),
    "a name": lambda: press(tour(1), "j", "t", "w"),
    "a name that is none": lambda: press(tour(1), "j", "x", "enter"),
    "slowed": lambda: press(right(), "l")._replace(film=(0.25, 0.3)),
    "the end of a chapter": lambda: press(right(), "n"),
    "the end": lambda: press(tour(3), "n"),
    "what cannot run here": lambda: tour(3),
}


def rows(shown: Page, state: State, height: int) -> list[str]:
    return [shown.text(*row) for row in screen(shown, state, height).rows]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_screen(snapshot: SnapshotAssertion, look: str, name: str) -> None:
    shown, stream = looked_at(look)
    for row in screen(shown, PAGES[name](), SIZES[look]).rows:
        shown.row(*row)
    assert visible(stream) == snapshot


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "height"), [(40, 10), (60, 20), (80, 24), (200, 50)])
def test_every_screen_is_full_and_fits(name: str, width: int, height: int) -> None:
    shown = page(Text(), width)
    found = rows(shown, PAGES[name](), height)
    assert len(found) == height
    assert max(map(cells, found)) < width


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "height"), [(40, 10), (60, 20), (80, 24)])
def test_all_of_a_page_can_be_seen(name: str, width: int, height: int) -> None:
    """What does not fit is scrolled: each row is on one of the screens, and the first says that there is more."""
    shown, state, seen = page(Text(), width), PAGES[name](), set[str]()
    whole = rows(shown, state, 500)[2:-2]
    if state.phase in ("film", "running"):
        return
    narrow = rows(shown, state, height)
    for offset in range(200):
        drawn = screen(shown, state._replace(offset=offset), height)
        seen.update(shown.text(*row) for row in drawn.rows)
        if not drawn.room.more:
            break
    if offset:
        assert any("rows 1 to" in row for row in narrow)
    if state.phase not in ("answer", "tried"):  # whose pages say less where there is less room
        assert {row for row in whole if row} <= seen


def two_questions() -> State:
    both = stops()[2]._replace(rounds=(stops()[1].rounds[0], stops()[2].rounds[0]))
    return end(press(tour(2)._replace(stops=(*stops()[:2], both)), "enter", "enter"), "done\n", "tick\n")


@pytest.mark.parametrize(
    ("state", "height", "does"),
    [
        (tour(1), 40, "question"),
        (tour(1), 10, "more"),
        (press(tour(1), "?"), 50, "back"),
        (press(tour(1), "?"), 10, "more"),
        (right(), 10, "more"),
        (two_questions(), 24, "next way"),
        (tour(3), 24, "notes"),
    ],
)
def test_enter_does_what_is_said_of_it(state: State, height: int, does: str) -> None:
    assert rows(page(Text()), state, height)[-1].startswith(f"enter {does}   ")


@pytest.mark.parametrize("height", [12, 20, 24, 50])
def test_code_leaves_the_lower_third_free(height: int) -> None:
    state = tour(0)
    code = state.asked._replace(source="".join(f"print({number})\n" for number in range(100)))
    state = state._replace(stops=(state.stop._replace(rounds=(code,)),))
    third = height * 2 // 3
    seen = 0
    while state.phase == "code":  # what there is no room for follows by Enter
        drawn = screen(page(Text()), state, height)
        found = rows(page(Text()), state, height)
        assert all(found[:third])
        assert not any(found[third : height - 2])
        seen += sum("print" in row for row in found)
        state = press(state, "enter", room=drawn.room)
    assert seen >= 100


def test_foreign_text_is_shown_and_not_obeyed() -> None:
    nasty = "\x1b[2J[red]\u202e" + "x" * 100_000
    shown = page(Text())
    running = press(tour(1), "2", "enter")
    state = printing(running, nasty, nasty)
    finished = end(running, nasty, nasty)
    asking = press(tour(1), "enter")
    stop = asking.stop._replace(name=nasty, summary=nasty, notes=nasty)
    question = stop.rounds[0]._replace(question=nasty[:900], choices=(nasty[:900], "b", "c"), source=f"x = {nasty!r}\n")
    hostile = asking._replace(stops=(stop._replace(rounds=(question,)),), number=0)
    for each in (state, finished, hostile, press(hostile, "o"), press(hostile, "s"), press(hostile, "n")):
        for width, height in ((40, 10), (80, 24)):
            shown = page(Text(), width)
            found = rows(shown, each, height)
            assert all(row.isprintable() for row in found)
            assert max(map(cells, found)) < width


def test_a_flood_is_shown_at_its_end() -> None:
    state = press(tour(1), "2", "enter")
    pieces = [Output(0.05 + number / 1000, "stdout", f"{number}\n") for number in range(1000)]
    state = with_output(state, pieces, 5_000, 0.05)
    found = rows(page(Text()), with_tasks(state, None, 0.05, 1.1), 24)
    assert any("5,800 writes before" in row for row in found)
    assert any("999" in row for row in found)


@pytest.mark.parametrize(("width", "height"), [(60, 20), (80, 24), (200, 50)])
def test_the_end_of_a_run_is_seen_however_much_it_printed(width: int, height: int) -> None:
    running = press(tour(0), "enter")
    run = ran(running, *(f"{number}\n" for number in range(100)), outcome=Outcome("interrupted"))
    run = run._replace(timeline=None, output_dropped=5_000, notes=("it has a note",))
    state = with_run(running, run)
    found = rows(page(Text(), width), state, height)
    assert any("interrupted" in row for row in found)
    assert any("it has a note" in row for row in found)


@pytest.mark.parametrize("look", ["60 columns", "80 columns", "ASCII"])
def test_the_pages_as_text(snapshot: SnapshotAssertion, look: str) -> None:
    shown, stream = looked_at(look)
    for name in ("the code", "a prediction", "wrong", "all ways", "the notes", "the end of a chapter"):
        for row in page_rows(shown, PAGES[name]()):
            shown.row(*row)
    assert visible(stream) == snapshot


@pytest.mark.parametrize("look", ["60 columns", "80 columns", "in colour"])
def test_progress(snapshot: SnapshotAssertion, look: str) -> None:
    shown, stream = looked_at(look)
    write_progress(
        shown, stops(), Course("two-ways", {"plain-call": "seen", "rude-job": "right at first"}), "asyncdemo tour"
    )
    assert visible(stream) == snapshot


def with_long_names() -> State:
    """A stop with variants and choices of which there are too many, and whose names are too long for a row."""
    (script,) = (stop for stop in stops() if stop.name == "two-ways")
    long = script._replace(
        name="n" * 300,
        targets=tuple(target._replace(name="v" * 300) for target in script.targets),
        rounds=tuple(each._replace(choices=("a", "b", *("c" * 500,) * 10)) for each in script.rounds),
    )
    return at_stop(State((long,), questions=False), 0)


@pytest.mark.parametrize("key", ["s", "n", "o"])
@pytest.mark.parametrize(("width", "height"), [(60, 20), (80, 24)])
def test_names_that_are_too_long_for_a_row(key: str, width: int, height: int) -> None:
    found = rows(page(Text(), width), press(with_long_names(), key), height)
    assert max(map(cells, found)) < width


def test_a_digit_that_cannot_be_pressed_is_not_offered() -> None:
    state = with_long_names()._replace(questions=True, phase="question")
    assert "1-9 predict" in rows(page(Text()), state, 24)[-1]


def test_what_there_is_no_room_for_has_the_command_that_shows_it() -> None:
    state = press(tour(1), "2", "enter")
    stop = state.stop._replace(options="--scenarios 'my folder'")
    finished = end(state._replace(stops=(stop,), number=0), *("a\n" for _ in range(90)))
    assert any(
        "more rows: asyncdemo run rude-job --scenarios 'my folder' --full" in row
        for row in rows(page(Text(), 100), finished, 24)
    )
    assert any("more rows: asyncdemo run NAME --full" in row for row in rows(page(Text(), 60), finished, 24))
    linear = page(Text(), 100)
    said = [linear.text(*row) for row in page_rows(linear, finished)]
    assert not any(": --full" in row for row in said)
