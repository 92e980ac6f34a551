"""What `pytest --asyncdemo` finds, and in which tests it says so."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Result, clean_environment
from tests.environments import environment
from tests.pytest_plugin.conftest import LOADED, PytestRun

pytestmark = pytest.mark.process
Suite = Callable[..., PytestRun]

_FAULTS = """\
import asyncio
import time
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio
kept = []

async def helper():
    pass

async def poll():
    await asyncio.sleep(30)

async def fails():
    raise ValueError("lost")

@pytest_asyncio.fixture
async def client():
    time.sleep(0.1)

async def test_fixture(client):
    pass

async def test_forgets():
    helper()

async def test_leaves():
    kept.append(asyncio.create_task(poll()))
    await asyncio.sleep(0.01)

async def test_loses():
    task = asyncio.create_task(fails())
    await asyncio.sleep(0.01)

async def test_is_fine():
    assert await asyncio.gather(helper(), helper()) == [None, None]
"""
_FOUND = {
    "test_it.py::test_fixture": "blocking-call  test_it.py:20 in client",
    "test_it.py::test_forgets": "never-awaited  test_it.py:26 in test_forgets",
    "test_it.py::test_leaves": "cancelled-at-exit  test_it.py:13 in poll",
    "test_it.py::test_loses": "exception-never-retrieved  test_it.py:16 in fails",
}


def found(tested: PytestRun) -> dict[str, str]:
    """The first row of the finding of each test, without how long it took."""
    section = re.sub(r"  \d+\.\d+ s\b", "", tested.section)
    return dict(re.findall(r"^(\S+::\S.*)\n  (\S.*)$", section, re.MULTILINE))


def test_each_fault_is_told_with_its_test(suite: Suite) -> None:
    tested = suite(_FAULTS, "--asyncdemo")
    assert tested.status == 0, tested.report
    assert found(tested) == _FOUND, tested.report
    assert "4 findings in 4 of 5 tests, 5 of which ran an event loop" in tested.section


def test_workers_of_xdist_tell_the_same(suite: Suite) -> None:
    tested = suite(_FAULTS, "--asyncdemo", "-n", "2")
    assert tested.status == 0, tested.report
    assert found(tested) == _FOUND, tested.report


_OTHER_WAYS = """\
import asyncio
import time
import unittest
import anyio
import pytest

kept = []

async def poll():
    await asyncio.sleep(30)

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_anyio(anyio_backend):
    await anyio.sleep(0.01)
    time.sleep(0.1)

class TestIt(unittest.IsolatedAsyncioTestCase):
    async def test_leaves(self):
        kept.append(asyncio.create_task(poll()))
        await asyncio.sleep(0.01)

    async def test_blocks(self):
        time.sleep(0.1)

def test_runs():
    async def main():
        kept.append(asyncio.create_task(poll()))
        await asyncio.sleep(0)
    asyncio.run(main())
"""


def test_other_ways_to_run_async_tests_are_watched_too(suite: Suite) -> None:
    tested = suite(_OTHER_WAYS, "--asyncdemo", "-p", "no:asyncio")
    assert tested.status == 0, tested.report
    assert found(tested) == {
        "test_it.py::test_anyio[asyncio]": "blocking-call  test_it.py:16 in test_anyio",
        "test_it.py::test_anyio[trio]": "blocking-call  test_it.py:16 in test_anyio"
        "  as in test_it.py::test_anyio[asyncio]",
        "test_it.py::TestIt::test_blocks": "blocking-call  test_it.py:24 in test_blocks",
        "test_it.py::TestIt::test_leaves": "cancelled-at-exit  test_it.py:10 in poll",
        "test_it.py::test_runs": "cancelled-at-exit  test_it.py:10 in poll  as in test_it.py::TestIt::test_leaves",
    }, tested.report
    assert "5 findings in 5 of 5 tests" in tested.section, tested.report


def test_the_same_is_told_at_length_once(suite: Suite) -> None:
    text = "import time, pytest\npytestmark = pytest.mark.asyncio\nasync def load():\n    time.sleep(0.1)\n"
    text += "async def test_one():\n    await load()\nasync def test_two():\n    await load()\n"
    tested = suite(text, "--asyncdemo")
    said = re.sub(r"0\.1\d s", "0.1 s", tested.section)
    assert said.count("blocks the event loop") == 1, tested.report
    assert "test_it.py::test_two\n  blocking-call  test_it.py:4 in load  0.1 s  as in test_it.py::test_one\n" in said


_TIDY = """\
import asyncio
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio

