"""`asyncdemo doctor`: what is tried is found to work where it does, and what is noted is named at the end."""

import io
from collections.abc import Callable

import pytest

from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.readiness import Check, write_checks
from tests.conftest import Result


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", [None, "1"])
def test_python_without_buffers_is_observed_as_any_other(
    asyncdemo: Callable[..., Result], unbuffered: str | None
) -> None:
    done = asyncdemo("doctor", env={"PYTHONUNBUFFERED": unbuffered})
    assert done.status == 0
    assert done.stdout.replace("\n" + " " * 19, " ").count(": output and times are observed") == 2


@pytest.mark.parametrize(
    ("checks", "last"),
    [
        ([Check("tool", "ok", "")], "Ready."),
        ([Check("a", "note", ""), Check("a", "note", ""), Check("b", "note", "")], "Ready; see the note on a and b."),
        ([Check("a", "note", ""), Check("b", "bad", "")], "Not ready: b."),
    ],
)
def test_the_last_row_says_what_it_comes_to(checks: list[Check], last: str) -> None:
    stream = io.StringIO()
    write_checks(Page(stream, {}), checks)
    assert stream.getvalue().splitlines()[-1] == last
