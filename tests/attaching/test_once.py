"""`attach PID --once`: where all tasks of a program are that already runs, and for what they wait."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from asyncdemo.cli.ps import write_processes
from asyncdemo.runner.attachable import Process, Python
from asyncdemo.views.terminal.page import Page
from tests.attaching.conftest import Start
from tests.conftest import Result
from tests.environments import environment

pytestmark = [pytest.mark.slow, pytest.mark.process]

Program = Callable[..., Result]

TWO_LOCKS = """\
import asyncio
async def transfer(first, second):
    async with first:
        await asyncio.sleep(0.01)
        async with second:
            pass
async def main():
    one, two = asyncio.Lock(), asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(transfer(one, two), name="there")
        group.create_task(transfer(two, one), name="back")
        await asyncio.sleep(0.02)
        print("ready", flush=True)
asyncio.run(main())
"""
SLEEPING = """\
import asyncio, time
async def patient():
    await asyncio.sleep(3600)
async def rude():
    print("ready", flush=True)
    time.sleep(1000)
async def main():
    await asyncio.gather(patient(), rude())
asyncio.run(main())
"""
BACKTRACKING = """\
import asyncio, re
async def main():
    print("ready", flush=True)
    re.match("(a+)+$", "a" * 60 + "b")
asyncio.run(main())
"""
COMPUTING = """\
import asyncio
def parse(position):
    print("ready", flush=True)
    while True:
        position += 1
async def main():
    parse(1)
asyncio.run(main())
"""
THREADS = """\
import asyncio, threading, time
async def other():
    started.set()
    await asyncio.Event().wait()
async def main():
    threading.Thread(target=lambda: asyncio.run(other()), name="second").start()
    started.wait()
    print("ready", flush=True)
    await asyncio.Queue().get()
started = threading.Event()
asyncio.run(main())
"""
MANY = """\
import asyncio
async def inner():
    await asyncio.sleep(3600)
async def handler():
    await inner()
async def main():
    tasks = [asyncio.create_task(handler()) for _ in range(10_000)]
    await asyncio.sleep(0)
    print("ready", flush=True)
    await asyncio.gather(*tasks)
