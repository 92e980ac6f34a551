"""What real programs come down to, on old and new Pythons: the finding at its line, with what to write there."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.processes import VERSIONS, needs_interpreter

pytestmark = [pytest.mark.slow, pytest.mark.process]

each_python = pytest.mark.parametrize("version", ["3.9", "3.11", "3.13", "3.14", "3.15"])


def started(folder: Path, version: str, source: str, *options: str) -> "subprocess.Popen[str]":
    script = folder / "script.py"
    script.write_text(dedent(source))
    python = needs_interpreter(version)
    command = [sys.executable, "-m", "asyncdemo", "run", "--json", "--python", python, *options, str(script)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def run_of(tool: "subprocess.Popen[str]") -> dict[str, Any]:
    document, messages = tool.communicate(timeout=60)
    assert messages == ""
    (run,) = json.loads(document)["runs"]
    return dict(run)


def observed(folder: Path, version: str, source: str, *options: str) -> dict[str, Any]:
    return run_of(started(folder, version, source, *options))


def found(run: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(each["rule"], each["line"], each["advice"]) for each in run["findings"]]


USED = """
    import asyncio

    class Answer:
        value = [1]

    async def f(*_):
        return Answer()

    async def main():
        {statement}

    asyncio.run(main())
"""


@each_python
@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("print(await f(2, 3).value)", "(await f(2, 3)).value"),
        ("print(f(1).value)", "(await f(1)).value"),
        ("print(f()['k'])", "(await f())['k']"),
        ("for x in f(): print(x)", "await f()"),
        ("print(1 + f())", "await f()"),
        ("with f(): pass", "await f()"),
        ("async with f(): pass", "await f()"),
        ("print(f'{f():.2f}')", "await f()"),
        ("print({}[f()])", "await f()"),
        ("print(f() == 3); raise SystemExit", "await f()"),
        ("if f(): raise SystemExit", "await f()"),
        ("print((lambda: f().value)())", "await f() in a coroutine, or make a task of it there"),
    ],
)
def test_a_coroutine_that_is_used_as_its_result(version: str, statement: str, advice: str, tmp_path: Path) -> None:
    run = observed(tmp_path, version, USED.format(statement=statement))
    assert found(run) == [("never-awaited", 11, advice)]


FORGOTTEN = """
    import asyncio

    async def audit():
        print("audit")

    async def later():
        print("later")

    async def main():
        audit()
        kept = later()
        open("serving", "w").close()
        await asyncio.sleep(60)

    asyncio.run(main())
"""


@each_python
@pytest.mark.parametrize("after", [0.0, 1.4])
def test_what_was_said_before_ctrl_c_is_told_and_what_follows_from_it_is_not(
    version: str, after: float, tmp_path: Path
) -> None:
    tool = started(tmp_path, version, FORGOTTEN)
    try:
        while not (tmp_path / "serving").exists() and tool.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
        tool.send_signal(signal.SIGINT)
        run = run_of(tool)
    finally:
        tool.kill()
    assert run["outcome"] == {"kind": "interrupted"}
    assert 0 < run["stopped"] < run["seconds"]["total"]
    assert found(run) == [("never-awaited", 11, "await audit()")]


OVERDUE = """
    import asyncio
    import time

    async def main():
        asyncio.get_running_loop().call_later(0.1, print, "due")
        time.sleep(0.5)
        await asyncio.sleep(0.01)

    asyncio.run(main())
"""


@each_python
def test_of_an_overdue_timer_it_is_not_said_that_nothing_wanted_the_loop(version: str, tmp_path: Path) -> None:
    """Timers of plain callbacks have no lanes: only what is known of tasks is said."""
    (finding,) = observed(tmp_path, version, OVERDUE)["findings"]
    assert (finding["rule"], finding["line"]) == ("blocking-call", 7)
    assert finding["message"] == "It blocks the event loop; no other task was seen to be ready meanwhile."


HANDED = """
    import asyncio

    async def report(*_):
        return "report"

    async def main():
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(asyncio.sleep(0.01))
{body}
        await asyncio.sleep(0.05)

    asyncio.run(main())
