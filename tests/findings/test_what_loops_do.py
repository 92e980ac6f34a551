"""Whether an event loop was idle, busy or blocked, and by whom: what is said of small programs on old and new Pythons."""

from pathlib import Path
from typing import Any

import pytest

from tests.findings.test_on_each_python import each_python, observed

pytestmark = [pytest.mark.slow, pytest.mark.process]

POLLS = """
    import asyncio

    ready = False

    async def waiter():
        while not ready:
            await asyncio.sleep(0)

    async def download():
        global ready
        for n in range(5):
            await asyncio.sleep(0.1)
        ready = True

    async def main():
        await asyncio.gather(waiter(), download())

    asyncio.run(main())
"""
RECEIVES = """
    import asyncio
    import time

    class Chat(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            time.sleep(0.2)
            self.transport.write(data.upper())

    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        await reader.readexactly(5)
        writer.close()

    async def tick():
        for _ in range(8):
            await asyncio.sleep(0.05)

    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Chat, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(tick(), client(port), client(port))
        server.close()

    asyncio.run(main())
"""
SLEEPS = """
    import asyncio

    async def main():
        await asyncio.gather(asyncio.sleep(0.3), asyncio.sleep(0.2))

    asyncio.run(main())
"""


def loop_of(run: dict[str, Any]) -> dict[str, float]:
    """The only loop; its figures as parts of the time for which it ran, `longest_blocked` in seconds."""
    (loop,) = run["loops"]
    parts = {name: loop[name] / loop["ran"] for name in ("idle", "blocked", "unknown")}
    return {**parts, "longest_blocked": loop["longest_blocked"]}


@each_python
def test_a_loop_that_is_polled_is_not_idle(tmp_path: Path, version: str) -> None:
    loop = loop_of(observed(tmp_path, version, POLLS))
    assert loop["idle"] < 0.05
    assert loop["blocked"] < 0.05


@each_python
def test_a_loop_that_a_callback_blocks_is_not_idle(tmp_path: Path, version: str) -> None:
    loop = loop_of(observed(tmp_path, version, RECEIVES))
    assert 0.3 < loop["blocked"] < 0.8  # of about 0.8 s
    assert loop["longest_blocked"] >= 0.2
    assert 0 < loop["idle"] < 0.7


@each_python
def test_a_loop_in_which_all_wait_is_idle(tmp_path: Path, version: str) -> None:
    loop = loop_of(observed(tmp_path, version, SLEEPS))
    assert loop["idle"] > 0.8
    assert loop["blocked"] == 0


def findings(run: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["rule"], each["line"]) for each in run["findings"]]


@each_python
def test_a_task_that_asks_again_and_again_is_told(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, POLLS)
    assert findings(run) == [("spinning", 8)]


FAIR = """
    import asyncio

    async def job():
        for _ in range(100):
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(*(job() for _ in range(1000)))

    asyncio.run(main())
"""


@each_python
def test_tasks_that_are_fair_to_one_another_are_not(tmp_path: Path, version: str) -> None:
    assert findings(observed(tmp_path, version, FAIR)) == []


RUDE = """
    import asyncio
    import os
    import signal
    import time

    def rude(*_):
        time.sleep(0.3)

    async def tick():
        for _ in range(12):
            await asyncio.sleep(0.05)

    async def main():
        loop = asyncio.get_running_loop()
        ticks = asyncio.create_task(tick())
        await asyncio.sleep(0.06)
        {start}
        await ticks

    asyncio.run(main())
"""


@each_python
@pytest.mark.parametrize(
    "start",
    [
        "loop.call_later(0.01, rude)",
        "loop.call_soon(rude)",
        "asyncio.create_task(asyncio.sleep(0.01)).add_done_callback(rude)",
        "loop.add_signal_handler(signal.SIGUSR1, rude); os.kill(os.getpid(), signal.SIGUSR1)",
    ],
    ids=["call_later", "call_soon", "done-callback", "signal"],
)
def test_a_callback_that_blocks_is_told_at_its_line(tmp_path: Path, version: str, start: str) -> None:
    run = observed(tmp_path, version, RUDE.format(start=start))
    (finding,) = run["findings"]
    assert (finding["rule"], finding["line"], finding["severity"]) == ("blocking-call", 8, "warning")
    assert "tick was" in finding["message"]
    assert finding["advice"] == (
        "a callback cannot wait: start a task in it, by asyncio.create_task, and there use asyncio.sleep(0.3)"
    )
    (lane,) = (task for task in run["tasks"] if task["kind"] == "callbacks")
    assert (lane["name"], finding["tasks"]) == ("rude", [lane["id"]])


@each_python
def test_a_protocol_that_blocks_is_told_at_its_line(tmp_path: Path, version: str) -> None:
    (finding,) = observed(tmp_path, version, RECEIVES)["findings"]
    assert (finding["rule"], finding["line"], finding["times"]) == ("blocking-call", 10, 2)


COMPUTES = """
    import asyncio
    import time

    def compute():
        end = time.process_time() + 0.4
        while time.process_time() < end:
            pass

    async def tick():
        for _ in range(12):
            await asyncio.sleep(0.05)

    async def main():
        asyncio.get_running_loop().call_later(0.06, compute)
        await tick()

    asyncio.run(main())
"""


@each_python
def test_a_callback_that_computes_is_told_at_its_line(tmp_path: Path, version: str) -> None:
    (finding,) = observed(tmp_path, version, COMPUTES)["findings"]
    assert finding["rule"] == "cpu-bound-step"
    assert finding["line"] in (6, 7, 8)
    assert "await" not in finding["advice"]


POLITE = """
    import asyncio

    async def main():
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        loop.call_later(0.05, loop.call_soon, done.set_result, None)
        await done

    asyncio.run(main())
"""


@each_python
def test_callbacks_that_take_no_time_have_no_lane(tmp_path: Path, version: str) -> None:
    run = observed(tmp_path, version, POLITE)
    assert {task["kind"] for task in run["tasks"]} == {"asyncio"}
    assert run["findings"] == []
