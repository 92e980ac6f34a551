"""`attach PID`: a program that already runs is watched for a while, and then is as it was."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.attaching.conftest import Start, Target
from tests.conftest import REPOSITORY, Result, clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.process]

Program = Callable[..., Result]

# Answers each line with its double; "state" with what it knows of itself.
SERVER = """\
import asyncio, gc, os, signal, sys, threading, time
async def work(number):
    await asyncio.sleep(0.001)
    if number % 10 == 7:
        time.sleep(0.05)
    return 2 * number
def state():
    gc.collect()
    loop = asyncio.get_running_loop()
    return [
        sorted(sys.modules), sys.path, sys.meta_path, sorted(os.listdir("/proc/self/fd")), threading.active_count(),
        [signal.getsignal(each) for each in range(1, 65)], type(loop._ready) is __import__("collections").deque,
        "asyncdemo" in open("/proc/self/maps").read(), asyncio.events._set_running_loop, len(gc.callbacks),
        sorted(vars(loop)), loop._ready.__class__, len(gc.get_objects()) // 1000,
    ]
async def handle(reader, writer):
    while line := await reader.readline():
        answer = state() if line == b"state\\n" else await work(int(line))
        writer.write(b"%a\\n" % (answer,))
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Client:
    """A connection to the server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._lines = self._socket.makefile("r")

    def ask(self, word: object) -> str:
        self._socket.sendall(f"{word}\n".encode())
        return self._lines.readline().strip()


@contextmanager
def attached(pid: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The tool at work, once the process is being watched."""
    command = [sys.executable, "-m", "asyncdemo", "attach", str(pid), *options]
    environment = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=environment, cwd="/") as tool:
        until = time.monotonic() + 30
        while not is_watched(pid) and time.monotonic() < until:
            time.sleep(0.01)
        assert is_watched(pid)
        time.sleep(0.3)  # the tool is told
        yield tool
        with suppress(ProcessLookupError):
            tool.kill()


def is_watched(pid: int) -> bool:
    """True if memory of ours is in the process."""
    try:
        return "memfd:asyncdemo" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def served(start: Start, python: str, source: str = SERVER) -> tuple[Target, int]:
    """A server that runs, and its port."""
    target = start(python, source)
    return target, target.port  # type: ignore[attr-defined]


def run_of(asyncdemo: Program, pid: int, *options: str) -> dict[str, Any]:
    """The run that --json tells of."""
    done = asyncdemo("attach", str(pid), "--json", *options)
    assert (done.stderr, done.status) == ("", 0)
    (run,) = json.loads(done.stdout)["runs"]
    assert isinstance(run, dict)
    return run


def test_a_server_is_watched_and_left_as_it_was(asyncdemo: Program, start: Start, python: str) -> None:
    target, port = served(start, python)
    client, other = Client(port), Client(port)
    assert other.ask(1) == "2"
    before = client.ask("state"), client.ask("state")
    asked = 0
    with attached(target.pid, "--json", "--for", "3") as tool:
        while tool.poll() is None:
            asked += 1
            assert other.ask(asked) == str(2 * asked)
        (run,) = json.loads(tool.communicate()[0])["runs"]
    assert client.ask("state") == before[1]
    assert run["outcome"]["reason"] == "watched for 3 s; it goes on" and run["trace"]["complete"]
    found = {(finding["rule"], finding["line"]) for finding in run["findings"]}
    assert ("blocking-call", 5) in found
    assert {task["end"] for task in run["tasks"]} == {"pending"}
    assert sorted(task["coroutine"] for task in run["tasks"]) == ["handle", "handle", "main"]


