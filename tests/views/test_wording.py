"""How times, ratios and outcomes are said."""

import pytest

from asyncdemo.model.recording import Outcome, OutcomeKind
from asyncdemo.views import verdicts, wording


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0.00 s"), (-0.001, "0.00 s"), (-0.01, "-0.01 s"), (0.999, "1.00 s"), (12.3456, "12.35 s"), (None, "?")],
)
def test_seconds(value: float | None, said: str) -> None:
    assert wording.seconds(value) == said


@pytest.mark.parametrize(
    ("shortest", "places"), [(2.0, 2), (0.5, 2), (0.1, 2), (0.05, 3), (0.0034, 4), (5e-6, 6), (1e-9, 6), (0.0, 2)]
)
def test_places(shortest: float, places: int) -> None:
    assert wording.places(shortest) == places


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (9.87, "9.9x as fast"),
        (1.0, "1.00x as fast"),
        (1.234, "1.23x as fast"),
        (123.4, "123x as fast"),
        (0.1, "10.0x as long"),
        (0.004, "250x as long"),
        (None, ""),
        (0.0, ""),
    ],
)
def test_times_as_fast(ratio: float | None, said: str) -> None:
    assert wording.times_as_fast(ratio) == said


@pytest.mark.parametrize(
    ("outcome", "expected", "said"),
    [
        (Outcome("exited", code=0), 0, "exit 0"),
        (Outcome("exited", code=3), 3, "exit 3"),
        (Outcome("exited", code=3), 0, "exit 3, expected 0"),
        (Outcome("signalled", signal=9), 0, "killed by SIGKILL (signal 9)"),
        (Outcome("signalled", signal=99), 0, "killed by signal 99"),
        (Outcome("timed-out", after=2.0), 0, "timed out after 2 s, stopped"),
        (Outcome("timed-out", after=0.25), 0, "timed out after 0.25 s, stopped"),
        (Outcome("interrupted"), 0, "interrupted"),
        (Outcome("not-started", reason="there is no python9 on PATH"), 0, "did not start: there is no python9 on PATH"),
    ],
)
def test_outcome(outcome: Outcome, expected: int, said: str) -> None:
    assert wording.outcome(outcome, expected) == said


WHY = "What differs is the waiting, and waits can overlap."


@pytest.mark.parametrize(
    ("times", "waiting", "said"),
    [
        ([0.5, 0.05], [0.499, 0.048], f"None computed faster: a used 0.00 s of CPU, b 0.00 s. {WHY}"),
        (
            [0.5, 0.05, 0.12],
            [0.499, 0.048, 0.05],
            f"None computed faster: a used 0.00 s of CPU, the others 0.00 to 0.07 s. {WHY}",
        ),
        ([0.05, 0.5], [0.048, 0.499], f"None computed faster: b used 0.00 s of CPU, a 0.00 s. {WHY}"),
        ([0.5, 0.05], [0.1, 0.048], None),  # the slowest computes
        ([1.0, 0.5], [0.6, 0.49], None),  # computing is a part of the difference
        ([0.5, 0.49], [0.499, 0.48], None),  # there is no difference
        ([0.5], [0.499], None),
        ([0.5, None], [0.499, None], None),
        ([0.5, 0.05], [0.499, None], None),
        ([], [], None),
    ],
)
def test_why_not_computing(times: list[float | None], waiting: list[float | None], said: str | None) -> None:
    assert wording.why_not_computing("abc"[: len(times)], times, waiting) == said


def test_the_ends_of_an_interval_are_told_apart() -> None:
    assert verdicts.interval((9.5, 9.9)) == "(9.5 to 9.9)"
    assert verdicts.interval((1.0088, 1.0121)) == "(1.009 to 1.012)"
    assert verdicts.interval((1.0, 1.0)) == "(1.000 to 1.000)"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("exited", "exit ?, expected 0"),
        ("signalled", "killed by"),
        ("timed-out", "timed out, stopped"),
        ("interrupted", "interrupted"),
        ("not-started", "did not start"),
    ],
)
def test_an_outcome_of_which_only_the_kind_is_left(kind: OutcomeKind, said: str) -> None:
    assert wording.outcome(Outcome(kind)).startswith(said)
