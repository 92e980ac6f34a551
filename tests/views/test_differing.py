"""In what variants differ."""

from asyncdemo.model.recording import Finding, Run
from asyncdemo.views.variant_runs import is_about_speed, own_lines, same_work
from tests.views.fabricated import outputs, run

ERROR = Finding("unsafe-thread-call", "error", None, None, "a thread touches the loop", "do not")


def printing(*lines: str) -> Run:
    return run(outputs(*((n / 10, f"{line}\n") for n, line in enumerate(lines))))


ONE, TURNED, OTHER = printing("a", "b"), printing("b", "a"), printing("a", "c")


def test_who_does_the_same() -> None:
    assert same_work([ONE, OTHER, TURNED]) == [ONE, TURNED]
    assert same_work([]) == []


def test_only_those_that_do_the_same_are_compared() -> None:
    assert is_about_speed([ONE, TURNED])
    assert is_about_speed([ONE, OTHER, TURNED])
    assert not is_about_speed([ONE, OTHER])


def test_what_is_in_error_is_not_compared() -> None:
    assert not is_about_speed([ONE._replace(findings=(ERROR,)), TURNED])
    assert is_about_speed([ONE._replace(findings=(ERROR._replace(severity="warning"),)), TURNED])
    assert not is_about_speed([ONE, TURNED._replace(ok=False)])


def test_what_each_prints_alone() -> None:
    assert own_lines([ONE, OTHER, printing("a")]) == ["b", "c", None]