def test_what_waits_for_ever_is_found(asyncdemo: Program, start: Start, python: str) -> None:
    script = """
        import asyncio
        async def transfer(first, second):
            async with first:
                await asyncio.sleep(0.01)
                async with second:
                    pass
        async def main():
            one, two = asyncio.Lock(), asyncio.Lock()
            print("ready", flush=True)
            await asyncio.gather(transfer(one, two), transfer(two, one))
        asyncio.run(main())
        """
    target = start(python, script)
    time.sleep(0.1)
    run = run_of(asyncdemo, target.pid, "--for", "0.6")
    assert [(finding["rule"], finding["line"]) for finding in run["findings"]] == [("deadlock", 6)]
    assert not is_watched(target.pid)
    assert asyncdemo("attach", str(target.pid), "--for", "0.6", "--fail-on", "deadlock").status == 3


def test_loops_in_other_threads_are_watched_and_left(asyncdemo: Program, start: Start, python: str) -> None:
    script = """
        import asyncio, threading, time
        async def tick(name):
            while True:
                await asyncio.sleep(0.05)
                if name == "second": time.sleep(0.1)
        threading.Thread(target=lambda: asyncio.run(tick("second")), daemon=True).start()
        async def main():
            print("ready", flush=True)
            await tick("first")
        asyncio.run(main())
        """
    target = start(python, script)
    run = run_of(asyncdemo, target.pid, "--for", "1.5")
    assert sorted(task["coroutine"] for task in run["tasks"]) == ["main", "tick"]
    assert ("blocking-call", 6) in {(finding["rule"], finding["line"]) for finding in run["findings"]}
    assert not is_watched(target.pid) and target.poll() is None


def test_a_copy_of_the_program_is_left_alone(start: Start, python: str) -> None:
    """A child by fork has its loop as it was, and what it does is not recorded."""
    script = """
        import asyncio, collections, os, sys
        async def child():
            await asyncio.sleep(0.01)
            mapped = "memfd" in open("/proc/self/maps").read()
            print(type(asyncio.get_running_loop()._ready) is collections.deque, mapped)
        async def main():
            print("ready", flush=True)
            while sys.stdin not in __import__("select").select([sys.stdin], [], [], 0)[0]:
                await asyncio.sleep(0.01)
            if os.fork() == 0:
                asyncio.run(child())
                sys.stdout.flush()
                os._exit(0)
            os.wait()
            await asyncio.sleep(0.1)
        asyncio.run(main())
        """
    target = start(python, script)
    with attached(target.pid, "--for", "0", "--json") as tool:
        out, err = target.communicate("\n", timeout=30)
        (run,) = json.loads(tool.communicate()[0])["runs"]
    assert (out, err, target.returncode) == ("True False\n", "", 0)
    assert "child" not in [task["coroutine"] for task in run["tasks"]] and run["trace"]["complete"]


@pytest.mark.observation
def test_a_long_watch_is_in_parts_that_add_up(start: Start, python: str) -> None:
    script = """
        import asyncio
        async def spin():
            while True:
                await asyncio.sleep(0)
        async def main():
            print("ready", flush=True)
            await asyncio.gather(*(spin() for _ in range(10)))
        asyncio.run(main())
        """
    target = start(python, script)
    with attached(target.pid, "--for", "61", "--json") as tool:
        (run,) = json.loads(tool.communicate(timeout=300)[0])["runs"]
    totals, *found = run["notes"]
    assert " parts: " in totals and " steps; the last " in totals
    assert found[0].startswith("in all that time: spinning, program.py:5, ")
    assert not is_watched(target.pid) and target.poll() is None