async def poll():
    await asyncio.sleep(30)

@pytest_asyncio.fixture
async def tasks():
    tasks = []
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

@pytest.fixture
def cancelled():
    tasks = []
    yield tasks
    for task in tasks:
        task.cancel()

@pytest_asyncio.fixture
async def group():
    async with asyncio.TaskGroup() as group:
        yield group

async def test_cleans_up(tasks, cancelled, group):
    tasks.append(asyncio.create_task(poll()))
    cancelled.append(asyncio.create_task(poll()))
    group.create_task(asyncio.sleep(0.05))
    await asyncio.sleep(0.01)

async def test_fails_before_it_could():
    task = asyncio.create_task(poll())
    await asyncio.sleep(0.01)
    assert False
    task.cancel()
"""


def test_what_is_cleaned_up_or_follows_from_a_failure_is_no_finding(suite: Suite) -> None:
    tested = suite(_TIDY, "--asyncdemo")
    assert tested.status == 1
    assert "no findings in 2 tests, 2 of which ran an event loop" in tested.section, tested.report


_SHARED = """\
import asyncio
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")
kept = []

async def poll():
    await asyncio.sleep(30)

async def test_leaves():
    kept.append(asyncio.create_task(poll()))
    await asyncio.sleep(0.01)

async def test_later():
    await asyncio.sleep(0.01)
"""


def test_a_task_is_told_with_the_test_that_made_it(suite: Suite) -> None:
    """Their loop is closed only after the last test."""
    tested = suite(_SHARED, "--asyncdemo")
    assert found(tested) == {"test_it.py::test_leaves": "cancelled-at-exit  test_it.py:8 in poll"}, tested.report


_LOCKS = """\
import asyncio
import unittest
import pytest

async def transfer(a, b):
    async with a:
        await asyncio.sleep(0.01)
        async with b:
            pass

async def both():
    a, b = asyncio.Lock(), asyncio.Lock()
    await asyncio.gather(transfer(a, b), transfer(b, a))

class TestIt(unittest.IsolatedAsyncioTestCase):
    async def test_unittest(self):
        await both()

@pytest.mark.asyncio
async def test_hangs():
    await both()
