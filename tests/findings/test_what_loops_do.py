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
