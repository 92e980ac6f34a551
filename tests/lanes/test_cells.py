"""A cell shows the state that fills most of it."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.lanes import NOTHING, STEPPED, Axis, cells, shape
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Spans

LETTERS = {NOTHING: ".", RUNNING + 1: "R", READY + 1: "r", WAITING + 1: "w", BLOCKED + 1: "B"}


def spans_of(*stories: tuple[float, list[tuple[int, float]]]) -> Spans:
    """Stories of tasks 1, 2, ...: when each begins, and its states with their seconds."""
    spans = Spans()
    for task, (begins, story) in enumerate(stories, 1):
        now = begins
        for state, seconds in story:
            if state >= 0:
                spans.add(task, state, now, now + seconds)
            now += seconds
    return spans


def letters(code: bytes) -> str:
    return "".join(LETTERS[each & ~STEPPED] + ("'" if each & STEPPED else "") for each in code)


def drawn(begins: float, *story: tuple[int, float]) -> str:
    return letters(cells(spans_of((begins, list(story))), Axis(0.0, 10.0, 10), [1])[1])


def test_states_in_whole_cells() -> None:
    assert drawn(1.0, (READY, 2.0), (RUNNING, 1.0), (WAITING, 3.0), (BLOCKED, 2.0)) == ".rrRwwwBB."


def test_the_larger_part_counts() -> None:
    assert drawn(0.4, (WAITING, 2.0), (READY, 1.2)) == "wwrr......"
    assert drawn(0.6, (WAITING, 2.0)) == ".ww......."


def test_a_short_step_is_noted() -> None:
    assert drawn(0.0, (WAITING, 2.3), (RUNNING, 0.1), (WAITING, 2.6)) == "www'ww....."


def test_a_task_shorter_than_half_a_cell_leaves_a_step() -> None:
    assert drawn(4.2, (READY, 0.1), (RUNNING, 0.1)) == ".....'....."


def test_what_is_before_and_after_the_axis_is_left_out() -> None:
    assert drawn(-5.0, (WAITING, 4.0), (BLOCKED, 2.0), (WAITING, 20.0)) == "Bwwwwwwwww"
    assert drawn(30.0, (WAITING, 4.0)) == ".........."


def test_tasks_do_not_mix_and_others_are_passed_over() -> None:
    spans = spans_of((0.0, [(WAITING, 10.0)]), (0.0, [(BLOCKED, 10.0)]), (0.0, [(READY, 10.0)]))
    found = cells(spans, Axis(0.0, 10.0, 4), [1, 3])
    assert {task: letters(row) for task, row in found.items()} == {1: "wwww", 3: "rrrr"}


STORY = st.lists(st.tuples(st.sampled_from([-1, RUNNING, READY, WAITING, BLOCKED]), st.floats(1e-4, 5.0)), max_size=30)


def seconds_in(spans: Spans, start: float, end: float) -> Iterator[float]:
    """The seconds in each state between two moments, the slow way."""
    for state in range(4):
        yield sum(
            max(0.0, min(span.end, end) - max(span.start, start)) for span in spans if span.state == _NAMES[state]
        )


_NAMES = ("running", "ready", "waiting", "blocked")


@given(st.floats(-3.0, 12.0), STORY, st.integers(1, 60))
def test_cells_agree_with_the_spans(begins: float, story: list[tuple[int, float]], width: int) -> None:
    spans = spans_of((begins, story))
    row = cells(spans, Axis(0.0, 10.0, width), [1])[1]
    length = 10.0 / width
    assert len(row) == width
    for cell, code in enumerate(row):
        sums = list(seconds_in(spans, cell * length, (cell + 1) * length))
        sums.append(length - sum(sums))
        shown = (code & ~STEPPED) - 1
        assert sums[shown] >= max(sums) - 1e-6  # -1 is the last: nothing
        if sums[RUNNING] + sums[BLOCKED] > 1e-6:
            assert code & STEPPED or shown in (RUNNING, BLOCKED)
        if code & STEPPED:
            assert sums[RUNNING] + sums[BLOCKED] > 0
    assert not any(code & STEPPED for code in shape(row))
