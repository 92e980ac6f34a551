"""Start-up, imports and the script's own time told apart: what is longer than what, never how long."""

from pathlib import Path

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.clock import Clock, head_imports
from asyncdemo.runner.process import Exit
from asyncdemo.runner.shared_memory import shared_memory
from tests.processes import VERSIONS, needs_interpreter
from tests.runner.conftest import RunScript

NAP = 0.15  # seconds
SLOW_MODULE = f"import time\ntime.sleep({NAP})\n"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", set()),
        ("import a\nimport b\nx = 1\nimport c\n", {1, 2}),
        ('"""A docstring."""\nimport a\nfrom b import (\n    c,\n    d,\n)\nprint()\n', {2, 3, 4, 5, 6}),
        ("x = 1\nimport a\n", set()),
        ("import a; print(); import b\n", {1}),
        ("if True:\n    import a\n", set()),
        ("from __future__ import annotations\nimport a\n", {1, 2}),
        ("import a\n)", set()),
        ("import a\0", set()),
        ("import a\nx = " + "(" * 5000 + ")" * 5000, set()),
    ],
)
def test_the_imports_at_the_head_of_a_script(source: str, lines: set[int]) -> None:
    assert head_imports(source) == lines


def test_what_a_script_has_not_computed_it_has_waited() -> None:
    """Times of a fabricated run, in seconds: ready at 1, ended at 5, with 3 of 4 on the processor."""
    with shared_memory() as memory:
        words = memory.words(0, layout.HEADER)
        words[layout.ATTACHED] = layout.MAGIC
        words[layout.READY], words[layout.READY_CPU] = 10**9, 10**8
        words[layout.END], words[layout.END_CPU] = 5 * 10**9, 31 * 10**8
        seconds = Clock(memory, 0, "x = 1\n").seconds(Exit(0, 6 * 10**9, 3.2))
    assert (seconds.script, seconds.waiting) == (4.0, pytest.approx(1.0))
    assert (seconds.total, seconds.startup, seconds.imports) == (6.0, 1.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_each_time_is_counted_where_it_belongs(run_script: RunScript, tmp_path: Path, version: str) -> None:
    (tmp_path / "slow.py").write_text(SLOW_MODULE)
    source = f"import slow\nimport time\ntime.sleep({2 * NAP})\nfor _ in range(300_000): pass\n"
    seconds = run_script(source, "--python", needs_interpreter(version))["seconds"]
    assert seconds["imports"] >= NAP
    assert seconds["script"] >= 2 * NAP
    assert seconds["waiting"] >= 2 * NAP * 0.99
    assert seconds["startup"] > 0
    assert seconds["startup"] + seconds["imports"] + seconds["script"] <= seconds["total"] + 1e-5
    assert seconds["waiting"] <= seconds["script"]
    assert 0 < seconds["cpu"] < seconds["total"]


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_reading_and_compiling_a_script_are_no_time_of_its_own(run_script: RunScript, version: str) -> None:
    """Where the script imports nothing that is not loaded yet, its first line is all that tells when it begins."""
    source = "import sys\ndef never():\n" + "    x = [1, 2, 3]\n" * 20_000
    seconds = run_script(source, "--python", needs_interpreter(version))["seconds"]
    assert 0 <= seconds["script"] < seconds["startup"] / 5


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "how",
    [
        "import slow",
        "(lambda: __import__('slow'))()",
        "import outer",
        "import importlib; importlib.import_module('slow')",
    ],
)
def test_imports_further_down_are_imports_wherever_they_are(
    run_script: RunScript, tmp_path: Path, version: str, how: str
) -> None:
    (tmp_path / "slow.py").write_text(SLOW_MODULE)
    (tmp_path / "outer.py").write_text("import slow\n")
    source = f"import time\ntime.sleep({2 * NAP})\n{how}\n"
    seconds = run_script(source, "--python", needs_interpreter(version))["seconds"]
    assert seconds["imports"] < NAP <= seconds["late_imports"]
    assert seconds["script"] >= 3 * NAP
    assert 2 * NAP * 0.99 <= seconds["waiting"] <= seconds["script"] - seconds["late_imports"] + 1e-5


@pytest.mark.slow
def test_an_import_in_another_thread_takes_nothing_from_the_scripts_time(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW_MODULE)
    source = (
        "import threading\nthread = threading.Thread(target=__import__, args=['slow'])\nthread.start(); thread.join()\n"
    )
    assert run_script(source)["seconds"]["late_imports"] < NAP


@pytest.mark.slow
def test_what_queues_for_a_processor_does_not_wait(run_script: RunScript) -> None:
    """One processor, and a process beside the script that computes, too."""
    source = f"""
import os, time
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
child = os.fork()
while not child:
    pass
before = time.process_time()
while time.process_time() < before + {2 * NAP}:
    pass
time.sleep({2 * NAP})
os.kill(child, 9)
os.waitpid(child, 0)
"""
    seconds = run_script(source)["seconds"]
    assert seconds["queued"] > NAP
    assert seconds["waiting"] >= 2 * NAP * 0.9
    assert seconds["waiting"] + seconds["queued"] < seconds["script"] - NAP


@pytest.mark.slow
def test_a_package_that_imports_slowly_itself(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_text("import slow\n")
    (tmp_path / "slow.py").write_text(SLOW_MODULE)
    seconds = run_script("from outer import slow\nimport slow\n")["seconds"]
    assert NAP <= seconds["imports"] < 2 * NAP


@pytest.mark.slow
def test_exit_handlers_belong_to_the_script(run_script: RunScript) -> None:
    seconds = run_script(f"import atexit, time\natexit.register(time.sleep, {NAP})\n")["seconds"]
    assert seconds["script"] >= NAP


@pytest.mark.slow
def test_an_import_that_fails_is_still_counted(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW_MODULE + "1 / 0\n")
    run = run_script("import slow\n")
    assert run["outcome"] == {"kind": "exited", "code": 1}
    assert run["seconds"]["imports"] >= NAP


@pytest.mark.slow
@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_script_that_ends_without_its_exit_handlers(run_script: RunScript, end: str) -> None:
    seconds = run_script(f"import os\nimport time\ntime.sleep({NAP})\n{end}\n")["seconds"]
    assert NAP <= seconds["script"] <= seconds["total"]


@pytest.mark.slow
def test_a_fork_that_lives_longer_changes_no_time(run_script: RunScript) -> None:
    source = f"import os\nimport time\nif os.fork() == 0:\n    time.sleep({NAP})\n"
    assert run_script(source)["seconds"]["script"] < NAP


@pytest.mark.slow
def test_output_comes_after_the_first_step(run_script: RunScript) -> None:
    run = run_script("import json\nprint('x')\n")
    zero = run["seconds"]["startup"] + run["seconds"]["imports"]
    assert zero <= run["output"][0]["at"] + 1e-5
