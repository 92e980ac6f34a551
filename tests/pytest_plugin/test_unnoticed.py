"""What `pytest --asyncdemo` must not change: outcomes, captured output, and what a test sees of its process."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, clean_environment
from tests.processes import running
from tests.pytest_plugin.conftest import LOADED, PytestRun

pytestmark = pytest.mark.process
Suite = Callable[..., PytestRun]

_MANY = """\
import asyncio
import logging
import sys
import pytest

pytestmark = pytest.mark.asyncio

async def work(n):
    queue = asyncio.Queue(2)
    async def produce():
        for i in range(10):
            await queue.put(i)
    async def consume():
        return [await queue.get() for _ in range(10)]
    return (await asyncio.gather(produce(), consume()))[1]

async def nothing():
    pass

@pytest.mark.parametrize("n", range(200))
async def test_many(n):
    print("out", n)
    print("err", n, file=sys.stderr)
    logging.getLogger("asyncio").error("logged %d", n)
    assert await work(n) == list(range(10))
    if n % 10 == 3:
        nothing()
    if n % 10 == 4:
        pytest.skip("skipped")
    if n % 10 == 5:
        pytest.xfail("expected")
    assert n % 10 != 6
    if n % 10 == 7:
        raise asyncio.CancelledError
    if n % 10 == 8:
        await asyncio.wait_for(asyncio.Event().wait(), 0.001)
"""


def test_outcomes_and_output_of_200_tests_are_the_same(suite: Suite) -> None:
    plain, watched = suite(_MANY, "-rA"), suite(_MANY, "-rA", "--asyncdemo")
    assert "60 failed" in plain.report and "100 passed" in plain.report
    assert watched.section and not plain.section
    assert watched.status == plain.status
    assert watched.rest == plain.rest


_PROCESS = """\
import _thread
import asyncio
import os
import sys
import threading
import warnings
import pytest

def test_there_is_no_child_and_no_thread():
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert threading.active_count() == 1
    assert _thread._count() == 0

def test_a_fork_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pid = os.fork()
    if not pid:
        asyncio.run(asyncio.sleep(0))
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0

def test_no_module_of_the_probe_is_there():
    assert not [name for name in sys.modules if name.startswith("_asyncdemo")]
    assert not [path for path in sys.path if "asyncdemo/probe" in path]

@pytest.mark.asyncio
async def test_a_child_has_the_environment_that_it_would_have():
    code = "import sys, os; print([n for n in sys.modules if 'asyncdemo' in n], sorted(os.environ))"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    said, _ = await child.communicate()
    assert said.decode().startswith("[] ")
    assert "ASYNCDEMO_MEMORY" not in said.decode()
"""


def test_a_test_sees_its_process_as_it_would_be(suite: Suite) -> None:
    tested = suite(_PROCESS, "--asyncdemo")
    assert tested.status == 0, tested.report


def test_without_the_options_nothing_of_ours_is_loaded(suite: Suite) -> None:
    text = "import sys\ndef test_it():\n    print(sorted(n for n in sys.modules if n.startswith('asyncdemo')))\n"
    loaded = suite(text, "-rP").report
    assert "['asyncdemo', 'asyncdemo.pytest_plugin', 'asyncdemo.pytest_plugin.hooks']" in loaded


def test_asyncio_is_not_loaded_for_tests_that_do_not_use_it(suite: Suite) -> None:
    text = "import sys\ndef test_it():\n    assert not {'asyncio', 'trio', 'typer', 'anyio'} & set(sys.modules)\n"
    plugins = ["-p", "no:asyncio", "-p", "no:anyio", "-p", "no:_hypothesis_pytestplugin", "-p", "no:hypothesispytest"]
    assert suite(text, *plugins).status == 0
    tested = suite(text, *plugins, "--asyncdemo")
    assert tested.status == 0, tested.report
    assert "no findings in 1 tests, 0 of which ran an event loop" in tested.section


_CLOCK = """\
import time

def test_replaces_a_clock(request):
    request.session.clock = time.process_time_ns
    time.process_time_ns = None

def test_goes_on():
    pass

def test_puts_it_back(request):
    time.process_time_ns = request.session.clock

def test_is_watched():
    pass
"""


def test_what_fails_of_ours_breaks_no_test(suite: Suite) -> None:
    tested = suite(_CLOCK, "--asyncdemo", env={"ASYNCDEMO_DEBUG": ""})
    assert tested.status == 0, tested.report
    assert "4 passed" in tested.report
    told = "could not be judged: TypeError: 'NoneType' object is not callable"
    for name in ("test_goes_on", "test_puts_it_back"):
        assert tested.section.count(f"test_it.py::{name} {told}\n") == 1, tested.report
    assert "test_is_watched" not in tested.section


def test_ctrl_c_tells_where_a_test_hung_and_leaves_no_process(tmp_path: Path, plugin_folder: Path) -> None:
    text = "import asyncio, pytest\n@pytest.mark.asyncio\nasync def test_it():\n    print('begun', flush=True)\n"
    (tmp_path / "test_hanging.py").write_text(text + "    await asyncio.Event().wait()\n")
    pytest_run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *LOADED, "--asyncdemo", "test_hanging.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{plugin_folder}"}),
    )
    try:
        assert pytest_run.stdout is not None
        while "begun" not in (line := pytest_run.stdout.readline()):
            assert line, "it ended before the test had begun"
        assert running(f"/proc/{pytest_run.pid}/fd/")
        with pytest.raises(subprocess.TimeoutExpired):
            pytest_run.wait(3)  # on a busy machine it takes a while until it is asked where it stands
        pytest_run.send_signal(signal.SIGINT)
        said, _ = pytest_run.communicate(timeout=30)
    finally:
        pytest_run.kill()  # a test that fails must not leave it hanging
    assert pytest_run.returncode == 2, said
    assert "stuck  test_hanging.py:5 in test_it" in said or "deadlock  test_hanging.py:5 in test_it" in said, said
    assert not running(f"/proc/{pytest_run.pid}/fd/", patience=5)
