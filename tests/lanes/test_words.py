"""Words on lanes: where there is room for them, and what gives way."""

from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.lane_drawing import Bar, Word, bars, spoken, words
from asyncdemo.analysis.lanes import STEPPED, Axis, Lane
from asyncdemo.model.recording import Output
from asyncdemo.model.spans import STATES, End
from asyncdemo.views.terminal.text import cells as measure

CODES = {".": 0, "'": STEPPED} | {state[0]: number + 1 for number, state in enumerate(STATES)} | {"n": 1, "r": 2}


def lane(picture: str, end: End | None = None, tasks: int = 1) -> Lane:
    """A lane from letters: n running, r ready, w waiting, b blocked, ' a short step alone, . nothing."""
    return Lane("job", tuple(range(tasks)), bytes(CODES[letter] for letter in picture), end)


def texts(found: list[Word]) -> list[tuple[int, str]]:
    return [(word.cell, word.text) for word in found]


def put(picture: str, *said: tuple[int, str], end: End | None = None, tasks: int = 1) -> list[tuple[int, str]]:
    return texts(words(lane(picture, end, tasks), said, len(picture) + 12, measure))


def test_a_word_stands_at_its_moment() -> None:
    assert put("w" * 20, (0, "ask"), (19, "got")) == [(0, "ask"), (20, "got")]
    assert put("..........", (4, "ask")) == [(4, "ask")]


def test_a_blank_is_left_behind_a_bar() -> None:
    assert put("wwwww.....", (5, "got")) == [(6, "got")]


def test_as_many_words_as_hide_less_than_half() -> None:
    assert put("w" * 40, (0, "ask upload 0"), (39, "got upload 0 now")) == [(0, "ask upload 0"), (40, "got upload 0")]
    assert put("w" * 22, (0, "ask upload 0"), (21, "got upload 0")) == [(0, "ask upload"), (22, "got upload")]
    assert put("w" * 12, (0, "ask upload 0"), (11, "got upload 0")) == [(0, "ask"), (12, "got")]


def test_several_tasks_say_the_first_word_only() -> None:
    assert put("w" * 40, (0, "ask upload 0"), tasks=3) == [(0, "ask")]


def test_a_long_word_is_cut() -> None:
    assert put("w" * 40, (0, "abcdefghijklmnopqrstuvwxyz")) == [(0, "abcdefghijkl")]
    assert put("w" * 40, (0, "日本語日本語日本語日本語")) == [(0, "日本語日本語")]


def test_what_has_not_always_room_is_said_once() -> None:
    assert put("w" * 20, *[(cell, "tick") for cell in range(0, 20, 3)]) == [(0, "tick")]
    assert put("w" * 20, *[(cell, "tick") for cell in range(0, 20, 5)]) == [
        (0, "tick"),
        (5, "tick"),
        (10, "tick"),
        (15, "tick"),
    ]


def test_how_it_ended() -> None:
    assert put("wwwww.....", end="returned") == [(6, "done")]
    assert put("wwwww'....", end="cancelled") == [(6, "cancelled")]
    assert put("wwwww..'..", end="raised") == [(9, "raised")]
    assert put("wwwwwwwwww", end="pending") == [(11, "pending")]
    assert put("..........", end="raised") == []
    assert put("wwwww.....", end=None) == []


def test_what_it_printed_at_its_end_says_that_it_is_done() -> None:
    assert put("wwwww.....", (5, "got"), end="returned") == [(6, "got")]
    assert put("wwwww.....", (5, "got"), end="cancelled") == [(6, "got"), (10, "cancelled")]
    assert put("w" * 20, (0, "ask"), end="returned") == [(0, "ask"), (21, "done")]


def test_no_room_behind_the_axis() -> None:
    assert texts(words(lane("w" * 20, "cancelled"), [], 24, measure)) == []


def test_only_stdout_speaks_and_once_in_a_cell() -> None:
    outputs = [
        Output(0.0, "stdout", "a\nb\n"),
        Output(0.01, "stdout", "c\n"),
        Output(0.5, "stderr", "warning\n"),
        Output(0.7, "stdout", "\n"),
        Output(0.8, "stdout", "\n  d e\n"),
    ]
    assert spoken(outputs, Axis(0.0, 1.0, 10)) == [(0, "a"), (8, "d e")]


def drawn(picture: str, *printed: tuple[int, str]) -> list[tuple[str, int, int, str]]:
    placed = words(lane(picture), printed, len(picture) + 10, measure)
    parts = bars(lane(picture).cells, placed)
    return [(STATES[part.state], part.start, part.stop, said(part)) for part in parts if isinstance(part, Bar)]


def said(bar: Bar) -> str:
    return "".join(text for _, text in bar.words)


def test_words_for_states_where_there_is_room() -> None:
    assert drawn("w" * 11) == [("waiting", 0, 11, " waiting ")]
    assert drawn("w" * 10) == [("waiting", 0, 10, "")]
    assert drawn("b" * 8) == [("blocked", 0, 8, "BLOCKS")]
    assert drawn("b" * 7) == [("blocked", 0, 7, "")]
    assert drawn("r" * 20) == [("ready", 0, 20, " cannot run ")]
    assert drawn("n" * 12) == [("running", 0, 12, " computes ")]


def test_ready_after_waiting_is_due() -> None:
    assert drawn("w" * 11 + "r" * 24)[1] == ("ready", 11, 35, " ready, cannot run ")
    assert drawn("w" * 11 + "r" * 14)[1] == ("ready", 11, 25, " cannot run ")
    assert drawn("n" * 11 + "r" * 24)[1] == ("ready", 11, 35, " cannot run ")


def test_words_divide_bars() -> None:
    assert drawn("w" * 40, (0, "ask"), (20, "more")) == [
        ("waiting", 4, 20, " waiting "),
        ("waiting", 26, 40, " waiting "),
    ]


def test_short_steps_divide_a_bar_until_there_are_too_many() -> None:
    cells = bytearray(lane("w" * 40).cells)
    cells[20] |= STEPPED
    [bar] = bars(bytes(cells), [])
    assert isinstance(bar, Bar)
    assert (bar.steps, said(bar)) == ((20,), " waiting ")
    [bar] = bars(bytes(code | STEPPED for code in cells), [])
    assert isinstance(bar, Bar)
    assert (bar.steps, said(bar)) == ((), " waiting, many short steps ")


PICTURE = st.text("..'wwwwrrbbn", min_size=10, max_size=120)
SAID = st.lists(st.tuples(st.integers(0, 9), st.text("ab c日\U0001f600", min_size=1).filter(str.strip)), max_size=8)


@given(PICTURE, SAID, st.sampled_from([None, "returned", "raised", "cancelled", "pending"]), st.integers(0, 12))
def test_nothing_overlaps_and_nothing_is_outside(
    picture: str, said: list[tuple[int, str]], end: End | None, margin: int
) -> None:
    room = len(picture) + margin
    moments = sorted({cell * len(picture) // 10: text for cell, text in said}.items())
    placed = words(lane(picture, end), moments, room, measure)
    taken: set[int] = set()
    for word in placed:
        own = range(word.cell, word.cell + word.width)
        assert not taken & {own.start - 1, *own}
        assert own.stop <= room
        taken |= set(own)
    for part in bars(lane(picture).cells, placed):
        own = range(part.start, part.stop) if isinstance(part, Bar) else range(part.cell, part.cell + 1)
        assert not taken & set(own)
        if isinstance(part, Bar):
            assert {picture[cell] for cell in own} == {"nrwb"[part.state]}
            assert all(part.start <= at and at + len(text) <= part.stop for at, text in part.words)
        taken |= set(own)
