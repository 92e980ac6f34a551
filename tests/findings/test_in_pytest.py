"""What is found in a run of `-m pytest`, from what pytest prints and from its lanes. Fabricated."""

import pytest

from asyncdemo.findings import find
from asyncdemo.findings.python_messages import summary_reports
from asyncdemo.model.recording import Outcome, Output, Python, Run, Subject

_SUMMARY = """\
.x.                                                                      [100%]
test_it.py:7: RuntimeWarning: coroutine 'printed' was never awaited
=============================== warnings summary ===============================
test_it.py::test_one
test_it.py::test_two[a b]
  /home/me/test_it.py:45: RuntimeWarning: coroutine 'helper' was never awaited
    helper()
  Enable tracemalloc to get traceback where the object was allocated.

test_it.py: 12 warnings
  /home/me/test_it.py:50: DeprecationWarning: old
    old()

tests/test_more.py: 3 warnings
  /home/me/store.py:9: RuntimeWarning: coroutine 'Store.save' was never awaited
    self.save()

-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html
  /home/me/test_it.py:46: RuntimeWarning: coroutine 'quoted' was never awaited
"""


def _printed(text: str, size: int = 100) -> list[Output]:
    """As it is printed: in pieces."""
    return [Output(1.0, "other", text[start : start + size]) for start in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_the_summary_of_warnings_is_read(size: int) -> None:
    told = [(each.name, each.path, each.line, each.test) for each in summary_reports(_printed(_SUMMARY, size))]
    assert told == [
        ("helper", "/home/me/test_it.py", 45, "test_it.py::test_one"),
        ("Store.save", "/home/me/store.py", 9, "tests/test_more.py"),
    ]


def _run(target: str) -> Run:
    python = Python("python", "3.13.0", "CPython", ("/usr/lib/python3.13/",))
    return Run(Subject(target), python, Outcome("exited", code=0), True, output=tuple(_printed(_SUMMARY)))


def test_a_forgotten_await_is_told_with_its_test() -> None:
    (first, second) = find(_run("-m pytest"))
    assert (first.rule, first.path, first.line) == ("never-awaited", "/home/me/test_it.py", 45)
    assert first.message.endswith("not one line of its body has run. Test: test_it.py::test_one.")
    assert second.message.endswith("Test: tests/test_more.py.")


def test_what_another_program_prints_is_no_evidence() -> None:
    assert find(_run("-m pytest_report_reader")) == ()
    assert find(_run("show_report.py")) == ()
