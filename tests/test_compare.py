"""`compare` with real programs: who is compared, how, and what is kept of it."""

import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result
from tests.processes import needs_interpreter

Program = Callable[..., Result]

SLEEPER = "import time\n\nTIMES = 4\nfor _ in range(TIMES):\n    time.sleep(0.01)\n"
OVERLAPPING = """\
import asyncio

TIMES = 4


async def main():
    await asyncio.gather(*[asyncio.sleep(0.01) for _ in range(TIMES)])


asyncio.run(main())
"""

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(SLEEPER)
    (tmp_path / "overlap.py").write_text(OVERLAPPING)
    (tmp_path / "bad.py").write_text("import sys\n\nsys.exit(3)\n")
    (tmp_path / "loud.py").write_text("while True:\n    print('x' * 50)\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").write_text(OVERLAPPING)


def document(result: Result, status: int = 0) -> dict[str, Any]:
    assert (result.status, result.stderr) == (status, "")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def compare(asyncdemo: Program, *words: str, runs: int = 1) -> dict[str, Any]:
    python = () if "--python" in words else ("--python", sys.executable)
    return document(asyncdemo("compare", *words, "--runs", str(runs), "--json", *python))


def test_who_is_compared(asyncdemo: Program) -> None:
    found = compare(asyncdemo, "plain.py", "overlap.py", "-m", "package", "--baseline", "overlap.py")
    assert [each["id"] for each in found["contestants"]] == ["plain.py", "overlap.py", "-m package"]
    assert found["baseline"] == "overlap.py"
    assert [each["id"] for each in found["comparisons"]] == ["plain.py", "-m package"]
    assert [(each["waits"], each["waits_at_once"]) for each in found["contestants"]] == [(None, 1), (4, 4), (4, 4)]


def test_it_ends_when_the_intervals_are_narrow_enough(asyncdemo: Program) -> None:
    words = ("compare", "plain.py", "overlap.py", "--set", "TIMES=8", "--precision", "100%", "--json")
    found = document(asyncdemo(*words, "--python", sys.executable))
    assert found["stopped"] == "precision"
    assert found["rounds"] >= 7
    assert found["precision"] <= 1


def test_one_target_with_several_values(asyncdemo: Program) -> None:
    found = compare(asyncdemo, "plain.py", "--sweep", "TIMES=1,8", runs=6)
    assert [each["id"] for each in found["contestants"]] == ["TIMES=1", "TIMES=8"]
    assert [each["parameters"] for each in found["contestants"]] == [{"TIMES": 1}, {"TIMES": 8}]
    assert found["comparisons"][0]["verdict"] == "slower"
    assert found["warnings"] == [] or found["warnings"][0]["kind"] != "outputs-differ"


def test_one_target_on_several_interpreters(asyncdemo: Program) -> None:
    old = needs_interpreter("3.8")
    found = compare(asyncdemo, "plain.py", "--python", sys.executable, "--python", old)
    assert [each["id"] for each in found["contestants"]] == [sys.executable, old]
    assert [each["python"]["version"][:3] for each in found["contestants"]] == [
        "3." + str(sys.version_info[1])[:1],
        "3.8",
    ]
    assert found["warnings"] == [] or found["warnings"][0]["kind"] != "pythons-differ"


def test_several_targets_with_several_values(asyncdemo: Program) -> None:
    found = compare(asyncdemo, "plain.py", "overlap.py", "--sweep", "TIMES=8,1")
    assert [point["parameters"] for point in found["sweep"]] == [{"TIMES": 1}, {"TIMES": 8}]
    assert [each["id"] for each in found["sweep"][0]["contestants"]] == ["plain.py", "overlap.py"]
    assert found["sweep"][1]["comparisons"][0]["speedup"] > found["sweep"][0]["comparisons"][0]["speedup"]


