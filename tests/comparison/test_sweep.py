"""What grows with a parameter."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asyncdemo.comparison.compare_json import to_json
from asyncdemo.comparison.result import Runs, Sweep, foreseen, sweep, trends
from tests.comparison.made import compared, made


def grid(*rows: tuple[int, float | None, float | None]) -> Sweep:
    """A sweep over TASKS of two targets: the value and a time for each, None where it was left out."""
    contestants = [
        made(f"{name} TASKS={tasks}", *([] if time is None else [time] * 6), tasks=tasks, target=name)
        for tasks, *times in rows
        for name, time in zip(("sync", "async"), times, strict=True)
    ]
    return sweep(Runs(tuple(contestants), 7, "time"), "TASKS", [tasks for tasks, *_ in rows], ["sync", "async"], 0)


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        ((0.1, 10.0), "in step"),
        ((0.1, 0.11), "hardly"),
        ((0.1, 0.15), "hardly"),
        ((0.1, 1.0), "less"),
        ((0.1, 100.0), "more"),
        ((1.0, 0.1), "falls"),
    ],
)
def test_kinds_of_growth(times: tuple[float, float], kind: str) -> None:
    first, last = times
    found = trends(grid((1, first, 0.1), (10, math.sqrt(first * last), 0.1), (100, last, 0.1)))
    assert [(trend.id, trend.kind) for trend in found] == [("sync", kind), ("async", "hardly")]


def test_what_was_left_out_does_not_count() -> None:
    found = trends(grid((1, 0.1, 0.1), (10, 1.0, 0.1), (100, None, 0.1)))
    assert [(trend.values, trend.last) for trend in found] == [(10, 10), (100, 100)]
    assert trends(grid((1, 0.1, None), (10, None, None))) == []


def test_of_one_target_its_own_times_are_the_trend() -> None:
    one = compared(*(made(f"TASKS={n}", *[n * 0.1] * 6, tasks=n, target="w.py") for n in (1, 10)), swept="TASKS")
    assert [(trend.id, trend.kind, trend.times) for trend in trends(one)] == [("w.py", "in step", pytest.approx(10))]
    assert trends(one._replace(swept=None)) == []


def test_each_value_has_a_comparison_of_its_own() -> None:
    document = to_json(grid((1, 0.1, 0.1), (10, 1.0, 0.1)))
    assert (document["contestants"], document["comparisons"], document["baseline"]) == ([], [], "sync")
    assert [point["parameters"] for point in document["sweep"]] == [{"TASKS": 1}, {"TASKS": 10}]
    assert [[each["id"] for each in point["contestants"]] for point in document["sweep"]] == [["sync", "async"]] * 2
    assert [point["comparisons"][0]["speedup"] for point in document["sweep"]] == [1.0, 10.0]


def test_the_precision_is_that_of_those_that_ran() -> None:
    assert grid((1, 0.1, 0.1), (10, None, 0.1)).precision == 0.0
    assert grid((1, None, 0.1)).precision is None


def test_how_long_the_next_will_take() -> None:
    assert foreseen([(1, 0.05), (10, 0.5)], 100) == pytest.approx(5.0)
    assert foreseen([(1, 0.05), (10, 0.5), (100, 5.0)], 1000) == pytest.approx(50.0)
    assert foreseen([(1, 0.5), (10, 0.05)], 100) == pytest.approx(0.05)  # nothing is foreseen to become faster
    assert foreseen([(1, 1e-300), (1.0001, 1e6)], 1e6) == math.exp(700)  # never
    assert foreseen([(10, 0.5)], 100) is None
    assert foreseen([(1, 0.05), (10, 0.5)], 5) is None
    assert foreseen([(0, 0.05), (10, 0.5)], 100) is None


@example([(1.0, 2.0), (2.0, 5e-324)], 3.0)  # the quotient of the times is 0
@example([(1.5, 2.0), (1.5000000000000002, 3.0)], 3.0)  # that of the values is 1
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)), max_size=6), st.floats(-1e6, 1e6))
def test_foreseeing_never_fails(points: list[tuple[float, float]], value: float) -> None:
    seconds = foreseen(points, value)
    assert seconds is None or seconds >= 0
