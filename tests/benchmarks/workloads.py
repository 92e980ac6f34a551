"""Scripts whose time is measured from inside: each tells how long (seconds) it took, without its imports.

They do nothing but compute, so it is their processor time that counts: what else the machine does is not in it.
"""

import subprocess
from typing import NamedTuple

from tests.benchmarks.ratios import clean_environment

_TOOK = "took "

_ASYNCIO = """\
import asyncio
import time

TASKS = {tasks}
STEPS = {steps}
WORK = {work}


async def work():
    for _ in range(STEPS):
        for _ in range(WORK):
            pass
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(*(work() for _ in range(TASKS)))


start = time.process_time()
asyncio.run(main())
print("took", time.process_time() - start, time.monotonic())
"""

_SHORT = """\
async def work():
    pass


async def main():
    for _ in range({rounds}):
        await asyncio.gather(*(work() for _ in range(100)))
"""

_QUEUES = """\
async def work(queue):
    for number in range({items}):
        await queue.put(number)


async def take(queue):
    for _ in range({items}):
        await queue.get()


async def main():
    queues = [asyncio.Queue(10) for _ in range(20)]
    await asyncio.gather(*(each(queue) for queue in queues for each in (work, take)))
"""

_STREAMS = """\
async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def work(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range({lines}):
        writer.write(b"a line\\n")
        await reader.readline()
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(*(work(port) for _ in range(10)))
"""

_HTTP = """\
async def answer(reader, writer):
    method, path, version = (await reader.readline()).split()
    headers = {{}}
    while (line := await reader.readline()) != b"\\r\\n":
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    await writer.drain()
    writer.close()


async def work(port):
    for _ in range({requests}):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\nAccept: */*\\r\\n\\r\\n")
        await reader.read()
        writer.close()


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(*(work(port) for _ in range(10)))
"""

_TIMED = """\
import asyncio
import time

{functions}

start = time.process_time()
asyncio.run(main())
print("took", time.process_time() - start, time.monotonic())
"""

_TRIO = """\
import time

import trio

TASKS = {tasks}
STEPS = {steps}


async def work():
    for _ in range(STEPS):
        await trio.lowlevel.checkpoint()


async def main():
    async with trio.open_nursery() as nursery:
        for _ in range(TASKS):
            nursery.start_soon(work)


start = time.process_time()
trio.run(main)
print("took", time.process_time() - start, time.monotonic())
"""


class Workload(NamedTuple):
    """A script, and how many steps its tasks make; each task is named in it by its function `work` or `main`.

    Of some nobody knows the number before: they make `steps` of them or more.
    """

    source: str
    steps: int
    exactly: bool = True


def asyncio_steps(tasks: int, steps: int, work: int = 0) -> Workload:
    """Tasks that only give way; before each time they go `work` times around an empty loop."""
    # A task makes one step more than it gives way; main makes two, and two more tasks close the loop in one step each.
    return Workload(_ASYNCIO.format(tasks=tasks, steps=steps, work=work), tasks * (steps + 1) + 4)


def _timed(functions: str, steps: int) -> Workload:
    return Workload(_TIMED.format(functions=functions), steps, exactly=False)


def short_tasks(rounds: int) -> Workload:
    """100 tasks in each round, which end at their first step."""
    return _timed(_SHORT.format(rounds=rounds), 100 * rounds)


def queues(items: int) -> Workload:
    """Twenty queues, each with one task that puts so many items in and one that takes them out."""
    return _timed(_QUEUES.format(items=items), 2 * items)


def streams(lines: int) -> Workload:
    """Ten connections, through each of which so many lines go to a server and back."""
    return _timed(_STREAMS.format(lines=lines), 20 * lines)


def http(requests: int) -> Workload:
    """Ten clients, each of which makes so many connections, for one request, to a server that reads its headers."""
    return _timed(_HTTP.format(requests=requests), 20 * requests)


def uvloop_steps(tasks: int, steps: int) -> Workload:
    """The same as asyncio's, on uvloop."""
    plainly = asyncio_steps(tasks, steps)
    source = plainly.source.replace("import asyncio\n", "import asyncio\n\nimport uvloop\n", 1)
    return plainly._replace(source=source.replace("asyncio.run(main())", "uvloop.run(main())"))


def trio_steps(tasks: int, steps: int) -> Workload:
    """The same for trio, which needs no tasks to close its loop."""
    return Workload(_TRIO.format(tasks=tasks, steps=steps), tasks * (steps + 1) + 2)


def took(output: str) -> float:
    """The seconds that a script took, from what it printed."""
    return float(_told(output)[0])


def ended(output: str) -> float:
    """When a script ended, on the monotonic clock that all processes share (seconds)."""
    return float(_told(output)[1])


def _told(output: str) -> list[str]:
    return next(line for line in output.splitlines() if _TOOK in line).partition(_TOOK)[2].split()


def plain(*command: str) -> float:
    """Run a script as it is, and give the seconds that it took."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=clean_environment())
    return took(done.stdout)
