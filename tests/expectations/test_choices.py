"""Which choices match a run, and claims on time."""

import pytest

from asyncdemo.expectations import static_checks
from asyncdemo.expectations.choices import Observed, depend_on_time, matching, observed
from asyncdemo.model.recording import Outcome, Output, Python, Run, Subject

WARNING = "/x.py:1: RuntimeWarning: coroutine 'main' was never awaited"
NEVER = "Task exception was never retrieved"
DESTROYED = "Task was destroyed but it is pending!"
TRACEBACK = "Traceback (most recent call last):"
GROUP = "  + Exception Group Traceback (most recent call last):"
CLIENT = "Unhandled exception in client_connected_cb"
ALL = [
    f"{printed}{ending}"
    for printed in ("a", "nothing")
    for ending in ("", ", and a warning", ", and a logged error", ", and an error")
]


@pytest.mark.parametrize(
    ("observed", "fitting"),
    [
        (Observed(("a",)), ["a"]),
        (Observed(), ["nothing"]),
        (Observed(("a",), (WARNING,)), ["a, and a warning"]),
        (Observed((), (NEVER, TRACEBACK)), ["nothing, and a logged error"]),
        (Observed(("a",), (DESTROYED,)), ["a, and a logged error"]),
        (Observed((), (CLIENT, TRACEBACK)), ["nothing, and a logged error"]),
        (Observed((), (WARNING, NEVER)), ["nothing, and a logged error"]),  # the worse of both
        (Observed((), (NEVER, TRACEBACK), 1), ["nothing, and an error"]),
        (Observed(("a",), (TRACEBACK, WARNING), 1), ["a, and an error"]),
        (Observed((), (GROUP,), 1), ["nothing, and an error"]),
        (Observed((), ('  File "/x.py", line 1', "SyntaxError: invalid syntax"), 1), ["nothing, and an error"]),
        (Observed(("a",), ("I am talking",)), []),
        (Observed(("a",), ("I am talking",), 1), []),
        (Observed(("a",), (TRACEBACK,)), []),  # printed, and gone on
        (Observed(("b",)), []),
    ],
)
def test_exactly_one_of_all_kinds(observed: Observed, fitting: list[str]) -> None:
    assert matching(ALL, observed) == fitting


@pytest.mark.parametrize(
    ("choice", "stdout", "fits"),
    [
        ("a\nb", ("a", "b"), True),
        ("a\n...", ("a", "b", "c"), True),
        ("a\n...", ("b",), False),
        ("<coroutine object main at <address>>", ("<coroutine object main at 0x7f>",), True),
        ("about 1 s", ("about 1 s",), False),
    ],
)
def test_texts(choice: str, stdout: tuple[str, ...], fits: bool) -> None:
    assert bool(matching([choice], Observed(stdout))) == fits


@pytest.mark.parametrize(
    ("seconds", "fitting"),
    [(0.2, ["about 0.2 s"]), (0.299, ["about 0.2 s"]), (0.134, ["about 0.2 s"]), (0.35, []), (0.6, ["about 0.6 s"])],
)
def test_times(seconds: float, fitting: list[str]) -> None:
    assert matching(["about 0.2 s", "about 0.6 s"], Observed(seconds=seconds)) == fitting
    assert matching(["about 0.2 s"], Observed(seconds=None)) == []


def test_whether_time_matters() -> None:
    assert depend_on_time(["a", "about 0.2 s"])
    assert not depend_on_time(["a", "nothing"])


@pytest.mark.parametrize(
    ("text", "seconds", "message"),
    [
        ("0.15 to 1.5 s", 0.15, None),
        ("0.15 to 1.5 s", 0.1, "took 0.100 s: expected 0.15 to 1.5 s"),
        ("under 0.5 s", 0.6, "took 0.600 s: expected under 0.5 s"),
        ("over 1 s", 2.0, None),
        ("under 0.5 of sync", 0.3, None),
        ("under 0.5 of sync", 0.7, "took 0.700 s, 0.70 of sync's 1.000 s: expected under 0.5 of sync"),
        ("over 0.8 of sync", 0.7, "took 0.700 s, 0.70 of sync's 1.000 s: expected over 0.8 of sync"),
        ("0.8 to 1.2 of sync", 1.0, None),
        ("under 0.5 of gone", 9.0, None),
    ],
)
def test_claims(text: str, seconds: float, message: str | None) -> None:
    claim = static_checks.parsed_claim(text)
    assert claim is not None
    assert static_checks.claim_mismatch(claim, seconds, {"sync": 1.0}) == message


@pytest.mark.parametrize(
    "text", ["", "fast", "0.5 s", "under 0.5", "1 to 0.5 s", "under -1 s", "under 0.5 of A", "1 to 1 s"]
)
def test_what_is_no_claim(text: str) -> None:
    assert static_checks.parsed_claim(text) is None


def test_what_is_printed_after_the_end_of_a_deadlock_does_not_count() -> None:
    outputs = (Output(0.1, "stdout", "one\n"), Output(0.4, "stderr", "Traceback (most recent call last):\n"))
    run = Run(Subject("x"), Python("python"), Outcome("interrupted", reason="deadlock"), ok=False, output=outputs)
    assert observed(run._replace(stopped=0.3), other="stdout", version=()).stderr == ()
    assert observed(run._replace(stopped=0.3), other="stdout", version=()).stdout == ("one",)
    timed_out = run._replace(outcome=Outcome("timed-out", after=0.3), stopped=0.3)
    assert observed(timed_out, other="stdout", version=()).stderr == ("Traceback (most recent call last):",)