def test_what_would_take_too_long_is_left_out_of_a_sweep(asyncdemo: Program) -> None:
    words = "compare plain.py overlap.py --sweep TIMES=10,100,10000 --runs 1 --timeout 9 --python"
    shown = asyncdemo(*words.split(), sys.executable)
    assert (shown.status, shown.stderr) == (0, "")
    assert "plain.py at TIMES=10,000 was left out: it would take about" in shown.stdout
    assert re.search(r"10,000 +left out +[\d.]+ s", shown.stdout)  # overlap.py was run
    assert "too few runs to tell how the time goes with TIMES, 6 rounds at least" in shown.stdout


def test_what_takes_too_long_in_a_sweep_is_not_the_end_of_the_others(asyncdemo: Program) -> None:
    words = "compare plain.py overlap.py --sweep TIMES=1,1000 --runs 1 --timeout 2 --json --python"
    found = document(asyncdemo(*words.split(), sys.executable), status=1)
    assert found["stopped"] == "rounds"
    assert found["sweep"][1]["contestants"][0]["outcome"] == {"kind": "timed-out", "after": 2.0}
    assert len(found["sweep"][1]["contestants"][1]["times"]) == 1


def advised(shown: str) -> list[str]:
    """The words of the command that shows why a run has failed, however many rows it takes."""
    return shlex.split(shown.rpartition("see why")[2])[1:]


def test_how_to_see_why_a_value_of_a_sweep_failed(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "picky.py").write_text("WHERE = ['a']\nassert WHERE == ['a']\n")
    shown = asyncdemo("compare", "picky.py", "--sweep", "WHERE=['a'],['b c']", "--python", sys.executable)
    assert shown.status == 1
    python = ["--python", sys.executable]
    assert advised(shown.stdout) == ["run", "picky.py", *python, "--set", "WHERE=['b c']"]