"""
DONE_CALLBACK = "a done-callback is a plain function: await task, then await report(task)"


@each_python
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["await loop.run_in_executor(None, report)", "loop.call_soon(report)"],
         [(10, "await report()"), (11, "asyncio.create_task(report()) (and keep the task)")]),
        (["task.add_done_callback(report)"], [(10, DONE_CALLBACK)]),
        (["loop.call_soon(report)", "if task.done():", "    loop.call_soon(report)"],
         [(10, "asyncio.create_task(report()) (and keep the task)")]),
        (["await (await loop.run_in_executor(None, report))"], []),
    ],
)  # fmt: skip
def test_a_coroutine_function_that_is_only_called(
    version: str, body: list[str], expected: list[tuple[int, str]], tmp_path: Path
) -> None:
    source = HANDED.format(body="\n".join(" " * 8 + line for line in body))
    run = observed(tmp_path, version, source)
    assert found(run) == [("never-awaited", line, advice) for line, advice in expected]


GATHERED = """
    import asyncio

    async def read(n):
        await asyncio.sleep(0.05)

    async def main():
        asyncio.gather(*(read(n) for n in range(4)))
        {pause}
        print("all read")

    asyncio.run(main())
"""


@each_python
@pytest.mark.parametrize("pause", ["pass", "await asyncio.sleep(0)"])
def test_a_gather_that_nobody_awaits_is_one_finding(version: str, pause: str, tmp_path: Path) -> None:
    run = observed(tmp_path, version, GATHERED.format(pause=pause))
    assert found(run) == [("cancelled-at-exit", 8, "await asyncio.gather(*(read(n) for n in range(4)))")]


NEVER_BEGAN = """
    import asyncio, time

    async def blocker():
        time.sleep(30)

    async def ticker():
        await asyncio.sleep(0.1)

    async def main():
        await asyncio.gather(blocker(), ticker())

    asyncio.run(main())
"""


@each_python
def test_a_call_that_keeps_a_new_task_from_beginning_is_a_warning(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, NEVER_BEGAN, "--timeout", "1")
    (one,) = [each for each in run["findings"] if each["rule"] == "blocking-call"]
    assert (one["severity"], one["line"]) == ("warning", 5)
    assert "ticker" in one["message"]


LOST = {
    "kept": "tasks.append(asyncio.create_task(poll()))\n        await asyncio.sleep(0.05)",
    "given back": "await asyncio.gather(poll(), asyncio.sleep(0.05), return_exceptions=True)",
    "cancelled": "beat = asyncio.create_task(poll())\n        await asyncio.sleep(0.05)\n        beat.cancel()",
}
LOSES = """
    import asyncio

    tasks = []

    async def poll():
        await asyncio.sleep(0.01)
        raise ValueError("device not found")

    async def main():
        {statement}

    asyncio.run(main())
"""


@each_python
@pytest.mark.parametrize("how", LOST)
def test_an_error_that_nothing_looked_at(tmp_path: Path, version: str, how: str) -> None:
    """Python tells of it on some versions, as it shuts down: it is the same finding on all."""
    run = observed(tmp_path, version, LOSES.format(statement=LOST[how]))
    (finding,) = run["findings"]
    assert (finding["rule"], finding["line"]) == ("lost-error", 8)
    assert finding["severity"] == ("warning" if how == "given back" else "error")
    assert finding["message"].startswith("poll failed with ValueError: device not found; ")


QUEUE_OF_ANOTHER_LOOP = """
    import asyncio

    class Box:
        queue = None

    async def first():
        Box.queue = asyncio.Queue()
        try:
            await asyncio.wait_for(Box.queue.get(), 0.02)
        except asyncio.TimeoutError:
            pass

    async def second():
        await Box.queue.get()

    asyncio.run(first())
    asyncio.run(second())