"""


def test_a_timeout_is_told_with_who_waited_for_whom(suite: Suite) -> None:
    tested = suite(_LOCKS, "--asyncdemo", "--timeout", "1.5")
    assert tested.status == 1
    assert re.findall(r"^  stuck  test_it.py:8 in transfer", tested.section, re.MULTILINE), tested.report
    rows = re.findall(r"^ +transfer 1 +line 8 +lock, held by transfer 2 \(line 6\)$", tested.section, re.MULTILINE)
    assert len(rows) == 2, tested.report
    assert rows and re.search(r"both +|test_hangs +line", tested.section)


def test_a_marker_allows_findings(suite: Suite) -> None:
    text = "import time, pytest\n@pytest.mark.asyncdemo(allow='blocking-call')\n@pytest.mark.asyncio\n"
    text += "async def test_blocks():\n    time.sleep(0.1)\n"
    tested = suite(text, "--asyncdemo-fail-on", "blocking-call", "--strict-markers")
    assert tested.status == 0, tested.report
    assert "no findings in 1 tests" in tested.section


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("asyncdemo(allow='blocking')", "no rule is called 'blocking'; did you mean blocking-call?"),
        ("asyncdemo", "give the marker as @pytest.mark.asyncdemo(allow='RULE')"),
        ("asyncdemo(allow=[])", "give the marker as @pytest.mark.asyncdemo(allow='RULE')"),
        ("asyncdemo(allow=3)", "give the marker as @pytest.mark.asyncdemo(allow='RULE')"),
        ("asyncdemo(allow=['blocking-call', 3])", "give the marker as @pytest.mark.asyncdemo(allow='RULE')"),
    ],
)
def test_a_marker_that_would_do_nothing_is_refused(suite: Suite, marker: str, message: str) -> None:
    tested = suite(f"import pytest\n@pytest.mark.{marker}\ndef test_it():\n    pass\n", "--asyncdemo")
    assert tested.status == 4
    assert message in tested.report


def test_fail_on_decides_the_exit_status_alone(suite: Suite) -> None:
    tested = suite(_FAULTS, "--asyncdemo-fail-on", "never-awaited,cancelled-at-exit")
    assert tested.status == 1
    assert "--asyncdemo-fail-on: test_it.py::test_forgets, test_it.py::test_leaves\n" in tested.section, tested.report
    assert "5 passed" in tested.report
    assert suite(_FAULTS, "--asyncdemo-fail-on", "deadlock").status == 0


def test_fail_on_refuses_what_is_no_rule(suite: Suite) -> None:
    tested = suite(_FAULTS, "--asyncdemo-fail-on", "blocking")
    assert tested.status == 4
    assert "--asyncdemo-fail-on blocking: no rule is called 'blocking'; did you mean blocking-call?" in tested.report


def test_pages_are_saved_of_tests_that_fail_or_are_slow(suite: Suite, tmp_path: Path) -> None:
    text = "import asyncio, pytest\npytestmark = pytest.mark.asyncio\nasync def test_fails():\n"
    text += "    await asyncio.sleep(0.01)\n    assert False\nasync def test_slow():\n    await asyncio.sleep(1.1)\n"
    text += "async def test_quick():\n    await asyncio.sleep(0.01)\ndef test_sync():\n    assert False\n"
    suite(text, "--asyncdemo-save", "pages")
    pages = {page.name: page.read_text() for page in (tmp_path / "pages").iterdir()}
    assert set(pages) == {"test_it.py__test_fails.html", "test_it.py__test_slow.html"}
    assert "await asyncio.sleep(1.1)" in pages["test_it.py__test_slow.html"]


_NO_FOLDER = """\
import shutil, time, pytest

@pytest.mark.asyncio
async def test_it():
    shutil.rmtree("pages")
    time.sleep(0.1)
    assert False
"""


def test_a_page_that_cannot_be_saved_loses_no_finding(suite: Suite) -> None:
    tested = suite(_NO_FOLDER, "--asyncdemo-save", "pages", env={"ASYNCDEMO_DEBUG": ""})
    assert found(tested) == {"test_it.py::test_it": "blocking-call  test_it.py:6 in test_it"}, tested.report
    assert "the page of test_it.py::test_it was not saved: No such file or directory\n" in tested.section
    text = _NO_FOLDER.replace("assert False", "time.sleep(1)")
    tested = suite(text, "--asyncdemo-save", "pages", "--asyncdemo-fail-on", "deadlock")
    assert "was not saved" in tested.section
    assert tested.status == 0, tested.report  # all was seen


def test_a_page_of_a_test_with_a_long_name(suite: Suite, tmp_path: Path) -> None:
    name = "\N{CJK UNIFIED IDEOGRAPH-6E2C}" * 100
    text = f"import asyncio, pytest\n@pytest.mark.asyncio\nasync def test_{name}():\n"
    suite(text + "    await asyncio.sleep(0.01)\n    assert False\n", "--asyncdemo-save", "pages")
    (page,) = (tmp_path / "pages").iterdir()
    assert re.fullmatch(r"test_it\.py__test_\u6e2c{50,}-[0-9a-f]{8}\.html", page.name)
    assert len(page.name.encode()) <= 200


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_tests_of_like_names_have_pages_of_their_own(suite: Suite, tmp_path: Path, workers: list[str]) -> None:
    text = "import asyncio, pytest\n@pytest.mark.asyncio\n@pytest.mark.parametrize('word', ['a b', 'a+b'])\n"
    text += "async def test_it(word):\n    await asyncio.sleep(0.01)\n    assert False\n"
    for _ in range(2):  # under the same names again
        suite(text, "--asyncdemo-save", "pages", *workers)
        names = {page.name for page in (tmp_path / "pages").iterdir()}
        assert len(names) == 2
        assert all(re.fullmatch(r"test_it\.py__test_it_a_b_?-[0-9a-f]{8}\.html", name) for name in names)


def test_under_asyncdemo_run_it_leaves_the_work_to_that(
    asyncdemo: Callable[..., Result], tmp_path: Path, plugin_folder: Path
) -> None:
    (tmp_path / "test_it.py").write_text(_FAULTS)
    env = {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{plugin_folder}", "VIRTUAL_ENV": sys.prefix}
    arguments = ["-p", "no:cacheprovider", *LOADED, "--asyncdemo-fail-on", "any"]
    run = json.loads(asyncdemo("run", "--json", "-m", "pytest", "--", *arguments, env=env).stdout)["runs"][0]
    said = "".join(piece["text"] for piece in run["output"])
    assert "asyncdemo run watches this pytest: the findings are in its report" in said
    assert "--asyncdemo-fail-on is left to asyncdemo run --fail-on" in said
    assert "not all was seen" not in said
    assert run["outcome"] == {"kind": "exited", "code": 0}
    told = {finding["rule"]: finding["message"] for finding in run["findings"]}
    assert "Test: test_it.py::test_forgets." in told["never-awaited"]
    assert "cancelled-at-exit" not in told  # pytest-asyncio closes the loop much later


_GREENLETS = "import gevent.hub\ndef test_it():\n    pass\n"
_KILLS = """\
import os, pathlib, signal

