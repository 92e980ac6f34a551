"""What has to be known before a comparison is believed."""

import pytest

from asyncdemo.comparison import Comparison
from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Sweep
from asyncdemo.model.recording import Python
from tests.comparison.made import compared, made

SLOW, FAST = made("slow", *[0.5] * 6), made("fast", *[0.1] * 6)
LIKE = made("like", 0.49, 0.5, 0.51, 0.5, 0.5, 0.5)


def kinds(comparison: Comparison | Sweep) -> list[tuple[str, bool]]:
    return [(caveat.kind, caveat.matters) for caveat in caveats(comparison)]


def test_nothing_to_doubt() -> None:
    assert kinds(compared(SLOW, FAST)) == []
    assert kinds(compared(SLOW, LIKE)) == []
    assert kinds(compared(SLOW._replace(runs=()), FAST._replace(runs=()))) == []


def test_outputs_that_differ() -> None:
    one, two = SLOW._replace(printed=1), FAST._replace(printed=2)
    assert kinds(compared(one, two)) == [("outputs-differ", True)]
    assert caveats(compared(one, two))[0].said == "fast printed something else than slow"
    assert kinds(compared(one, LIKE._replace(printed=2))) == [("outputs-differ", False)]
    assert kinds(compared(one, two._replace(printed=1))) == []
    assert kinds(compared(one, two._replace(printed=None))) == []  # not the same in each of its own runs
    assert kinds(compared(one, two, swept="TASKS")) == []


def test_not_observed() -> None:
    assert kinds(compared(made("a", *[None] * 6), made("b", *[None] * 6))) == [("not-observed", True)]


def test_interpreters() -> None:
    other = made("fast", *[0.1] * 6, python=Python("python3.8", "3.8.18", "CPython"))
    assert kinds(compared(SLOW, other)) == [("pythons-differ", True)]
    same = other._replace(runs=tuple(run._replace(subject=SLOW.latest.subject) for run in other.runs))
    assert kinds(compared(SLOW, same)) == []  # one target: then they are what is compared


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        (0.004, 0.0001, [("too-short", False)]),
        (0.0015, 0.0001, [("too-short", True)]),
        (0.5, 0.0001, [("too-short", False)]),
        (0.006, 0.0055, []),
    ],
)
def test_too_short_to_tell(one: float, two: float, found: list[tuple[str, bool]]) -> None:
    assert kinds(compared(made("a", *[one] * 6), made("b", *[two] * 6))) == found


def test_a_busy_machine_matters_where_no_difference_is_shown() -> None:
    assert kinds(compared(SLOW, LIKE)._replace(busy=0.6)) == [("machine-busy", True)]
    assert kinds(compared(SLOW, FAST)._replace(busy=0.6)) == [("machine-busy", False)]
    assert kinds(compared(SLOW, LIKE)._replace(busy=0.4)) == []
    assert kinds(compared(SLOW, LIKE)._replace(busy=None)) == []


def test_a_first_run_unlike_the_rest() -> None:
    cold = made("cold", 1.2, *[0.4] * 6)
    assert kinds(compared(made("slow", *[0.5] * 7), cold)) == [("first-run-unlike", True)]
    assert kinds(compared(made("slow", *[0.5] * 9), made("cold", 0.9, *[0.4] * 8))) == [("first-run-unlike", False)]


def test_what_matters_comes_first_and_of_a_sweep_each_once() -> None:
    short = made("a", *[0.004] * 6, python=Python("x", "3.8.0", "CPython")), made("b", *[0.0001] * 6)
    point = compared(*short)._replace(busy=0.9)
    assert kinds(point) == [("pythons-differ", True), ("too-short", False), ("machine-busy", False)]
    quiet = compared(SLOW, FAST)
    assert kinds(Sweep("TASKS", (quiet, point, point))) == kinds(point)