"""


@each_python
def test_a_queue_of_another_loop(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, QUEUE_OF_ANOTHER_LOOP)
    (finding,) = run["findings"]
    assert (finding["rule"], finding["line"]) == ("wrong-loop", 15)
    assert "Box.queue" in finding["message"]
    assert "(line 10)" in finding["message"]


TWO_READERS = """
    import asyncio

    async def answer(reader, writer):
        await asyncio.sleep(0.1)
        writer.close()

    async def listen(reader):
        await reader.readline()

    async def ask(reader):
        await asyncio.sleep(0.02)
        await reader.readline()

    async def main():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await asyncio.gather(listen(reader), ask(reader))

    asyncio.run(main())
"""


@each_python
def test_two_tasks_that_read_from_one_stream(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, TWO_READERS)
    (finding,) = [each for each in run["findings"] if each["rule"] == "shared-stream"]
    assert finding["line"] == 13
    assert "listen already waited for it (line 9)" in finding["message"]


TOO_MANY = """
    import asyncio
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))

    async def read():
        with open(__file__) as file:
            await asyncio.sleep(0.05)
            return file.readline()

    async def main():
        results = await asyncio.gather(*(read() for n in range(80)), return_exceptions=True)
        print(len(results))

    asyncio.run(main())
"""


@each_python
def test_too_many_open_files(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, TOO_MANY)
    (finding,) = run["findings"]
    assert (finding["rule"], finding["line"]) == ("too-many-open", 8)
    assert "of 80 read() tasks failed, as 80 ran at once" in finding["message"]


CATCHES_NO_GROUP = """
    import asyncio

    async def fetch():
        raise ValueError(1)

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fetch())
        except ValueError:
            print("skipped")

    asyncio.run(main())
"""


@pytest.mark.parametrize("version", ["3.11", "3.13", "3.14", "3.15"])
def test_an_except_that_does_not_look_into_groups(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, CATCHES_NO_GROUP)
    (finding,) = run["findings"]
    assert (finding["rule"], finding["line"]) == ("uncaught-group", 11)
    assert finding["advice"].startswith("except* ValueError")


SENT = """
    import asyncio
    import multiprocessing
    import os
    import signal
    import subprocess
    import sys
    import time

    def send(to):
        time.sleep(0.8)
        os.kill(to, signal.SIGINT)

    def start():
        {start}

    async def main():
        started = start()
        await asyncio.sleep(0.2)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            print("stopped")

    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
"""
SENDS = 'return subprocess.Popen(["sh", "-c", f"sleep 0.8; kill -INT {os.getpid()}"])'
STARTS = {
    "a program": SENDS,
    "a program, another has ended": f'ended = subprocess.Popen(["true"]); {SENDS.replace("return", "return ended,")}',
    "a fork": "os.fork() or (send(os.getppid()), os._exit(0))",
    "multiprocessing": "a = multiprocessing.get_context('fork').Process(target=send, args=(os.getpid(),)); a.start()",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("start", STARTS)
def test_a_child_that_lives_may_send_a_signal(tmp_path: Path, version: str, start: str) -> None:
    run = observed(tmp_path, version, SENT.format(start=STARTS[start]), "--fail-on", "deadlock", "--timeout", "20")
    assert run["outcome"] == {"kind": "exited", "code": 0}
    assert "deadlock" not in [each["rule"] for each in run["findings"]]


@each_python
def test_no_child_that_has_ended_will(tmp_path: Path, version: str) -> None:
    source = SENT.format(start='return subprocess.Popen(["true"])')
    with started(tmp_path, version, source, "--fail-on", "deadlock", "--timeout", "20") as tool:
        document, _ = tool.communicate(timeout=60)
    (run,) = json.loads(document)["runs"]
    assert "deadlock" in [each["rule"] for each in run["findings"]]
    assert run["outcome"] == {"kind": "interrupted", "reason": "deadlock"}
