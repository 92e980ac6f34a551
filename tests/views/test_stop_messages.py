"""What Python says of a run that was stopped, folded where the findings say more."""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from asyncdemo.model.recording import Finding, Outcome, Output, Run
from asyncdemo.views.stop_messages import Folded, is_told_better, without_stop
from tests.conftest import Result
from tests.findings.fabricated import run

Program = Callable[..., Result]

DEADLOCK = Finding("deadlock", "error", "app.py", 3, "m", "a")
OWN = """\
Traceback (most recent call last):
  File "runners.py", line 118, in run
    return self._loop.run_until_complete(task)
asyncio.exceptions.CancelledError

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "app.py", line 18, in <module>
    asyncio.run(main())
KeyboardInterrupt
"""
FAILED = """\
Task exception was never retrieved
future: <Task finished name='Task-2' coro=<worker() done> exception=ZeroDivisionError()>
Traceback (most recent call last):
  File "app.py", line 7, in worker
    result = 10 // item
ZeroDivisionError: integer division or modulo by zero
"""
PENDING = "Task was destroyed but it is pending!\ntask: <Task pending name='left' coro=<left() running at app.py:8>>\n"
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "app.py", line 9, in <module>
  |     trio.run(main)
  | BaseExceptionGroup: Exceptions from Trio nursery (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "app.py", line 5, in main
    | KeyboardInterrupt
    +------------------------------------
"""


def stopped(*printed: tuple[str, str, str], findings: tuple[Finding, ...] = (DEADLOCK,)) -> Run:
    """A run that was stopped at 1 s and then printed these: stream, writer, text."""
    output = tuple(
        Output(1.1 + n / 10, stream, text, writer=writer)  # type: ignore[arg-type]
        for n, (stream, writer, text) in enumerate(printed)
    )
    whole = run([], [], outcome=Outcome("timed-out", after=1.0))
    return whole._replace(output=output, stopped=1.0, findings=findings)


def told(run: Run) -> list[str | int]:
    """The texts that stay, and of what is folded how many lines."""
    return [each.lines if isinstance(each, Folded) else each.text for each in without_stop(run.output, run)]


def pieces(text: str, writer: str) -> Iterable[tuple[str, str, str]]:
    return (("stderr", writer, line) for line in re.split(r"(?<=\n)", text) if line)


def test_the_traceback_of_the_stop_is_folded_however_it_was_written() -> None:
    assert told(stopped(("stderr", "python", OWN))) == [11]
    assert told(stopped(*pieces(OWN, "traceback"))) == [11]
    [folded] = without_stop((whole := stopped(("stderr", "python", OWN))).output, whole)
    assert isinstance(folded, Folded)
    assert (folded.at, folded.last) == (1.1, "KeyboardInterrupt")


def test_the_errors_of_tasks_stay() -> None:
    assert told(stopped(("stderr", "python", OWN), ("stderr", "loop", FAILED))) == [11, FAILED]
    assert told(stopped(*pieces(FAILED, "loop"), *pieces(OWN, "python"))) == [FAILED, 11]


def test_what_the_script_prints_stays() -> None:
    assert told(stopped(("stdout", "script", "bye\n"), ("stderr", "script", OWN))) == ["bye\n", OWN]


def test_an_error_of_its_own_while_it_is_stopped_stays() -> None:
    other = OWN.replace("KeyboardInterrupt", "OSError: disk full")
    assert told(stopped(("stderr", "python", other))) == [other]
    assert told(stopped(("stderr", "python", OWN + "OSError: disk full\n"))) == [11, "OSError: disk full\n"]


def test_tasks_that_were_pending_then_follow_from_the_stop() -> None:
    assert told(stopped(("stderr", "loop", PENDING), ("stderr", "loop", PENDING + FAILED))) == [4, FAILED]


def test_the_recursion_of_cancelling_a_circle() -> None:
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1\nRecursionError: maximum recursion depth exceeded\n'
    )
    assert told(stopped(("stderr", "python", text))) == [3]
    assert told(stopped(("stderr", "python", text), findings=(DEADLOCK._replace(rule="stuck"),))) == [text]


def test_groups_that_hold_nothing_else() -> None:
    assert told(stopped(("stderr", "python", GROUP))) == [9]
    two = GROUP.replace("(1 sub-exception)", "(2 sub-exceptions)") + "    | ValueError\n"
    assert told(stopped(("stderr", "python", two))) == [two]


def test_what_was_printed_before_the_stop_stays() -> None:
    whole = stopped(("stderr", "python", OWN))._replace(stopped=2.0)
    assert told(whole) == [OWN]
    assert told(whole._replace(stopped=None)) == [OWN]


def test_it_is_told_better_only_where_a_finding_says_where_it_stood() -> None:
    assert is_told_better(stopped())
    assert not is_told_better(stopped(findings=()))
    assert not is_told_better(stopped(findings=(DEADLOCK._replace(rule="never-awaited"),)))
    assert not is_told_better(stopped()._replace(stopped=None))


SCRIPT = """\
import asyncio

async def worker(queue):
    while True:
        print(10 // await queue.get())
        queue.task_done()

async def main():
    queue = asyncio.Queue()
    for item in (5, 0, 2):
        queue.put_nowait(item)
    one = asyncio.create_task(worker(queue))
    await queue.join()

asyncio.run(main())
"""


@pytest.mark.process
@pytest.mark.parametrize("seconds", ["0.4", "1.2"])
def test_a_real_deadlock_shows_two_rows_of_the_stop(asyncdemo: Program, tmp_path: Path, seconds: str) -> None:
    (tmp_path / "app.py").write_text(SCRIPT)
    shown = asyncdemo("run", "app.py", "--timeout", seconds, "--python", sys.executable, cwd=tmp_path).stdout
    assert "KeyboardInterrupt\n" in shown
    assert re.search(r"^ {11}\S+ \d+ lines that stopping it set off: --full$", shown, re.MULTILINE)
    assert "run_until_complete" not in shown
    assert "ZeroDivisionError: integer division or modulo by zero" in shown
    full = asyncdemo("run", "app.py", "--timeout", seconds, "--full", "--python", sys.executable, cwd=tmp_path).stdout
    assert "run_until_complete" in full


WAITING = """\
import asyncio

async def tick(queue):
    while True:
        await asyncio.sleep(0.1)
        queue.put_nowait(1)

async def reader(queue):
    while True:
        await queue.get()

async def main():
    queue = asyncio.Queue()
    await asyncio.gather(tick(queue), reader(queue))

asyncio.run(main())
"""


@pytest.mark.process
@pytest.mark.parametrize("option", ["--timeout", "--for"])
def test_every_waiting_line_is_marked_without_a_finding(asyncdemo: Program, tmp_path: Path, option: str) -> None:
    (tmp_path / "app.py").write_text(WAITING)
    options = option, "2", "--source", "--python", sys.executable
    done = asyncdemo("run", "app.py", *options, cwd=tmp_path, env={"COLUMNS": "120"})
    rows = [row for row in done.stdout.splitlines() if "waits: " in row]
    assert [re.search(r"^ .? +(\d+)", row).group(1) for row in rows] == ["5", "10", "14"]  # type: ignore[union-attr]
    assert "tick waits: sleep 0.1" in rows[0]
    assert "reader waits: queue.get" in rows[1]
    assert "main waits: gather" in rows[2]
    assert [row.startswith(" !") for row in rows] == [option == "--timeout"] * 3
    assert "deadlock" not in done.stdout
    assert "stuck" not in done.stdout
