"""Attached to and left many times, killed in the middle: the program goes on as if nothing had been."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from asyncdemo.findings import THRESHOLDS
from asyncdemo.model.recording import Run
from asyncdemo.runner.attachable import process
from asyncdemo.runner.attached_run import watch
from tests.attaching.conftest import Start
from tests.attaching.test_watch import SERVER, Client, is_watched, served
from tests.conftest import REPOSITORY, Result, clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.process]

Program = Callable[..., Result]

# Threads put callbacks into the loop all the time, and wait for each; one that was lost would be missed.
THREADS = """\
import asyncio, sys, threading, time
def hammer(loop):
    while not over.is_set():
        done = threading.Event()
        loop.call_soon_threadsafe(done.set)
        if not done.wait(60):
            lost.append(1)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(60)
        rounds.append(1)
async def main():
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    threads = [threading.Thread(target=hammer, args=[loop]) for _ in range(4)]
    for each in threads:
        each.start()
    loop.add_reader(0, asked.set)
    print("ready", flush=True)
    await asked.wait()
    over.set()
    await asyncio.gather(*(asyncio.to_thread(each.join) for each in threads))
    print(len(rounds) > 100, lost, type(loop._ready) is __import__("collections").deque)
over, lost, rounds = threading.Event(), [], []
sys.setswitchinterval(1e-5)
asyncio.run(main())
"""


def test_no_callback_of_another_thread_is_lost(start: Start, python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYNCDEMO_DEBUG", "1")  # the notes say why something was given up
    target = start(python, THREADS)
    for _ in range(8):
        run = watch(process(target.pid), 0.05, THRESHOLDS)
        assert isinstance(run, Run) and run.timeline is not None
        until = time.monotonic() + 60
        while is_watched(target.pid) and time.monotonic() < until:
            time.sleep(0.1)  # on a busy machine it has not come to that within the time for which the tool waits
        assert run.timeline.complete and not [note for note in run.notes if "gave up" in note]
    assert target.communicate("x", timeout=120) == ("True [] True\n", "")


@pytest.mark.observation
def test_a_server_with_many_connections_is_the_same_afterwards(start: Start, python: str) -> None:
    target, port = served(start, python, SERVER.replace("time.sleep(0.05)", "pass"))
    clients = [Client(port) for _ in range(200)]
    first = [clients[0].ask("state") for _ in range(2)][1]
    for number in range(100):
        asked = number * 1000
        run = watch(process(target.pid), 0.02, THRESHOLDS)
        assert isinstance(run, Run)
        assert [client.ask(asked + at) for at, client in enumerate(clients)] == [
            str(2 * (asked + at)) for at in range(200)
        ]
    assert clients[0].ask("state") == first


@pytest.mark.observation
def test_either_goes_on_when_the_other_is_killed(start: Start, python: str) -> None:
    environment = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    moments = random.Random(5)  # the same ones each time
    target, port = served(start, python)
    client = Client(port)
    before = [client.ask("state") for _ in range(2)][1]

    def tool(pid: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "asyncdemo", "attach", str(pid), "--for", "0.3", "--json"]
        return subprocess.Popen(command, stdout=-1, stderr=-1, env=environment, cwd="/")

    for number in range(50):
        with tool(target.pid) as killed:
            time.sleep(moments.uniform(0.2, 1.5))
            killed.kill()
        assert client.ask(number) == str(2 * number)
    until = time.monotonic() + 30
    while (state := client.ask("state")) != before and time.monotonic() < until:
        time.sleep(0.5)
    assert state == before
    for _ in range(50):
        other, _ = served(start, python)
        with tool(other.pid) as left:
            time.sleep(moments.uniform(0.2, 1.5))
            other.kill()
            out, err = left.communicate(timeout=60)
        assert left.returncode in (0, 2) and (left.returncode == 0 or b"process" in err)
        assert left.returncode == 2 or json.loads(out)["runs"]
