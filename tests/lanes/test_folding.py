"""Many tasks in few lanes: alike ones together, the interesting ones kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.lanes import STEPPED, Axis, Folded, cells, fold
from asyncdemo.analysis.task_names import names
from asyncdemo.model.spans import STATES, Timeline
from tests.lanes.made import STEP, Made, Story, many, polite, rude, timeline
from tests.views.fabricated import ZERO

WIDTH = 60


def folded(found: Timeline, seconds: float, room: int | None, speaking: tuple[int, ...] = ()) -> Folded:
    drawn = cells(found.spans, Axis(ZERO, ZERO + seconds, WIDTH), [task.id for task in found.tasks])
    return fold(found.tasks, names(found.tasks), drawn, room=room, speaking=speaking)


def named(found: Folded) -> list[str]:
    return [lane.name for lane in found.lanes]


def waits(*seconds: float) -> Story:
    return [STEP, *((("waiting", each)) for each in seconds), STEP]


def test_nothing_is_folded_where_there_is_room() -> None:
    assert named(folded(polite(), 0.2, 5)) == ["main", "beat", "job 1", "job 2", "job 3"]
    assert named(folded(many(2, 50), 0.4, None)) == [f"work_{n % 2} {n // 2 + 1}" for n in range(100)]


def test_who_only_waits_for_its_own_tasks_goes_first() -> None:
    assert named(folded(polite(), 0.2, 4)) == ["beat", "job 1", "job 2", "job 3"]


def test_who_prints_does_not() -> None:
    assert named(folded(polite(), 0.2, 4, speaking=(1,))) == ["main", "beat", "job x3"]


def test_alike_ones_are_counted() -> None:
    forty = timeline(*[Made("job", waits(0.1)) for _ in range(37)], *[Made("other", waits(0.1)) for _ in range(3)])
    assert named(folded(forty, 0.2, 4)) == ["job x37", "other x3"]


def test_names_that_differ_only_by_a_number_are_told_from_the_first_to_the_last() -> None:
    ten = [Made("work", waits(0.1), name=f"w{n}") for n in (*range(2, 11), 1)]
    assert named(folded(timeline(*ten), 0.2, 4)) == ["w1 to w10 x10"]
    for few in (("ada", "bob", "eve"), ("w1", "w2", "w4"), ("w1", "w2", "x3"), ("w1", "w1", "w2"), ("w1",) * 3):
        others = [Made("work", waits(0.1), name=name) for name in few]
        assert named(folded(timeline(*others), 0.2, 2)) == ["work x3"]


def test_a_lane_of_several_shows_what_each_of_them_did() -> None:
    forty = timeline(*[Made("job", waits(0.1)) for _ in range(40)])
    [lane] = folded(forty, 0.2, 4).lanes
    assert lane.cells == folded(timeline(Made("job", waits(0.1))), 0.2, 1).lanes[0].cells
    assert lane.tasks == tuple(range(1, 41))
    assert lane.end == "returned"


def test_different_times_stay_apart_as_long_as_there_is_room() -> None:
    batches = timeline(*[Made("job", waits(0.1 * (1 + n // 8))) for n in range(40)])
    assert named(folded(batches, 0.5, 6)) == ["job x8"] * 5
    assert named(folded(batches, 0.5, 4)) == ["job x8", "job x16", "job x16"]
    assert named(folded(batches, 0.5, 2)) == ["job x24", "job x16"]


def test_different_work_and_different_ends_stay_apart() -> None:
    ends = ("returned", "raised", "cancelled", "pending", None)
    each_end = timeline(*[Made("job", waits(0.1), end=ends[n % 5]) for n in range(20)])  # type: ignore[arg-type]
    assert [(lane.name, lane.end) for lane in folded(each_end, 0.1, 5).lanes] == [("job x4", end) for end in ends]


def test_a_staircase_stays_one() -> None:
    jobs = [Made("job", [("ready", 0.01 * n + 0.001), ("blocked", 0.01)]) for n in range(40)]
    lanes = folded(timeline(*jobs), 0.4, 6).lanes
    assert 3 <= len(lanes) <= 6
    firsts = [lane.cells.index(STATES.index("blocked") + 1) for lane in lanes]
    assert firsts == sorted(set(firsts))


@pytest.mark.parametrize(
    ("story", "end"),
    [
        ([STEP, ("blocked", 0.05), ("waiting", 0.05)], "returned"),
        ([STEP, ("waiting", 0.02), ("ready", 0.08)], "returned"),
        (waits(0.1), "raised"),
        (waits(0.1), "cancelled"),
        (waits(0.1), "pending"),
    ],
)
def test_the_interesting_one_of_a_thousand_is_kept(story: Story, end: str) -> None:
    tasks = [Made("job", waits(0.1)) for _ in range(1000)]
    tasks[400] = Made("job", story, end=end)  # type: ignore[arg-type]
    assert named(folded(timeline(*tasks), 0.1, 5)) == ["job x999", "job 401"]


def test_where_nothing_is_alike_the_interesting_ones_are_kept_beside_their_kind() -> None:
    made = [Made(work, waits(0.3)) for work in "abcd" for _ in range(10)]
    made += [Made(work, [("waiting", 0.3), ("blocked", 0.02 * n)]) for n, work in enumerate("abcd", 1)]
    made += [Made("c", waits(0.2), end="raised")]
    found = folded(timeline(*made), 0.5, 6)
    assert named(found) == ["a x11", "b x11", "c x11", "d x10", "d 11", "c 12"]
    assert found.tolerance is None
    assert found.left_out == 0


def test_what_finds_no_room_is_counted() -> None:
    found = folded(many(20, 10), 0.5, 8)
    assert len(found.lanes) == 7
    assert found.left_out == 130


TASK = st.builds(
    Made,
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.tuples(st.sampled_from(STATES), st.floats(0.001, 0.5)), min_size=1, max_size=6),
    st.floats(0.0, 0.9),
    st.sampled_from(["returned", "raised", "cancelled", "pending", None]),
    parent=st.sampled_from([None, 1, 2]),
)


@given(st.lists(TASK, min_size=1, max_size=40), st.integers(2, 12))
def test_no_task_is_lost_and_no_row_too_many(made: list[Made], room: int) -> None:
    found = folded(timeline(*made), 1.0, room)
    assert len(found.lanes) + bool(found.left_out) <= room
    ids = [task for lane in found.lanes for task in lane.tasks]
    assert len(ids) == len(set(ids))
    if found.tolerance != 0:
        assert len(ids) + found.left_out == len(made)
    assert all(len(lane.cells) == WIDTH for lane in found.lanes)
    assert [lane.tasks[0] for lane in found.lanes] == sorted(lane.tasks[0] for lane in found.lanes)


@given(st.lists(TASK, min_size=2, max_size=30))
def test_a_folded_cell_shows_what_one_of_its_tasks_does(made: list[Made]) -> None:
    found = timeline(*made)
    drawn = cells(found.spans, Axis(ZERO, ZERO + 1.0, WIDTH), [task.id for task in found.tasks])
    for lane in fold(found.tasks, names(found.tasks), drawn, room=2).lanes:
        for cell, code in enumerate(lane.cells):
            states = {drawn[task][cell] & ~STEPPED for task in lane.tasks}
            assert code & ~STEPPED in states


def test_rude_blocks_are_never_folded_away() -> None:
    blocked = STATES.index("blocked") + 1
    for room in range(2, 6):
        assert any(blocked in lane.cells for lane in folded(rude(), 0.61, room).lanes)
