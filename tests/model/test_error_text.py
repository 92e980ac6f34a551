"""Messages of errors keep the words that say what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.line_marks import marks, without_reprs
from asyncdemo.findings import find
from tests.findings.fabricated import MAIN, PATH, run, task

QUEUE = "RuntimeError: <Queue at 0x7f1234567890 maxsize=0 _getters[1] tasks=1> is bound to a different event loop"
SHORT = "RuntimeError: <Queue ...> is bound to a different event loop"
TASK = (
    "RuntimeError: Task <Task pending name='Task-1' coro=<main() running at /home/me/app.py:6> "
    "cb=[_run_until_complete_cb()]> got Future <Future pending cb=[Task.task_wakeup()]> attached to a different loop"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (QUEUE, SHORT),
        (TASK, "RuntimeError: Task <Task ...> got Future <Future ...> attached to a different loop"),
        ("ValueError: <Future pending>", "ValueError: <Future pending>"),
        (
            "ValueError: 1 < 2 and 3 > 2, which is a long message",
            "ValueError: 1 < 2 and 3 > 2, which is a long message",
        ),
        ("TypeError: f.<locals>.<lambda>() got too many", "TypeError: f.<locals>.<lambda>() got too many"),
        ("E: <Queue at 0x7f1234567890 that has no end", "E: <Queue at 0x7f1234567890 that has no end"),
        ("E: <a < <asyncio.Lock object at 0x7f12345678 [locked]>", "E: <a < <asyncio.Lock ...>"),
        ("", ""),
    ],
)
def test_a_repr_is_shortened(text: str, shown: str) -> None:
    assert without_reprs(text) == shown


@given(st.text("<> ab."))
def test_whatever_it_says_it_is_no_longer(text: str) -> None:
    assert len(without_reprs(text)) <= len(text)


def test_beside_the_code_and_in_what_was_found() -> None:
    traceback = f'Traceback (most recent call last):\n  File "{PATH}", line 12, in job\n    fail()\n{QUEUE}\n'
    (mark,) = marks(run(stderr=traceback))
    assert (mark.line, mark.text) == (12, SHORT)
    lost = (
        "Task exception was never retrieved\n"
        f"future: <Task finished name='Task-3' coro=<job() done, defined at {PATH}:9> exception=E()>\n"
    )
    other = traceback.replace("bound to a different event loop", "too full for one more")
    (finding,) = find(run([MAIN, task(3, "job", 9)], stderr=lost + other))
    assert "too full for one more" in finding.message