asyncio.run(main())
"""


def looked_at(asyncdemo: Program, pid: int) -> dict[str, Any]:
    """What --json says of a process."""
    done = asyncdemo("attach", str(pid), "--once", "--json")
    assert (done.stderr, done.status) == ("", 0)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_deadlock_is_seen_with_who_holds_what(asyncdemo: Program, start: Start, python: str) -> None:
    target = start(python, TWO_LOCKS)
    time.sleep(0.1)
    seen = looked_at(asyncdemo, target.pid)
    tasks = {task["name"]: task for task in seen["tasks"]}
    there, back, main = tasks["there"], tasks["back"], tasks["Task-1"]
    assert (there["line"], there["wait"], there["holders"]) == (5, "lock", [back["id"]])
    assert (back["line"], back["wait"], back["holders"]) == (5, "lock", [there["id"]])
    assert sorted(main["awaits"]) == sorted([there["id"], back["id"]])
    assert there["awaited_by"] == [main["id"]]
    assert seen["answered"] and [loop["deadlock"] for loop in seen["loops"]] == [True]


def test_the_table_and_the_tree(asyncdemo: Program, start: Start, python: str) -> None:
    target = start(python, TWO_LOCKS)
    time.sleep(0.1)
    version = asyncdemo("attach", str(target.pid), "--once").stdout.split("CPython ")[1].split()[0]
    table = asyncdemo("attach", str(target.pid), "--once").stdout.replace(str(target.pid), "PID")
    assert table.replace(version, "3.x").splitlines()[1:] == [
        "deadlock: nothing can wake its event loop any more",
        " back   line 5  lock, held by there (line 5); awaited by main (line 9)",
        " there  line 5  lock, held by back (line 5); awaited by main (line 9)",
        " main   line 9  task group (2 left)",
    ]
    tree = asyncdemo("attach", str(target.pid), "--once", "--tree").stdout
    assert tree.splitlines()[2:] == [
        " main     line 9  task group (2 left)",
        "   back   line 5  lock, held by there (line 5)",
        "   there  line 5  lock, held by back (line 5)",
    ]


@pytest.mark.parametrize(
    ("script", "line", "answers"), [(SLEEPING, 6, False), (BACKTRACKING, 4, True), (COMPUTING, 5, True)]
)
def test_a_stuck_program_names_its_line(
    asyncdemo: Program, start: Start, python: str, script: str, line: int, answers: bool
) -> None:
    target = start(python, script)
    seen = looked_at(asyncdemo, target.pid)
    (running,) = [task for task in seen["tasks"] if task["state"] == "running"]
    assert running["line"] in (line, line - 1) and seen["answered"] is answers
    if not answers:
        assert seen["notes"][0].startswith(
            "it did not answer for 2 s: its main thread is in a call that does not return"
        )
        (patient,) = [task for task in seen["tasks"] if task["coroutine"] == "patient"]
        assert (patient["line"], patient["wait"]) == (3, "sleep")


def test_loops_in_other_threads_are_seen(asyncdemo: Program, start: Start, python: str) -> None:
    seen = looked_at(asyncdemo, start(python, THREADS).pid)
    assert sorted((task["coroutine"], task["wait"]) for task in seen["tasks"]) == [
        ("main", "queue.get"),
        ("other", "event"),
    ]
    assert len(seen["loops"]) == 2


def test_trio_is_seen_and_watched(asyncdemo: Program, start: Start) -> None:
    script = """
        import trio
        async def holder(lock):
            async with lock:
                await trio.sleep(1000)
        async def wanter(lock):
            async with lock:
                pass
        async def main():
            lock = trio.Lock()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(holder, lock)
                await trio.sleep(0.05)
                nursery.start_soon(wanter, lock)
                await trio.sleep(0.05)
                print("ready", flush=True)
        trio.run(main)
        """
    target = start(environment("3.14", "trio"), script)
    seen = {task["coroutine"]: task for task in looked_at(asyncdemo, target.pid)["tasks"]}
    assert (seen["wanter"]["line"], seen["wanter"]["wait"]) == (7, "lock")
    assert seen["wanter"]["holders"] == [seen["holder"]["id"]]
    done = asyncdemo("attach", str(target.pid), "--for", "0.3", "--json", "--spans")
    (run,) = json.loads(done.stdout)["runs"]
    waits = {(span["line"], span["wait"]) for span in run["spans"] if span["state"] == "waiting"}
    assert {(5, "sleep 1000"), (7, "lock")} <= waits and run["trace"]["complete"]
    assert "memfd" not in Path(f"/proc/{target.pid}/maps").read_text()


def test_of_a_loop_written_in_c_only_the_moment_is_seen(asyncdemo: Program, start: Start) -> None:
    script = """
        import asyncio, uvloop
        async def waits():
            await asyncio.sleep(1000)
        async def main():
            task = asyncio.create_task(waits())
            print("ready", flush=True)
            while True:
                await asyncio.sleep(0.05)
        uvloop.run(main())
        """
    target = start(environment("3.14", "uvloop"), script)
    seen = {task["coroutine"]: task for task in looked_at(asyncdemo, target.pid)["tasks"]}
    assert (seen["waits"]["line"], seen["waits"]["wait"]) == (4, "sleep")
    done = asyncdemo("attach", str(target.pid), "--for", "0.3")
    assert "is neither asyncio's own nor trio's: start it with asyncdemo run" in done.stderr and done.status == 2


def test_ten_thousand_tasks_are_seen(asyncdemo: Program, start: Start, python: str) -> None:
    target = start(python, MANY)
    seen = looked_at(asyncdemo, target.pid)
    assert len(seen["tasks"]) == 10_001
    assert all(0 <= task["since"] < 60 for task in seen["tasks"] if task["wait"] == "sleep")
    table = asyncdemo("attach", str(target.pid), "--once").stdout
    assert " handler x10000  line 5 -> 3  sleep 3600, for up to " in table


def test_nothing_is_left_in_the_program(asyncdemo: Program, start: Start, python: str) -> None:
    """What it knows of itself is the same after it was looked at as before."""
    target = start(
        python,
        """
        import asyncio, gc, os, signal, sys, threading
        def known():
            gc.collect()
            return (
                sorted(sys.modules), sys.path, sys.meta_path, threading.active_count(), os.listdir("/proc/self/fd"),
                [signal.getsignal(each) for each in range(1, 65)], len(open("/proc/self/maps").read().split("memfd")),
                [each for each in gc.get_objects() if "asyncdemo" in str(getattr(each, "__file__", ""))],
                type(asyncio.get_running_loop()._ready), len(gc.get_objects()) // 500,
            )
        async def main():
            asked = asyncio.Event()
            asyncio.get_running_loop().add_reader(0, asked.set)
            known()
            before = known()
            print("ready", flush=True)
            await asked.wait()
            print(known() == before, [pair for pair in zip(before, known()) if pair[0] != pair[1]], flush=True)
        asyncio.run(main())
        """,
    )
    for _ in range(3):
        looked_at(asyncdemo, target.pid)
    out, err = target.communicate("\n", timeout=30)
    assert (out, err) == ("True []\n", "")


def test_a_process_that_cannot_be_attached_to_is_told_in_words(asyncdemo: Program, start: Start) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as old:
        done = asyncdemo("attach", str(old.pid), "--once")
        old.communicate(b"\n")
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 14):
        said = f"CPython {version}: attaching needs CPython 3.14; start it with asyncdemo run"
        assert (done.stderr, done.status) == (f"asyncdemo: cannot attach to process {old.pid}: {said}\n", 2)
    done = asyncdemo("attach", str(old.pid), "--once")
    said = "there is no such process; asyncdemo ps lists them"
    assert (done.stderr, done.status) == (f"asyncdemo: cannot attach to process {old.pid}: {said}\n", 2)
    with subprocess.Popen(["sleep", "60"]) as other:
        done = asyncdemo("attach", str(other.pid), "--once")
        other.kill()
    assert f"process {other.pid}: it is not Python: it runs /" in done.stderr and done.status == 2


def test_a_process_that_refuses_is_told_in_words(asyncdemo: Program, start: Start, python: str) -> None:
    target = start(python, "print('ready', flush=True); input()", PYTHON_DISABLE_REMOTE_DEBUG="1")
    done = asyncdemo("attach", str(target.pid), "--once")
    said = "PYTHON_DISABLE_REMOTE_DEBUG or -X disable-remote-debug is set in it; start it without"
    assert (done.stderr, done.status) == (f"asyncdemo: cannot attach to process {target.pid}: {said}\n", 2)


def test_ps_lists_what_can_be_attached_to_and_what_cannot(asyncdemo: Program, start: Start, python: str) -> None:
    target = start(python, "print('ready', flush=True); input()", name="mine.py")
    here = {each["pid"]: each for each in json.loads(asyncdemo("ps", "--json").stdout)["processes"]}
    assert here[target.pid]["attachable"] and here[target.pid]["program"].endswith("mine.py")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as old:
        listed = dict(row.split("\t", 1) for row in asyncdemo("ps").stdout.splitlines())
        old.communicate(b"\n")
    program, version = here[target.pid]["program"], here[target.pid]["version"]
    assert listed[str(target.pid)] == f"{program}\tCPython {version}\tcan be attached to"
    if sys.version_info < (3, 14):
        (found,) = [found for pid, found in listed.items() if pid == str(old.pid)]
        assert found.endswith("attaching needs CPython 3.14")


def test_ps_has_one_row_for_each_on_a_terminal_and_says_once_what_to_do() -> None:
    new = Process(23950, "/home/somebody/work/server.py", "", Python((3, 14, 2), "cpython"))
    old = new._replace(pid=7, program="-m pytest", cannot="CPython 3.11.7: attaching needs CPython 3.14")
    seen = StringIO()
    write_processes(Page(seen, {"COLUMNS": "80"}), [new, new._replace(pid=24269), old])
    shown = """\
 23950  ...body/work/server.py  CPython 3.14.2
 24269  ...body/work/server.py  CPython 3.14.2
look into one: asyncdemo attach PID --once; watch it: asyncdemo attach PID
these cannot be attached to:
 7  -m pytest  CPython 3.11.7: attaching needs CPython 3.14
"""
    assert seen.getvalue() == shown
    seen = StringIO()
    write_processes(Page(seen, {"COLUMNS": "80"}), [old._replace(pid=4194303, program="/home/somebody/work/server.py")])
    assert len(seen.getvalue().splitlines()) == 2


def test_a_process_whose_executable_cannot_be_read_is_not_said_to_run_nothing(asyncdemo: Program) -> None:
    try:
        Path("/proc/1/exe").readlink()
    except PermissionError:
        said = "its executable cannot be read; asyncdemo ps lists the processes of Python"
        if Path("/proc/1").stat().st_uid == os.geteuid():
            assert asyncdemo("attach", "1", "--once").stderr == f"asyncdemo: cannot attach to process 1: {said}\n"
            return
    pytest.skip("that of process 1 can be read here, or it is somebody else's")