def test_only_one_is_attached_at_a_time(asyncdemo: Program, start: Start, python: str) -> None:
    target, _ = served(start, python)
    with attached(target.pid, "--for", "0"):
        done = asyncdemo("attach", str(target.pid), "--once")
    said = "another asyncdemo is attached to it; wait until that has ended"
    assert (done.stderr, done.status) == (f"asyncdemo: cannot attach to process {target.pid}: {said}\n", 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_the_report(start: Start, python: str, number: int) -> None:
    target, port = served(start, python)
    with attached(target.pid, "--for", "0s") as tool:
        tool.send_signal(number)
        out, err = tool.communicate(timeout=30)
    assert "it goes on" in out and (err, tool.returncode) == ("", 0)
    assert not is_watched(target.pid) and Client(port).ask(4) == "8"


def test_the_probe_leaves_when_the_tool_is_killed(start: Start, python: str, tmp_path: Path) -> None:
    target, port = served(start, python)
    client = Client(port)
    before = client.ask("state"), client.ask("state")
    with attached(target.pid, "--for", "0") as tool:
        tool.kill()
    until = time.monotonic() + 30
    while is_watched(target.pid) and time.monotonic() < until:
        assert client.ask(3) == "6"
        time.sleep(0.1)
    assert client.ask("state") == before[1]


IDLE = """\
import asyncio
async def main():
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def test_after_the_tool_was_killed_an_idle_program_can_be_attached_to(
    asyncdemo: Program, start: Start, python: str
) -> None:
    target = start(python, IDLE)
    with attached(target.pid, "--for", "0") as tool:
        tool.kill()
    until = time.monotonic() + 30
    while "already watches" in (done := asyncdemo("attach", str(target.pid), "--for", "0.3", "--json")).stderr:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert (done.stderr, done.status) == ("", 0) and json.loads(done.stdout)["runs"][0]["trace"]["complete"]
    assert not is_watched(target.pid)


def test_a_process_that_ends_meanwhile_has_a_report(start: Start, python: str) -> None:
    target, _ = served(start, python)
    with attached(target.pid, "--for", "0", "--json") as tool:
        target.kill()
        out, err = tool.communicate(timeout=30)
    assert json.loads(out)["runs"][0]["outcome"] == {"kind": "exited", "reason": "ended"}
    assert (err, tool.returncode) == ("", 0)


def test_what_was_seen_is_saved(asyncdemo: Program, start: Start, python: str, tmp_path: Path) -> None:
    target, _ = served(start, python)
    done = asyncdemo("attach", str(target.pid), "--for", "0.2", "--save", "x.json", "--save", "x.html")
    assert (done.stderr, done.status) == ("", 0)
    assert "watched for 0.2 s; it goes on" in asyncdemo("replay", "x.json").stdout
    assert (tmp_path / "x.html").stat().st_size > 1000


def test_without_a_loop_it_says_what_to_do(asyncdemo: Program, start: Start, python: str) -> None:
    target = start(python, "print('ready', flush=True)\nwhile True: pass")
    done = asyncdemo("attach", str(target.pid), "--for", "1")
    said = f"no event loop runs in process {target.pid}; asyncdemo attach {target.pid} --once shows its threads"
    assert (done.stderr, done.status) == (f"asyncdemo: {said}\n", 2)


AWAY = """\
import asyncio, os
async def main():
    print("ready", flush=True)
    os.read(0, 1)
asyncio.run(main())
"""


def test_what_does_not_answer_is_read_from_outside(asyncdemo: Program, start: Start, python: str) -> None:
    """What it had not come to execute by then it never does, and it does not complain of that."""
    target = start(python, AWAY)
    done = asyncdemo("attach", str(target.pid), "--for", "30", timeout=20)
    assert "it did not answer for 2 s" in done.stdout and " main  line 4  running" in done.stdout
    assert (*target.communicate("x", timeout=20), target.returncode) == ("", "", 0)


def test_what_was_not_watched_is_not_judged(asyncdemo: Program, start: Start, python: str, tmp_path: Path) -> None:
    target = start(python, AWAY)
    done = asyncdemo("attach", str(target.pid), "--save", "x.json", "--fail-on", "any", timeout=20)
    assert "it did not answer for 2 s" in done.stdout and not (tmp_path / "x.json").exists()
    assert (done.stderr, done.status) == ("asyncdemo: not watched, so nothing was saved or judged\n", 1)


@pytest.mark.parametrize("options", [("--full",), ("--for", "3s"), ("--save", "x.json")])
def test_a_look_refuses_the_options_of_a_watch(asyncdemo: Program, options: tuple[str, ...]) -> None:
    done = asyncdemo("attach", "1", "--once", *options)
    said = "--once looks at one moment: leave out --for, --full, --save, --fail-on and --spans"
    assert (done.stderr, done.status) == (f"asyncdemo: {said}\n", 2)


def test_a_wrong_time_is_told_with_what_is_right(asyncdemo: Program) -> None:
    done = asyncdemo("attach", "1", "--for", "long")
    said = "--for is 'long'; give a duration such as 30s or 2m, or 0: until Ctrl-C"
    assert (done.stderr, done.status) == (f"asyncdemo: {said}\n", 2)


SLOW_TO_JUDGE = """\
import sys, asyncdemo.findings as findings
def judged(*_):
    print("judging", flush=True)
    while True: pass
findings.judged = judged
from asyncdemo.__main__ import main
sys.argv = ["asyncdemo", "attach", sys.argv[1], "--for", "0.1"]
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_report_that_takes_long(start: Start, python: str, number: int) -> None:
    target, port = served(start, python)
    environment = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    command = [sys.executable, "-c", SLOW_TO_JUDGE, str(target.pid)]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=environment, cwd="/") as tool:
        assert tool.stdout is not None and tool.stdout.readline() == "judging\n"
        tool.send_signal(number)
        try:
            tool.communicate(timeout=20)
        finally:
            tool.kill()
    assert tool.returncode != 0 and not is_watched(target.pid) and Client(port).ask(4) == "8"


