"""What Python prints, in the forms of several versions and settings, as reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.findings.python_messages import Frame, Report, reports
from asyncdemo.model.recording import Output

LIBRARY = "/usr/lib/python3.11/asyncio/base_events.py"


def said(text: str) -> list[Report]:
    return reports([Output(0.5, "stderr", line) for line in text.splitlines(keepends=True)])


def only(text: str) -> Report:
    (report,) = said(text)
    return report


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("app.py:4: RuntimeWarning: coroutine 'main' was never awaited\n  main()\n", "app.py", 4),
        ("/a b/app.py:4: RuntimeWarning: coroutine 'main' was never awaited\n", "/a b/app.py", 4),
        ("sys:1: RuntimeWarning: coroutine 'main' was never awaited\n", "sys", 1),
        ("<sys>:0: RuntimeWarning: coroutine 'main' was never awaited\n", "<sys>", 0),
        ("WARNING:py.warnings:/a/app.py:4: RuntimeWarning: coroutine 'main' was never awaited\n", "/a/app.py", 4),
        ("\x1b[31m/a/app.py:4: RuntimeWarning: coroutine 'main' was never awaited\x1b[0m\n", "/a/app.py", 4),
        ("RuntimeWarning: coroutine 'main' was never awaited\n", None, None),
    ],
)
def test_never_awaited(text: str, path: str | None, line: int | None) -> None:
    assert only(text) == Report("never-awaited", 0.5, "main", path, line)


def test_never_awaited_of_a_generators_method() -> None:
    text = "/a.py:9: RuntimeWarning: coroutine method 'aclose' of 'numbers' was never awaited\n"
    assert only(text).name == "numbers.aclose"


@pytest.mark.parametrize(
    "origin",
    [
        '  x = None\nObject allocated at (most recent call last):\n  File "/a.py", lineno 8\n    x = self.meth()\n',
        'Coroutine created at (most recent call last)\n  File "/a.py", line 8, in go\n    x = self.meth()\n',
    ],
)
def test_never_awaited_with_its_origin(origin: str) -> None:
    text = "/a.py:10: RuntimeWarning: coroutine 'K.meth' was never awaited\n" + origin + "done\n"
    report = only(text)
    assert (report.name, report.line, report.created) == ("K.meth", 10, (Frame("/a.py", 8, "x = self.meth()"),))


def test_never_awaited_as_an_error() -> None:
    text = (
        "Exception ignored in: <coroutine object main at 0x7f>\nTraceback (most recent call last):\n"
        f'  File "{LIBRARY}", line 537, in _warn_unawaited_coroutine\n    warn(msg)\n'
        "RuntimeWarning: coroutine 'main' was never awaited\n"
    )
    report = only(text)
    assert (report.kind, report.name, report.path) == ("never-awaited", "main", None)


LOST = (
    "future: <Task finished name='Task-2' coro=<bad() done, defined at /a.py:2> exception=ValueError('boom')>\n"
    "Traceback (most recent call last):\n"
    '  File "/a.py", line 3, in bad\n    raise ValueError("boom")\n    ~~~~~^^^^\n'
    "ValueError: boom\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "Task exception was never retrieved\n" + LOST,
        "ERROR:asyncio:Task exception was never retrieved\n" + LOST,
        "2026-01-01 00:00:00,000 asyncio [ERROR] Task exception was never retrieved\n" + LOST,
        "Task exception was never retrieved\n" + LOST + "a second line of the message\n",
    ],
)
def test_never_retrieved(text: str) -> None:
    frames = (Frame("/a.py", 3, 'raise ValueError("boom")'),)
    wanted = Report("never-retrieved", 0.5, "bad", "/a.py", 2, frames, error="ValueError: boom", task="Task-2")
    assert only(text) == wanted


def test_never_retrieved_in_debug_mode() -> None:
    created = (
        'source_traceback: Object created at (most recent call last):\n  File "/a.py", line 8, in main\n    go()\n'
    )
    first, rest = LOST.split("\n", 1)
    report = only(f"Task exception was never retrieved\n{first}\n{created}{rest}")
    assert (report.created, report.error) == ((Frame("/a.py", 8, "go()"),), "ValueError: boom")


def test_a_future_without_a_traceback() -> None:
    text = "Future exception was never retrieved\nfuture: <Future finished exception=KeyError('k')>\nKeyError: 'k'\n"
    assert only(text) == Report("never-retrieved", 0.5, error="KeyError: 'k'")


def test_the_last_of_chained_exceptions_counts() -> None:
    text = (
        "Task exception was never retrieved\nfuture: <Task finished name='T' coro=<f() done, defined at /a.py:1>>\n"
        'Traceback (most recent call last):\n  File "/a.py", line 2, in f\n    a()\nKeyError: 1\n\n'
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "/a.py", line 4, in f\n    b()\nValueError: 2\n'
    )
    report = only(text)
    assert (report.error, [frame.line for frame in report.frames]) == ("ValueError: 2", [2, 4])


@pytest.mark.parametrize(
    ("task", "name", "path", "line"),
    [
        ("name='Task-2' coro=<w() running at /a.py:6> wait_for=<Future pending>", "w", "/a.py", 6),
        ("name='w' coro=<w() done, defined at /a.py:2> wait_for=<Future>", "w", "/a.py", 2),
        ("name='T' coro=<f.<locals>.g() running at /a.py:6>", "f.<locals>.g", "/a.py", 6),
        (
            "name='T' coro=<<async_generator_athrow without __name__>()>",
            "<async_generator_athrow without __name__>",
            None,
            None,
        ),
    ],
)
def test_destroyed(task: str, name: str, path: str | None, line: int | None) -> None:
    report = only(f"Task was destroyed but it is pending!\ntask: <Task pending {task}>\n")
    assert (report.kind, report.name, report.path, report.line) == ("destroyed", name, path, line)


def test_a_message_without_its_object_is_somebody_elses() -> None:
    assert said("Task was destroyed but it is pending!\nTask exception was never retrieved\nwell\n") == []


def test_tracebacks_and_exception_groups() -> None:
    text = (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/a.py", line 9, in main\n  |     async with TaskGroup() as group:\n'
        "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
        "  +-+---------------- 1 ----------------\n"
        "    | Traceback (most recent call last):\n"
        '    |   File "/a.py", line 5, in job\n    |     asyncio.run(inner())\n'
        "    | RuntimeError: asyncio.run() cannot be called from a running event loop\n"
        "    +------------------------------------\n"
    )
    outer, inner = said(text)
    assert outer.error.startswith("ExceptionGroup: unhandled")
    assert inner.frames == (Frame("/a.py", 5, "asyncio.run(inner())"),)
    assert inner.error == "RuntimeError: asyncio.run() cannot be called from a running event loop"


@pytest.mark.parametrize(
    "text",
    [
        "an error occurred during closing of asynchronous generator <async_generator object g at 0x7f>\n"
        "asyncgen: <async_generator object g at 0x7f>\n",
        "Exception ignored in: <async_generator object g at 0x7f>\n",
    ],
)
def test_generators(text: str) -> None:
    traceback = 'Traceback (most recent call last):\n  File "/a.py", line 4, in g\n    raise E\nValueError: x\n'
    report = only(text + traceback + "\n# async generator ignored\n")
    assert (report.kind, report.name, report.frames[0].line, report.error) == ("generator", "g", 4, "ValueError: x")


def test_what_two_threads_print_at_once_is_kept_apart() -> None:
    warning = "/a.py:4: RuntimeWarning: coroutine 'main' was never awaited\n"
    pieces = [Output(0.1, "stderr", warning[:20], thread=1), Output(0.2, "stderr", "another", thread=2)]
    pieces += [Output(0.3, "stderr", warning[20:], thread=1), Output(0.4, "stderr", " line\n", thread=2)]
    assert reports(pieces) == [Report("never-awaited", 0.1, "main", "/a.py", 4)]


def test_only_stderr_counts() -> None:
    text = "/a.py:4: RuntimeWarning: coroutine 'main' was never awaited\n"
    assert reports([Output(0.1, "stdout", text), Output(0.1, "other", text)]) == []


PIECES = [
    "Task exception was never retrieved", "Task was destroyed but it is pending!", "future: <Task finished name='T'>",
    "Traceback (most recent call last):", '  File "/a.py", line 3, in f', "    code()", "ValueError: x", "", "  | ",
    "During handling of the above exception, another exception occurred:", "task: <Task pending coro=<f() running>>",
    "x.py:1: RuntimeWarning: coroutine 'f' was never awaited", "Object created at (most recent call last):",
    "Exception ignored in: <async_generator object f", "RuntimeWarning: coroutine '' was never awaited",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text()))
def test_any_text_can_be_read(lines: list[str]) -> None:
    for report in said("\n".join(lines)):
        assert report.line is None or report.line >= 0