def test_it():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
        except OSError:
            continue
        if f"/proc/{os.getpid()}/fd/" in command:
            os.kill(int(process.name), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_GREENLETS, "gevent's greenlets were not watched; of threads and tasks on top of them not all may be true"),
        (
            _KILLS,
            "the process that looks on from outside was lost, or could not be started: hangs, and the lines of "
            "blocking calls, may be missing",
        ),
    ],
    ids=["gevent", "watcher"],
)
@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_what_was_not_seen_is_told(suite: Suite, tmp_path: Path, text: str, said: str, workers: list[str]) -> None:
    (tmp_path / "gevent").mkdir()  # called like it, which is enough
    for name in ("__init__", "hub"):
        (tmp_path / "gevent" / f"{name}.py").write_text("")
    tested = suite(text, "--asyncdemo-fail-on", "deadlock", *workers)
    assert tested.status == 1, tested.report
    assert f"\n{said}\nnot all was seen, so --asyncdemo-fail-on cannot be kept\n" in tested.section, tested.report
    tested = suite("def test_it():\n    pass\n", "--asyncdemo-fail-on", "deadlock", *workers)
    assert tested.status == 0, tested.report


def test_a_second_pytest_in_one_process_says_that_it_sees_nothing(tmp_path: Path, plugin_folder: Path) -> None:
    (tmp_path / "test_it.py").write_text(_FAULTS)
    arguments = ["-q", "-p", "no:cacheprovider", *LOADED, "--asyncdemo-fail-on", "deadlock", "test_it.py"]
    done = subprocess.run(
        [sys.executable, "-c", f"import pytest\nfor _ in 'ab':\n    print(int(pytest.main({arguments})), flush=True)"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{plugin_folder}"}),
        timeout=60,
        check=True,
    )
    first, second = re.split("^0$", done.stdout, maxsplit=1, flags=re.MULTILINE)
    assert "4 findings in 4 of 5 tests" in first
    assert "no test was watched: a pytest was before in this process; each needs one of its own\n" in second
    assert "asyncdemo run" not in second
    assert second.endswith("\n1\n")


@pytest.mark.slow
@pytest.mark.parametrize("release", ["7", "8"])
def test_older_releases_of_pytest(tmp_path: Path, release: str) -> None:
    needs = ("anyio", f"pytest=={release}.*", "pytest-asyncio", "rich")
    (tmp_path / "test_it.py").write_text(
        "import time\nimport pytest\n\n@pytest.mark.asyncio\nasync def test_blocks():\n    time.sleep(0.2)\n"
    )
    done = subprocess.run(
        [environment("3.13", *needs), "-m", "pytest", "-q", "-p", "asyncdemo.pytest_plugin.hooks", "--asyncdemo"],
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": str(REPOSITORY)}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "  blocking-call  test_it.py:6 in test_blocks" in done.stdout