def test_nothing_comes_of_it_when_the_tool_is_killed_before(start: Start, python: str, tmp_path: Path) -> None:
    target = start(python, AWAY)
    command = [sys.executable, "-m", "asyncdemo", "attach", str(target.pid)]
    environment = clean_environment({"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path)})
    with subprocess.Popen(command, stdout=-1, stderr=-1, env=environment, cwd="/") as tool:
        until = time.monotonic() + 20
        while not list(tmp_path.glob("asyncdemo-attach-*/put_in.py")) and time.monotonic() < until:
            time.sleep(0.01)
        tool.kill()
    while list(tmp_path.glob("asyncdemo-attach-*")) and time.monotonic() < until:
        time.sleep(0.01)
    assert not list(tmp_path.glob("asyncdemo-attach-*"))
    assert (*target.communicate("x", timeout=20), target.returncode) == ("", "", 0)


def test_a_loop_with_a_queue_of_its_own_is_left_alone(asyncdemo: Program, start: Start, python: str) -> None:
    script = """
        import asyncio, collections
        class Queue(collections.deque):
            pass
        class Loop(asyncio.SelectorEventLoop):
            def __init__(self):
                super().__init__()
                self._ready = Queue()
        async def main():
            before, asked = asyncio.events._set_running_loop, asyncio.Event()
            asyncio.get_running_loop().add_reader(0, asked.set)
            print("ready", flush=True)
            await asked.wait()
            print(asyncio.events._set_running_loop is before, "memfd" in open("/proc/self/maps").read())
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(main())
        """
    target = start(python, script)
    done = asyncdemo("attach", str(target.pid), "--for", "1")
    said = f"no event loop of process {target.pid} could be watched"
    assert (done.stderr, done.status) == (
        f"asyncdemo: {said}; asyncdemo attach {target.pid} --once shows its tasks\n",
        2,
    )
    assert target.communicate("\n", timeout=30) == ("True False\n", "")


def test_an_import_function_of_the_program_is_not_called(asyncdemo: Program, start: Start, python: str) -> None:
    script = """
        import asyncio, builtins
        async def main():
            asked, original = asyncio.Event(), builtins.__import__
            asyncio.get_running_loop().add_reader(0, asked.set)
            builtins.__import__ = lambda *rest, **named: (called.append(rest[0]), original(*rest, **named))[1]
            print("ready", flush=True)
            await asked.wait()
            print(called)
        called = []
        asyncio.run(main())
        """
    target = start(python, script)
    run_of(asyncdemo, target.pid, "--for", "0.2")
    # CPython itself asks for _io when it opens a script.
    assert target.communicate("\n", timeout=30) in [(f"{['_io'] * scripts}\n", "") for scripts in (1, 2)]


@contextmanager
def running(folder: Path, python: str, source: str) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """The tool at work that runs a script, which stores a number in a file; and that number, and its parent's."""
    (folder / "watched.py").write_text(f"import asyncio, os\n{source}")
    command = [sys.executable, "-m", "asyncdemo", "run", "watched.py", "--python", python, "--json"]
    environment = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    with subprocess.Popen(command, stdout=-1, stderr=-1, env=environment, cwd=folder) as tool:
        until, told = time.monotonic() + 30, folder / "told"
        while not (told.exists() and told.read_text().endswith("\n")) and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield tool, [int(each) for each in told.read_text().split()]
        finally:
            tool.send_signal(signal.SIGINT)
            tool.communicate(timeout=30)


TELL = 'print(os.getpid(), os.getppid(), file=open("told", "w"))\n'
SLEEP = "asyncio.run(asyncio.sleep(60))\n"


def test_what_asyncdemo_watches_already_is_refused(asyncdemo: Program, python: str, tmp_path: Path) -> None:
    with running(tmp_path, python, TELL + SLEEP) as (_, (pid, _parent)):
        done = asyncdemo("attach", str(pid), "--for", "1")
    said = "asyncdemo already watches it; use its report, or wait until it has left"
    assert (done.stderr, done.status) == (f"asyncdemo: cannot attach to process {pid}: {said}\n", 2)


def test_a_fork_of_what_is_watched_can_be_attached_to(asyncdemo: Program, python: str, tmp_path: Path) -> None:
    """The probe takes no part in it, though its memory is there."""
    source = f"if os.fork():\n    os.wait()\nelse:\n    {TELL}    {SLEEP}"
    with running(tmp_path, python, source) as (_, (pid, _parent)):
        assert is_watched(pid)
        run = run_of(asyncdemo, pid, "--for", "0.3")
    assert run["trace"]["complete"] and [task["coroutine"] for task in run["tasks"]] == ["sleep"]


def test_after_its_run_was_killed_a_program_can_be_looked_at(asyncdemo: Program, python: str, tmp_path: Path) -> None:
    with running(tmp_path, python, TELL + SLEEP) as (tool, (pid, parent)):
        try:
            os.kill(parent, signal.SIGSTOP)  # which would end the program
            tool.kill()
            os.kill(parent, signal.SIGKILL)
            tool.wait()
            looked = asyncdemo("attach", str(pid), "--once", "--json")
            watched = asyncdemo("attach", str(pid), "--for", "0.3")
        finally:
            os.kill(pid, signal.SIGKILL)
    (task,) = json.loads(looked.stdout)["tasks"]
    assert (looked.stderr, task["coroutine"], task["wait"]) == ("", "sleep", "sleep")
    said = f"no event loop of process {pid} could be watched; asyncdemo attach {pid} --once shows its tasks"
    assert (watched.stderr, watched.status) == (f"asyncdemo: {said}\n", 2)


def test_a_program_on_the_command_line_shows_its_own_lines(asyncdemo: Program, python: str) -> None:
    source = "def work():\n  print('ready', flush=True)\n  while True: pass\nwork()"
    with subprocess.Popen([python, "-c", source], stdout=-1, stderr=-1, text=True) as target:
        assert target.stdout is not None and target.stdout.readline()
        done = asyncdemo("attach", str(target.pid), "--once", "--json")
        target.kill()
    (thread,) = json.loads(done.stdout)["threads"]
    assert thread["chain"] == [["<string>", 3]]
