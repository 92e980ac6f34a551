"""Attaching wakes up event loops of Python alone: what waits by a poll of its own is left alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attaching.conftest import Start
from tests.conftest import Result
from tests.environments import environment

pytestmark = [pytest.mark.slow, pytest.mark.process]

Program = Callable[..., Result]

# What C libraries have, too: a poll in a thread, whose events name what they are registered for.
POLLS = """\
import asyncio, os, select, selectors, threading
def by_epoll():
    poll = select.epoll()
    poll.register(ends[0], select.EPOLLIN)
    while True:
        got.extend(poll.poll())
def by_selector():
    with selectors.DefaultSelector() as selector:
        selector.register(ends[0], selectors.EVENT_READ)
        while True:
            got.append(selector.select())
async def main():
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, asked.set)
    print("ready", flush=True)
    await asked.wait()
    print(got)
got, ends = [], os.pipe()
threading.Thread(target=by_epoll, daemon=True).start()
threading.Thread(target=by_selector, daemon=True).start()
idle = select.epoll()
asyncio.run(main())
"""
ZMQ = """\
import asyncio, zmq, zmq.asyncio
async def serve(socket):
    while True:
        await socket.send(await socket.recv())
async def main():
    context = zmq.asyncio.Context()
    answering, asking = context.socket(zmq.REP), context.socket(zmq.REQ)
    asking.connect(f"tcp://127.0.0.1:{answering.bind_to_random_port('tcp://127.0.0.1')}")
    server, asked = asyncio.create_task(serve(answering)), asyncio.Event()
    asyncio.get_running_loop().add_reader(0, asked.set)
    print("ready", flush=True)
    await asked.wait()
    await asking.send(b"still here")
    print(await asking.recv())
    server.cancel()
    context.destroy(0)
asyncio.run(main())
"""
GRPC = """\
import asyncio, grpc
from concurrent.futures import ThreadPoolExecutor
async def main():
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, asked.set)
    print("ready", flush=True)
    await asked.wait()
    print("still here")
server = grpc.server(ThreadPoolExecutor(2))
server.add_insecure_port("127.0.0.1:0")
server.start()
asyncio.run(main())
server.stop(None)
"""


def attach_twice(asyncdemo: Program, pid: int) -> None:
    """Look at it once and watch it: its idle loop answers both."""
    looked = asyncdemo("attach", str(pid), "--once", "--json")
    assert (looked.stderr, looked.status) == ("", 0) and json.loads(looked.stdout)["answered"]
    watched = asyncdemo("attach", str(pid), "--for", "0.3", "--json")
    assert (watched.stderr, watched.status) == ("", 0) and json.loads(watched.stdout)["runs"]


@pytest.mark.parametrize("by", ["its own folder", "a symlinked folder"])
def test_a_poll_that_is_not_of_a_loop_gets_no_event(
    asyncdemo: Program, start: Start, python: str, tmp_path: Path, by: str
) -> None:
    if by == "a symlinked folder":
        executable = Path(python).resolve()
        (tmp_path / "python").symlink_to(executable.parent.parent)
        python = str(tmp_path / "python" / "bin" / executable.name)
    target = start(python, POLLS)
    attach_twice(asyncdemo, target.pid)
    assert (*target.communicate("\n", timeout=30), target.returncode) == ("[]\n", "", 0)


@pytest.mark.parametrize(("package", "script"), [("pyzmq", ZMQ), ("grpcio", GRPC)])
def test_a_program_with_a_library_that_polls_goes_on(
    asyncdemo: Program, start: Start, package: str, script: str
) -> None:
    target = start(environment("3.14", package), script)
    attach_twice(asyncdemo, target.pid)
    out, err = target.communicate("\n", timeout=30)
    assert ("still here" in out, err, target.returncode) == (True, "", 0)
