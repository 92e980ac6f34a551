"""What happened at which line, told from fabricated output."""

import subprocess
import sys
from pathlib import Path

import pytest

from asyncdemo.analysis.line_marks import Mark, marks
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Stream, Subject

PATH = "/course/example.py"
COPY = "/tmp/asyncdemo-x/example.py"


def run(*output: Output, kind: str = "exited", ran: str | None = None) -> Run:
    subject = Subject("example", path=PATH, ran=ran)
    return Run(subject, Python("python3"), Outcome(kind), ok=True, output=output)  # type: ignore[arg-type]


def err(text: str, at: float = 1.0) -> Output:
    return Output(at, "stderr", text)


def out(text: str, line: int | None, at: float = 1.0, stream: Stream = "stdout") -> Output:
    return Output(at, stream, text, line)


def trouble(run: Run) -> dict[int, str]:
    return {mark.line: mark.text for mark in marks(run) if mark.trouble}


def test_nothing() -> None:
    assert marks(run()) == []


def test_what_was_printed_once_and_often() -> None:
    shown = marks(run(out("b\n", 7, 3.0), out("a\n", 2, 1.0), out("c\n", 7, 4.0), out("d\n", 7, 6.0)))
    assert shown == [Mark(2, "a", 1.0, 1.0), Mark(7, "b", 3.0, 6.0, times=3)]


def written(*texts: str, line: int = 3, at: float = 1.0, thread: int = 1) -> list[Output]:
    """What one call of print writes, a microsecond after the other."""
    return [out(text, line, at + n / 1e6)._replace(thread=thread) for n, text in enumerate(texts)]


def test_a_print_of_several_writes_counts_once() -> None:
    assert marks(run(*written("got", " ", "42", "\n"))) == [Mark(3, "got 42", 1.0, 1.0)]


def test_four_prints_count_four_times_however_soon_they_come() -> None:
    prints = [piece for n in range(4) for piece in written("job", " ", str(n), "\n", at=1.0 + n / 1e5)]
    assert marks(run(*prints)) == [Mark(3, "job 0", 1.0, 1.00003, times=4)]


def test_writes_that_end_no_line_are_one_burst_up_to_a_gap() -> None:
    shown = marks(run(*written(".", ".", "."), *written(".", ".", at=1.5)))
    assert shown == [Mark(3, "...", 1.0, 1.5, times=2)]


def test_prints_of_two_threads_at_a_time() -> None:
    one, other = written("a", "\n"), written("b", "\n", at=1.0000005, thread=2)
    shown = marks(run(one[0], other[0], one[1], other[1]))
    assert shown == [Mark(3, "a", 1.0, 1.0000005, times=2)]


@pytest.mark.parametrize(
    "piece", [out("a\n", None), out("\n", 3), out("a\n", 3, stream="stderr"), out("a\n", 3, stream="other")]
)
def test_what_leaves_no_mark(piece: Output) -> None:
    assert marks(run(piece)) == []


@pytest.mark.parametrize("path", [PATH, "example.py", "course/example.py"])
def test_a_warning(path: str) -> None:
    text = f"{path}:6: RuntimeWarning: coroutine 'main' was never awaited\n  main()\n"
    assert trouble(run(err(text))) == {6: "RuntimeWarning: coroutine 'main' was never awaited"}


@pytest.mark.parametrize(
    "path", ["sys", "<string>", "/other/example.py", "ample.py", "/usr/lib/python3/asyncio/run.py"]
)
def test_a_warning_about_another_file(path: str) -> None:
    assert marks(run(err(f"{path}:6: RuntimeWarning: x\n"))) == []


def test_a_warning_of_the_staged_copy() -> None:
    assert trouble(run(err(f"{COPY}:6: UserWarning: x\n"), ran=COPY)) == {6: "UserWarning: x"}


def test_trouble_counts_more_than_what_was_printed_and_the_first_more_than_the_second() -> None:
    both = run(out("a\n", 6), err(f"{PATH}:6: UserWarning: x\n"), err(f"{PATH}:6: UserWarning: y\n"))
    assert marks(both) == [Mark(6, "UserWarning: x", 1.0, 1.0, trouble=True)]


def test_a_warning_in_pieces() -> None:
    assert trouble(run(err(f"{PATH}:6: Use"), err("rWarning: x"))) == {6: "UserWarning: x"}