def test_the_seed_says_the_order(asyncdemo: Program, tmp_path: Path) -> None:
    """Each script notes that it ran: the same seed, the same order."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(f"open('order', 'a').write('{name}')\n")
    orders = []
    for seed in ("1", "1", "2"):
        found = compare(asyncdemo, "a.py", "b.py", "c.py", "--seed", seed, runs=4)
        assert found["seed"] == int(seed)
        orders.append((tmp_path / "order").read_text())
        (tmp_path / "order").unlink()
    assert orders[0] == orders[1] != orders[2]
    rounds = [orders[0][start : start + 3] for start in range(0, 15, 3)]
    assert rounds[0] == "abc"  # the warm-up
    assert all(sorted(each) == ["a", "b", "c"] for each in rounds)
    assert len(set(rounds)) > 2


def test_the_runs_that_count_are_not_traced(asyncdemo: Program, tmp_path: Path) -> None:
    """Only the warm-up meets another queue in its loop, and other streams."""
    look = "import asyncio, sys\nloop = asyncio.new_event_loop()\n"
    look += "open('seen', 'a').write(f'{type(loop._ready).__name__} {hasattr(sys.stdout.buffer.write, \"func\")}\\n')\n"
    (tmp_path / "look.py").write_text(look)
    compare(asyncdemo, "look.py", "plain.py", runs=2)
    warm_up, *counted = (tmp_path / "seen").read_text().splitlines()
    assert warm_up != "deque False"
    assert counted == ["deque False"] * 2


def test_nobody_gets_the_standard_input(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "reads.py").write_text("import sys\n\nassert sys.stdin.read() == ''\n")
    words = ("compare", "reads.py", "plain.py", "--runs", "1", "--json", "--python", sys.executable)
    assert document(asyncdemo(*words, stdin="text"))["stopped"] == "rounds"


def test_a_speed_that_is_expected(asyncdemo: Program) -> None:
    words = ("compare", "plain.py", "overlap.py", "--set", "TIMES=10", "--runs", "6", "--python", sys.executable)
    kept, broken = (asyncdemo(*words, "--min-speedup", least) for least in ("1.5", "100"))
    assert (kept.status, kept.stderr) == (0, "")
    assert broken.status == 3
    assert broken.stderr.startswith(
        "asyncdemo: --min-speedup 100 was not reached by overlap.py: the interval begins at"
    )


def test_too_few_runs_meet_no_expectation(asyncdemo: Program) -> None:
    words = ("compare", "plain.py", "overlap.py", "--runs", "2", "--min-speedup", "1")
    shown = asyncdemo(*words, "--python", sys.executable)
    assert shown.status == 3
    assert shown.stderr == "asyncdemo: --min-speedup 1 was not reached by overlap.py: too few runs to tell\n"


def test_what_is_kept(asyncdemo: Program, tmp_path: Path) -> None:
    names = ["x.json", "x.md", "x.svg"]
    save = [word for name in names for word in ("--save", name)]
    found = compare(asyncdemo, "plain.py", "overlap.py", *save, runs=2)
    assert json.loads((tmp_path / "x.json").read_text()) == found
    assert "| plain.py |" in (tmp_path / "x.md").read_text()
    assert (tmp_path / "x.svg").read_text().startswith("<svg ")
    assert {each.name for each in tmp_path.iterdir()} >= {*names}
    assert not any(each.name.startswith(".") for each in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "said"), [("bad.py", "exit 3, expected 0"), ("loud.py", "timed out after 1 s, stopped")]
)
def test_one_that_does_not_end_as_it_should(asyncdemo: Program, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "kept.json").write_text("before")
    words = ("compare", "plain.py", name, "--timeout", "1", "--save", "kept.json", "--python", sys.executable)
    shown = asyncdemo(*words)
    assert (shown.status, shown.stderr) == (1, "")
    assert f"{name}: {said}\n\nThere is nothing to compare: no round was finished.\n" in shown.stdout
    assert advised(shown.stdout) == ["run", name, "--python", sys.executable, "--timeout", "1"]
    assert (tmp_path / "kept.json").read_text() == "before"


def test_one_that_fails_later(asyncdemo: Program, tmp_path: Path) -> None:
    later = "import os, sys\n\nopen('n', 'a').write('x')\nsys.exit(os.path.getsize('n') > 3)\n"
    (tmp_path / "later.py").write_text(later)
    words = ("compare", "plain.py", "later.py", "--save", "kept.json", "--json", "--python", sys.executable)
    found = document(asyncdemo(*words), status=1)
    assert (found["stopped"], found["rounds"]) == ("failed", 2)
    assert found["contestants"][1]["outcome"] == {"kind": "exited", "code": 1}
    assert json.loads((tmp_path / "kept.json").read_text()) == found


def test_an_interpreter_that_is_not_there(asyncdemo: Program) -> None:
    shown = asyncdemo("compare", "plain.py", "--python", sys.executable, "--python", "3.99")
    assert shown.status == 1
    assert "3.99: did not start: there is no python3.99 on PATH" in shown.stdout


def test_programs_that_print_something_else_are_told_apart(asyncdemo: Program, tmp_path: Path) -> None:
    for name, text in (("one", "a\nb"), ("two", "b\na"), ("three", "a\nc")):
        (tmp_path / f"{name}.py").write_text(f"print({text!r})\n")
    (tmp_path / "time.py").write_text("import os\n\nprint(os.getpid())\n")
    found = compare(asyncdemo, "one.py", "two.py", "three.py", "time.py", runs=2)
    said = [each["message"] for each in found["warnings"] if each["kind"] == "outputs-differ"]
    assert said == ["three.py printed something else than one.py"]


def test_why_one_interpreter_failed_is_seen_on_that_one(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print(1)\n")
    broken = tmp_path / "broken-python"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    ended = asyncdemo("compare", "./script.py", "--python", sys.executable, "--python", str(broken), cwd=tmp_path)
    assert ended.status == 1
    assert "".join(ended.stdout.split()).endswith(f"seewhyasyncdemorun./script.py--python{broken}")
