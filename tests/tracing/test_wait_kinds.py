"""For what tasks wait, kind by kind, in real programs: one program for each library, in which each task waits for another
thing until it is stopped.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result
from tests.processes import needs_interpreter

pytestmark = [pytest.mark.process, pytest.mark.slow]

ASYNCIO = """\
import asyncio, socket, sys, time

async def sleep():
    await asyncio.sleep(20)

async def lock():
    async with locked:
        pass

async def semaphore():
    async with full:
        pass

async def event():
    await asyncio.Event().wait()

async def condition():
    condition = asyncio.Condition()
    async with condition:
        await condition.wait()

async def condition_for():
    condition = asyncio.Condition()
    async with condition:
        await condition.wait_for(lambda: False)

async def get():
    await asyncio.Queue().get()

async def put():
    queue = asyncio.Queue(2)
    for n in range(3):
        await queue.put(n)

async def join():
    queue = asyncio.Queue()
    queue.put_nowait(1)
    await queue.join()

async def gather():
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(20), asyncio.sleep(20))

async def another():
    await tasks["sleep"]

async def wait():
    await asyncio.wait([tasks["sleep"], tasks["lock"]])

async def wait_for():
    await asyncio.wait_for(asyncio.Event().wait(), 20)

async def as_completed():
    for each in asyncio.as_completed([tasks["sleep"]]):
        await each

async def shield():
    await asyncio.shield(tasks["sleep"])

async def future():
    await asyncio.get_running_loop().create_future()

async def thread():
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 2)

async def process():
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(20)")
    await child.wait()

async def read():
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import time; time.sleep(20)", stdout=asyncio.subprocess.PIPE
    )
    await child.stdout.readline()

async def sock():
    left, right = socket.socketpair()
    left.setblocking(False)
    ends.append(right)
    await asyncio.get_running_loop().sock_recv(left, 10)

async def server():
    one = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    async with one:
        await one.serve_forever()

async def stream():
    one = await asyncio.start_server(lambda reader, writer: ends.append(writer), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*one.sockets[0].getsockname())
    ends.extend([one, writer])
    await reader.read(10)

async def to_thread():
    await asyncio.to_thread(time.sleep, 2)

async def group():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(20))

async def barrier():
    await asyncio.Barrier(3).wait()

async def generator():
    async def items():
        yield 1
        await asyncio.Event().wait()
    async for item in items():
        pass

async def main():
    global locked, full
    locked, full = asyncio.Lock(), asyncio.Semaphore(1)
    await locked.acquire()
    await full.acquire()
    kinds = [sleep, lock, semaphore, event, condition, condition_for, get, put, join, gather, another, wait, wait_for]
    kinds += [as_completed, shield, future, thread, process, read, sock, server, stream, to_thread, generator]
    if sys.version_info >= (3, 11):
        kinds += [group, barrier]
    for kind in kinds:
        tasks[kind.__name__] = asyncio.ensure_future(kind())
    await asyncio.sleep(30)

tasks, ends = {}, []
asyncio.run(main())
"""

OF_ASYNCIO = {
    "sleep": "sleep 20",
    "lock": "lock",
    "semaphore": "semaphore (0 free)",
    "event": "event",
    "condition": "condition",
    "condition_for": "condition",
    "get": "queue.get (empty)",
    "put": "queue.put (full, 2)",
    "join": "queue.join (1 unfinished)",
    "gather": "gather (2 of 3 left)",
    "another": "sleep",
    "wait": "asyncio.wait (2 left)",
    "wait_for": "event",
    "as_completed": "as_completed",
    "shield": "shield",
    "future": "a future that nobody has set",
    "thread": "thread",
    "process": "process",
    "read": "stream.read",
    "sock": "socket",
    "server": "connections",
    "stream": "stream.read",
    "to_thread": "thread",
    "generator": "event",
    "group": "task group (1 left)",
    "barrier": "barrier (1 of 3 there)",
    "main": "sleep 30",
}


NOT_BEFORE = {"3.9": ("group", "barrier"), "3.11": ()}


def waits_of(done: Result) -> dict[str, str]:
    """For what each task waited when the run was stopped, by its coroutine, as it stands beside the code."""
    (run,) = json.loads(done.stdout)["runs"]
    return dict(_waits(run))


def _waits(run: dict[str, Any]) -> Any:
    from asyncdemo.model.spans import wait_words

    tasks = {task["id"]: task for task in run["tasks"]}
    for loop in run["standstill"]["loops"]:
        for task in loop["tasks"]:
            lane = tasks[task["id"]]
            if any(place["own"] for place in task["places"]):
                other = tasks.get(task["awaits"][0], {}).get("coroutine") if len(task["awaits"]) == 1 else None
                yield lane["coroutine"].rpartition(".")[2], wait_words(task["wait"], task["value"], other)


def stopped(asyncdemo: Any, folder: Path, python: str, source: str) -> Result:
    (folder / "kinds.py").write_text(source)
    done = asyncdemo("run", "kinds.py", "--timeout", "1.5", "--json", "--python", python, cwd=folder)
    assert isinstance(done, Result)
    return done


@pytest.mark.parametrize("version", ["3.9", "3.11", "3.13", "3.14", "3.15"])
def test_kinds_of_asyncio(asyncdemo: Any, tmp_path: Path, version: str) -> None:
    done = stopped(asyncdemo, tmp_path, needs_interpreter(version), ASYNCIO)
    found = waits_of(done)
    wanted = {kind: words for kind, words in OF_ASYNCIO.items() if kind not in NOT_BEFORE.get(version, ())}
    if version in NOT_BEFORE:
        wanted["wait_for"] = "wait_for"  # which wraps what it waits for into a task
    assert {kind: found.get(kind) for kind in wanted} == wanted
    assert json.loads(done.stdout)["runs"][0]["findings"] == []


TRIO = """\
import time, trio

