"""The Python programs that a watched one starts, with `run --children`: each a run of its own, none changed by it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result
from tests.processes import VERSIONS, needs_interpreter
from tests.test_other_loops import ANOTHER_QUEUE, OF_UVICORN

pytestmark = pytest.mark.process
Asyncdemo = Callable[..., Result]

_BLOCKS = """\
import asyncio, time

async def job():
    time.sleep(0.12)

async def blocks():
    beat = asyncio.create_task(asyncio.sleep(0.05))
    await asyncio.sleep(0.01)
    await job()
    await beat

def work(number=0):
    asyncio.run(blocks())
    return number
"""
_POOL = (
    _BLOCKS
    + """
if __name__ == "__main__":
    import multiprocessing, sys
    asyncio.run(asyncio.sleep(0))
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(2) as pool:
        print(pool.map(work, [1, 2], 1))
        pool.close()
        pool.join()
"""
)


def ran(asyncdemo: Asyncdemo, *arguments: str, **options: Any) -> list[dict[str, Any]]:
    """The runs that `run --json` tells of; the first is the program's own."""
    done = asyncdemo("run", "--json", *arguments, **options)
    assert done.stdout, done.stderr
    return list(json.loads(done.stdout)["runs"])


def rules(run: dict[str, Any]) -> list[tuple[str, int]]:
    return [(finding["rule"], finding["line"]) for finding in run["findings"]]


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_workers_of_multiprocessing_are_watched(asyncdemo: Asyncdemo, tmp_path: Path, how: str) -> None:
    (tmp_path / "pool.py").write_text(_POOL)
    whole, *children = ran(asyncdemo, "pool.py", "--children", "--", how)
    assert whole["outcome"] == {"kind": "exited", "code": 0}
    assert "".join(piece["text"] for piece in whole["output"]) == "[1, 2]\n"
    assert whole["process"] is None and not rules(whole)
    assert {tuple(rules(child)) for child in children if child["tasks"]} == {(("blocking-call", 4),)}
    assert all(child["process"]["started"] > 0 for child in children)
    assert not [note for note in whole["notes"] if "not watched" in note]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_copy_and_a_program_are_watched_on_each_python(asyncdemo: Asyncdemo, tmp_path: Path, version: str) -> None:
    (tmp_path / "blocking.py").write_text(_BLOCKS + "if __name__ == '__main__':\n    work()\n")
    main = "import asyncio, os, subprocess, sys\nimport blocking\nasyncio.run(asyncio.sleep(0))\npid = os.fork()\n"
    main += "if not pid:\n    blocking.work()\n    os._exit(0)\nos.waitpid(pid, 0)\n"
    main += "subprocess.run([sys.executable, 'blocking.py'], check=True)\n"
    (tmp_path / "main.py").write_text(main)
    whole, *children = ran(asyncdemo, "main.py", "--children", "--python", needs_interpreter(version))
    assert whole["ok"], whole
    assert [rules(child) for child in children] == [[("blocking-call", 4)]] * 2
    ends = [child["outcome"]["reason"] for child in children]
    assert ends == ["ended by os._exit or a signal", "ended"]


_TELLS = """\
import os, sys
known = [name for name in sorted(os.environ) if "ASYNCDEMO" in name or name == "PYTHONPATH"]
print(sys.argv, sys.path[1:], known, os.environ.get("PYTHONPATH"))
print([name for name in sys.modules if "asyncdemo" in name])
"""