# Real tracebacks: the script is run, its stderr cut into lines.
SCRIPTS = {
    "raised": ("def f():\n    1 / 0\n\nf()\n", {2: "ZeroDivisionError: division by zero"}),
    "in a library": ("import uuid\nuuid.UUID('x')\n", {2: "ValueError: badly formed hexadecimal UUID string"}),
    "of its own": ("class Boom(Exception): pass\nraise Boom\n", {2: "Boom"}),
    "with a message of its own": ("class B(Exception): pass\nraise B('it: went\\nwrong')\n", {2: "B: it: went"}),
    "with a short line of code": ("def f():\n    x\n\nf()\n", {2: "NameError: name 'x' is not defined"}),
    "while handling": (
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    [][1]\n",
        {2: "ZeroDivisionError: division by zero", 4: "IndexError: list index out of range"},
    ),
    "a group": (
        "def f(n):\n    raise ValueError(n)\nerrors = []\nfor n in range(2):\n    try:\n        f(n)\n"
        "    except ValueError as e:\n        errors.append(e)\nraise ExceptionGroup('two', errors)\n",
        {9: "ExceptionGroup: two (2 sub-exceptions)", 2: "ValueError: 0"},
    ),
    "in a thread": (
        "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\n",
        {2: "ZeroDivisionError: division by zero"},
    ),
    "a syntax error": ("x = 1\ny = (\n", {2: "SyntaxError: '(' was never closed"}),
    "never awaited": (
        "async def f(): pass\nf()\n",
        {2: "RuntimeWarning: coroutine 'f' was never awaited"},
    ),
    "a task that nobody asked": (
        "import asyncio\nasync def f():\n    1 / 0\nasync def main():\n    asyncio.create_task(f())\n"
        "    await asyncio.sleep(0)\nasyncio.run(main())\n",
        {3: "ZeroDivisionError: division by zero"},
    ),
    "none of it": ("import sys\nsys.stderr.write('Error: no traceback\\nValueError\\n')\n", {}),
    "to the end": ("import sys\nsys.exit('nothing to do')\n", {}),
}


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_tracebacks(name: str, tmp_path: Path) -> None:
    source, expected = SCRIPTS[name]
    script = tmp_path / "example.py"
    script.write_text(source)
    done = subprocess.run([sys.executable, script], stderr=subprocess.PIPE, text=True, check=False)
    subject = Subject("example", path=str(script))
    shown = Run(subject, Python("python3"), Outcome("exited", code=1), ok=False, output=(err(done.stderr),))
    assert trouble(shown) == expected


STOPPED = (
    f'Traceback (most recent call last):\n  File "{PATH}", line 3, in <module>\n    time.sleep(9)\nKeyboardInterrupt\n'
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timed-out", "it was here when it was stopped"),
        ("interrupted", "it was here when it was stopped"),
        ("exited", "KeyboardInterrupt"),
    ],
)
def test_where_it_was_stopped(kind: str, text: str) -> None:
    assert trouble(run(err(STOPPED), kind=kind)) == {3: text}


def test_a_traceback_between_other_output() -> None:
    head, tail = STOPPED[:60], STOPPED[60:]
    assert trouble(run(err(head), out("x\n", 1), err(tail))) == {3: "KeyboardInterrupt"}


def test_a_module_has_no_marks_of_its_own() -> None:
    module = run(err(STOPPED))._replace(subject=Subject("-m example"))
    assert marks(module) == []


def test_each_file_has_its_own_marks() -> None:
    said = [out("of a\n", 2), out("of b\n", 2)._replace(path="/x/b.py")]
    warned = Output(0.3, "stderr", "/x/b.py:4: RuntimeWarning: coroutine 'f' was never awaited\n")
    found = Finding("blocking-call", "warning", "/x/b.py", 7, "it blocks", "do not", beside=((7, "blocked"),))
    seen = run(*said, warned)._replace(findings=(found,))
    assert [(mark.line, mark.text) for mark in marks(seen)] == [(2, "of a")]
    assert marks(seen, PATH) == marks(seen)
    assert [(mark.line, mark.text, mark.trouble) for mark in marks(seen, "/x/b.py")] == [
        (2, "of b", False),
        (4, "RuntimeWarning: coroutine 'f' was never awaited", True),
        (7, "blocked", True),
    ]
    assert marks(seen, "/x/c.py") == []