async def sleep():
    await trio.sleep(20)

async def forever():
    await trio.sleep_forever()

async def lock(held):
    async with held:
        pass

async def semaphore():
    async with trio.Semaphore(0):
        pass

async def event():
    await trio.Event().wait()

async def condition():
    condition = trio.Condition()
    async with condition:
        await condition.wait()

async def receive(channel):
    await channel.receive()

async def send():
    send, receive = trio.open_memory_channel(0)
    ends.append(receive)
    await send.send(1)

async def nursery():
    async with trio.open_nursery() as inner:
        inner.start_soon(trio.sleep, 20)

async def thread():
    await trio.to_thread.run_sync(time.sleep, 2)

async def accept():
    await trio.serve_tcp(print, 0, host="127.0.0.1")

async def limiter():
    limiter = trio.CapacityLimiter(1)
    await limiter.acquire_on_behalf_of("somebody")
    async with limiter:
        pass

async def main():
    held = trio.Lock()
    await held.acquire()
    sender, receiver = trio.open_memory_channel(0)
    ends.append(sender)
    async with trio.open_nursery() as nursery_:
        for kind in (sleep, forever, semaphore, event, condition, send, nursery, thread, accept, limiter):
            nursery_.start_soon(kind)
        nursery_.start_soon(lock, held)
        nursery_.start_soon(receive, receiver)

ends = []
trio.run(main)
"""

OF_TRIO = {
    "sleep": "sleep 20",
    "forever": "sleep forever",
    "lock": "lock",
    "semaphore": "semaphore (0 free)",
    "event": "event",
    "condition": "condition",
    "receive": "receive (1 sender)",
    "send": "send (1 receiver)",
    "nursery": "nursery (1 left)",
    "thread": "thread",
    "limiter": "semaphore",
}


def test_kinds_of_trio(asyncdemo: Any, tmp_path: Path) -> None:
    pytest.importorskip("trio")
    done = stopped(asyncdemo, tmp_path, sys.executable, TRIO)
    found = waits_of(done)
    assert {kind: (found.get(kind) or "").split(" (")[0] for kind in OF_TRIO} == {
        kind: words.split(" (")[0] for kind, words in OF_TRIO.items()
    }
    assert {kind: found[kind] for kind in ("receive", "send", "nursery", "sleep")} == {
        kind: OF_TRIO[kind] for kind in ("receive", "send", "nursery", "sleep")
    }
    # main holds the lock for which a task of its own nursery waits: that cannot go on, whatever the others do.
    assert [each["rule"] for each in json.loads(done.stdout)["runs"][0]["findings"]] == ["stuck"]


ANYIO = """\
import sys, time, anyio

async def sleep():
    await anyio.sleep(20)

async def lock():
    async with held:
        pass

async def event():
    await anyio.Event().wait()

async def condition():
    condition = anyio.Condition()
    async with condition:
        await condition.wait()

async def receive():
    async for item in receiver:
        pass

async def send():
    send, receive = anyio.create_memory_object_stream(0)
    ends.append(receive)
    await send.send(1)

async def group():
    async with anyio.create_task_group() as inner:
        inner.start_soon(anyio.sleep, 20)

async def thread():
    await anyio.to_thread.run_sync(time.sleep, 2)

async def main():
    global held, receiver
    held = anyio.Lock()
    await held.acquire()
    sender, receiver = anyio.create_memory_object_stream(0)
    ends.append(sender)
    async with anyio.create_task_group() as outer:
        for kind in (sleep, lock, event, condition, receive, send, group, thread):
            outer.start_soon(kind)

ends = []
anyio.run(main, backend=sys.argv[1])
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_kinds_of_anyio(asyncdemo: Any, tmp_path: Path, backend: str) -> None:
    pytest.importorskip("trio")
    (tmp_path / "kinds.py").write_text(ANYIO)
    options = "--timeout", "1.5", "--json", "--python", sys.executable, "--", backend
    found = waits_of(asyncdemo("run", "kinds.py", *options, cwd=tmp_path))
    assert {kind: found.get(kind) for kind in ("sleep", "lock", "event", "condition", "receive", "send", "thread")} == {
        "sleep": "sleep 20",
        "lock": "lock",
        "event": "event",
        "condition": "condition",
        "receive": "receive (1 sender)",
        "send": "send (1 receiver)",
        "thread": "thread",
    }
    assert found["group"] == {"asyncio": "task group (1 left)", "trio": "nursery (1 left)"}[backend]
