"""What came of a comparison, of fabricated runs."""

import json

import pytest

from asyncdemo.analysis.wait_times import Waits
from asyncdemo.comparison import Comparison, Contestant
from asyncdemo.comparison.compare_json import to_json
from asyncdemo.comparison.result import NO_TURN
from asyncdemo.model.recording import Outcome, Python, Run, Seconds, Subject


def run(script: float | None, *, total: float = 1.0, waiting: float | None = None, ok: bool = True) -> Run:
    return Run(
        Subject("scenario:variant", parameters={"TASKS": 10}),
        Python("python3", "3.11.7", "CPython"),
        Outcome("exited", code=0 if ok else 1),
        ok=ok,
        seconds=Seconds(total, 0.1, 0.1, script, 0.2, waiting),
    )


def not_run(reason: str) -> Run:
    return run(None, ok=False)._replace(outcome=Outcome("not-started", reason=reason))


def contestant(name: str, *times: float | None, **changes: float) -> Contestant:
    runs = tuple(run(time, **changes) for time in times)  # type: ignore[arg-type]
    return Contestant(name, runs, runs[-1] if runs else run(None, ok=False))


def compared(*contestants: Contestant) -> Comparison:
    return Comparison(contestants, 1, "rounds")


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        ([1.0] * 6, [0.5] * 6, "faster"),
        ([0.5] * 6, [1.0] * 6, "slower"),
        ([1.0] * 6, [1.0] * 6, "no difference shown"),
        ([1.0] * 6, [0.5] * 5 + [2.0], "no difference shown"),  # of six, one that is far off is enough for a doubt
        ([1.0] * 6, [0.5] * 5 + [1.1], "faster"),  # and one that is not is not
        ([1.0] * 9, [0.5] * 8 + [1.1], "faster"),  # of nine it is not
        ([1.0] * 5, [0.5] * 5, "too few runs"),
        ([1.0], [0.5], "too few runs"),
        ([], [], "too few runs"),
        ([1.0] * 7, [0.5] * 6, "faster"),  # a round that was not finished
    ],
)
def test_verdicts(one: list[float], two: list[float], verdict: str) -> None:
    speedups = compared(contestant("a", *one), contestant("b", *two)).speedups
    assert [(each.id, each.verdict, each.pairs) for each in speedups] == [("b", verdict, min(len(one), len(two)))]


def test_each_is_compared_with_the_first() -> None:
    three = compared(contestant("a", *[1.0] * 6), contestant("b", *[0.5] * 6), contestant("c", *[2.0] * 6))
    assert [(each.id, each.speedup) for each in three.speedups] == [("b", 2.0), ("c", 0.5)]


def test_any_of_them_can_be_the_baseline() -> None:
    three = compared(contestant("a", *[1.0] * 6), contestant("b", *[0.5] * 6), contestant("c", *[2.0] * 6))
    against = three._replace(baseline=1)
    assert [(each.id, each.speedup) for each in against.speedups] == [("a", 0.5), ("c", 0.25)]
    assert to_json(against)["baseline"] == "b"


def test_the_precision_is_that_of_the_widest_interval_to_either_side() -> None:
    wide = contestant("b", 0.8, 1.0, 1.25, 1.0, 1.0, 1.0)
    three = compared(contestant("a", *[1.0] * 6), wide, contestant("c", *[2.0] * 6))
    assert three.precision == pytest.approx(1.25 ** (9 / 14) - 1)
    assert compared(contestant("a", *[1.0] * 5), contestant("b", *[1.0] * 5)).precision is None
    assert compared(contestant("a"), contestant("b")).precision is None


def test_who_had_no_turn_has_not_failed() -> None:
    late = contestant("c")._replace(latest=not_run(NO_TURN))
    failing = contestant("b")._replace(latest=run(None, ok=False))
    assert [each.id for each in compared(contestant("a"), failing, late)._replace(stopped="failed").failed][-1] == "b"
    missing = contestant("b")._replace(latest=not_run("there is no python3.99 on PATH"))
    assert [each.id for each in compared(late, missing).failed] == ["b"]


def test_the_whole_time_stands_in_where_the_scripts_own_is_not_known() -> None:
    assert contestant("a", None, 0.5, total=2.0).times == [2.0, 0.5]
    assert contestant("a", 0.5, total=2.0).whole_times == [2.0]


def test_the_share_of_waiting_is_the_median_of_what_is_known() -> None:
    runs = (run(1.0, waiting=0.9), run(1.0, waiting=0.5), run(1.0, waiting=0.8), run(1.0), run(0.0, waiting=0.0))
    assert Contestant("a", runs, runs[0]).waiting_share == 0.8
    assert contestant("a", 1.0).waiting_share is None


def test_json() -> None:
    one = contestant("a", *[1.0] * 6, waiting=0.9)._replace(waits=Waits(10, 1))
    document = to_json(compared(one, contestant("b", *[0.5] * 6)))
    assert document["baseline"] == "a"
    assert document["rounds"] == 6
    assert document["contestants"][0] == {
        "id": "a",
        "target": "scenario:variant",
        "parameters": {"TASKS": 10},
        "python": {"implementation": "CPython", "version": "3.11.7", "executable": "python3"},
        "outcome": {"kind": "exited", "code": 0},
        "times": [1.0] * 6,
        "whole_times": [1.0] * 6,
        "seconds": {"median": 1.0, "mean": 1.0, "stddev": 0.0, "min": 1.0, "max": 1.0},
        "cpu_share": 0.1,
        "waiting_share": 0.9,
        "waits": 10,
        "waits_at_once": 1,
    }
    assert document["comparisons"] == [
        {
            "id": "b",
            "speedup": 2.0,
            "interval": [2.0, 2.0005],
            "confidence": 0.95,
            "verdict": "faster",
            "pairs": 6,
            "whole_speedup": 1.0,
        }
    ]


@pytest.mark.parametrize(
    ("one", "two"), [([], []), ([1.0], [0.5]), ([0.0] * 6, [0.0] * 6), ([None] * 6, [0.0] * 6), ([1e-9] * 6, [1e9] * 6)]
)
def test_json_is_json_whatever_was_measured(one: list[float | None], two: list[float | None]) -> None:
    document = to_json(compared(contestant("a", *one), contestant("b", *two)))
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize(
    ("others", "is_plain"),
    [
        ([[0.3] * 6], True),
        ([[3.2] * 6], True),
        ([[0.4] * 6], False),
        ([[0.3] * 5 + [0.5]], False),  # it may be no more than twice as fast
        ([[0.3] * 5], False),  # nobody knows
        ([[0.3] * 6, [1.0] * 6], False),
    ],
)
def test_a_difference_is_plain_where_all_of_each_interval_is_far_away(
    others: list[list[float]], is_plain: bool
) -> None:
    every = [contestant(str(number), *times) for number, times in enumerate([[1.0] * 6, *others])]
    assert compared(*every).is_plain is is_plain
