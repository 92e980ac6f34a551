"""What the plugin adds to the time of pytest: `make bench`.

Each figure is the time of pytest with it over that without.
"""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.ratios import Figure, clean_environment, head, show
from tests.environments import PLUGINS, install_plugins

SUITE = """\
import asyncio
import pytest

pytestmark = pytest.mark.asyncio


async def produce(queue):
    for number in range(20):
        await queue.put(number)
        await asyncio.sleep(0)


async def consume(queue):
    return [await queue.get() for _ in range(20)]


@pytest.mark.parametrize("number", range(200))
async def test_exchange(number):
    queue = asyncio.Queue()
    assert (await asyncio.gather(produce(queue), consume(queue)))[1] == list(range(20))
    await asyncio.sleep(0.005)
"""


def figures(folder: Path) -> list[Figure]:
    """The figures; `folder` is for what they run."""
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "test_empty.py").write_text("")
    suite, empty = (
        partial(_seconds, folder, "test_suite.py"),
        partial(_seconds, folder, "test_empty.py", "--collect-only"),
    )
    return [
        Figure("200 async tests with --asyncdemo", partial(suite, "--asyncdemo"), suite, 1.5, 8),
        Figure("an empty suite, the option not given", empty, partial(empty, "-p", "no:asyncdemo"), 1.05, 15),
    ]


def _seconds(folder: Path, *arguments: str) -> float:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    start = time.perf_counter()
    environment = clean_environment() | {"PYTHONPATH": str(PLUGINS)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 5), done.stdout  # 5: there are no tests
    return time.perf_counter() - start


if __name__ == "__main__":
    if why_not := install_plugins():
        sys.exit(why_not)
    head("asyncdemo in pytest")
    with TemporaryDirectory() as name:
        for figure in figures(Path(name)):
            show(figure)