def test_a_child_sees_what_it_would_see(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    """Python programs put the environment right; others have it as it is passed on."""
    (tmp_path / "tells.py").write_text(_TELLS)
    main = "import subprocess, sys\nsubprocess.run([sys.executable, 'tells.py', 'x'], check=True)\n"
    main += "subprocess.run(['sh', '-c', sys.executable + ' tells.py y'], check=True)\n"
    main += "print(sorted(__import__('os').environ))\n"
    (tmp_path / "main.py").write_text(main)
    for path in (None, "", f"{tmp_path}", f"{tmp_path}{os.pathsep}/elsewhere"):
        said = []
        for option in ([], ["--children"]):
            run = ran(asyncdemo, "main.py", *option, env={"PYTHONPATH": path} if path is not None else {})[0]
            said.append("".join(piece["text"] for piece in run["output"]))
        assert said[0] == said[1]
        assert said[0].count("tells.py") == 2


def test_without_the_option_it_is_said_what_was_not_watched(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(_POOL)
    (whole,) = ran(asyncdemo, "pool.py", "--", "fork")
    assert whole["notes"] == ["2 other Python programs not watched: a copy of it; --children watches them"]


def test_what_keeps_the_probe_out_is_said_too(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    (tmp_path / "naps.py").write_text("import time\ntime.sleep(0.3)\n")
    (tmp_path / "main.py").write_text("import subprocess, sys\nsubprocess.run([sys.executable, '-I', 'naps.py'])\n")
    (whole,) = ran(asyncdemo, "main.py", "--children")
    why = "1 other Python program not watched: naps.py; started with -I, -E, -S or another environment"
    assert whole["notes"] == [why]


def test_a_child_that_is_killed_leaves_what_it_did(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    text = (
        _BLOCKS + "async def main():\n    await blocks()\n    print('there', flush=True)\n    await asyncio.sleep(60)\n"
    )
    (tmp_path / "child.py").write_text(text + "asyncio.run(main())\n")
    main = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, 'child.py'], stdout=subprocess.PIPE)\n"
    (tmp_path / "main.py").write_text(main + "child.stdout.readline()\nchild.kill()\nchild.wait()\n")
    whole, child = ran(asyncdemo, "main.py", "--children")
    assert child["outcome"] == {"kind": "exited", "reason": "ended by os._exit or a signal"}
    assert ("blocking-call", 4) in rules(child)
    assert whole["ok"]


def test_children_that_hang_are_told_when_the_run_is_stopped(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    locks = "import asyncio\nasync def transfer(a, b):\n    async with a:\n        await asyncio.sleep(0.01)\n"
    locks += "        async with b:\n            pass\nasync def main():\n    a, b = asyncio.Lock(), asyncio.Lock()\n"
    (tmp_path / "locks.py").write_text(
        locks + "    await asyncio.gather(transfer(a, b), transfer(b, a))\nasyncio.run(main())\n"
    )
    (tmp_path / "main.py").write_text("import subprocess, sys\nsubprocess.run([sys.executable, 'locks.py'])\n")
    whole, child = ran(asyncdemo, "main.py", "--children", "--timeout", "2")
    assert whole["outcome"]["kind"] == "timed-out"
    assert child["outcome"] == {"kind": "interrupted", "reason": "stopped with the run"}
    assert rules(child) == [("deadlock", 5)]


@pytest.mark.parametrize("own", [True, False], ids=["own", "stopped"])
def test_a_child_that_outlives_the_program(asyncdemo: Asyncdemo, tmp_path: Path, own: bool) -> None:
    child = "import sys\nprint('there', flush=True)\nsys.stdout = None\n"
    child += "import asyncio\nasyncio.run(asyncio.sleep(0))\n" + ("" if own else "asyncio.run(asyncio.sleep(60))\n")
    (tmp_path / "child.py").write_text(child)
    main = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, 'child.py'], stdout=subprocess.PIPE)\n"
    (tmp_path / "main.py").write_text(main + "child.stdout.readline()\n" + ("child.wait()\n" if own else ""))
    whole, told = ran(asyncdemo, "main.py", "--children")
    assert whole["outcome"] == {"kind": "exited", "code": 0}
    said = "1 process that it had started and left running had to be stopped"
    assert whole["notes"] == ([] if own else [said])
    interrupted = {"kind": "interrupted", "reason": "stopped with the run"}
    assert told["outcome"] == ({"kind": "exited", "reason": "ended"} if own else interrupted)
    assert not told["findings"]


def test_a_loop_that_cannot_be_traced_is_told_of_the_child_that_runs_it(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(ANOTHER_QUEUE.replace("SECONDS", "0"))
    (tmp_path / "main.py").write_text("import subprocess, sys\nsubprocess.run([sys.executable, 'other.py'])\n")
    whole, child = ran(asyncdemo, "main.py", "--children")
    assert not whole["notes"]
    assert whole["trace"] == {"complete": True, "steps": 0, "not_traced": None}
    assert child["trace"] == {"complete": False, "steps": 0, "not_traced": OF_UVICORN}


def test_a_queue_that_nobody_knows_is_told_as_an_incomplete_trace(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    other = "import asyncio, collections\nloop = asyncio.SelectorEventLoop()\n"
    other += "loop._ready = type('Other', (collections.deque,), {})()\nloop.run_until_complete(asyncio.sleep(0.01))\n"
    (tmp_path / "other.py").write_text(f"{other}loop.close()\n")
    (tmp_path / "main.py").write_text("import subprocess, sys\nsubprocess.run([sys.executable, 'other.py'])\n")
    whole, child = ran(asyncdemo, "main.py", "--children")
    assert whole["trace"]["complete"]
    assert child["trace"] == {"complete": False, "steps": 0, "not_traced": None}


def test_of_many_sixteen_are_watched(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    main = "import os, time\nfor _ in range(18):\n    if not os.fork():\n        time.sleep(0.5)\n        os._exit(0)\n"
    (tmp_path / "main.py").write_text(main + "for _ in range(18):\n    os.wait()\n")
    whole, *children = ran(asyncdemo, "main.py", "--children")
    assert len(children) == 16
    assert whole["notes"] == ["2 more Python programs not watched: 16 are, at most"]


def test_they_are_shown_saved_and_fail(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(_POOL)
    saving = ["--save", "run.json", "--save", "run.html"]
    done = asyncdemo("run", "pool.py", "--children", *saving, "--fail-on", "blocking-call", "--", "spawn")
    assert done.status == 3
    assert done.stdout.count("multiprocessing (process ") == 2
    again = asyncdemo("replay", "run.json")
    assert again.stdout.count("multiprocessing (process ") == 2, again.stderr
    assert (tmp_path / "run.html").read_text().count("multiprocessing (process ") >= 2


def test_a_copy_that_loads_asyncio_does_not_write_into_the_memory_of_its_parent(
    asyncdemo: Asyncdemo, tmp_path: Path
) -> None:
    copy = "if not os.fork():\n    import asyncio\n    asyncio.run(asyncio.sleep(0.01))\n    os._exit(0)\n"
    (tmp_path / "main.py").write_text(f"import os\n{copy}os.wait()\n")
    python = ["--python", needs_interpreter("3.13")]  # that has loaded nothing by then that runs tasks or threads
    (whole,) = ran(asyncdemo, "main.py", *python)
    assert whole["tasks"] is None
    whole, child = ran(asyncdemo, "main.py", "--children", *python)
    assert whole["tasks"] is None
    assert child["tasks"][0]["coroutine"] == "sleep"


def test_nothing_is_left_of_the_folder(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print(1)\n")
    (tmp_path / "here").mkdir()
    asyncdemo("run", "main.py", "--children", env={"TMPDIR": str(tmp_path / "here")})
    assert not list((tmp_path / "here").iterdir())


def test_a_copy_does_not_look_at_what_its_parent_has_recorded(asyncdemo: Asyncdemo, tmp_path: Path) -> None:
    fails = "import asyncio, os, sys\nasync def fails():\n    raise ValueError('lost')\n"
    fails += "async def main():\n    task = asyncio.ensure_future(fails())\n    await asyncio.wait([task])\n"
    fails += "    return task\nkept = asyncio.run(main())\n"
    fails += "if not os.fork():\n    another = asyncio.run(main())\n    sys.exit()\nos.wait()\n"
    (tmp_path / "main.py").write_text(fails)
    whole, child = ran(asyncdemo, "main.py", "--children", env={"ASYNCDEMO_DEBUG": "1"})
    assert [run["notes"] for run in (whole, child)] == [[], []]
    assert [rules(run) for run in (whole, child)] == [[("lost-error", 3)], [("lost-error", 3)]]
