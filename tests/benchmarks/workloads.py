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
    """A script, and how many steps its tasks make; each task is named in it by its function `work` or `main`."""

    source: str
    steps: int


def asyncio_steps(tasks: int, steps: int, work: int = 0) -> Workload:
    """Tasks that only give way; before each time they go `work` times around an empty loop."""
    # A task makes one step more than it gives way; main makes two, and two more tasks close the loop in one step each.
    return Workload(_ASYNCIO.format(tasks=tasks, steps=steps, work=work), tasks * (steps + 1) + 4)


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
