"""The scenarios print what they expect; those of the article what Python prints for the article's own code."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Scenario
from tests.conftest import SCENARIOS, Result, clean_environment

GREETINGS = "import asyncio\n\nasync def main():\n    print('greetings')\n\n"
ARTICLE = {
    "sync-main": "import asyncio\n\ndef main():\n    return 'HelloWorld'\n\n\nresult = main()\nprint(result)\n",
    "unawaited-coroutine": GREETINGS + "main()\n",
    "print-coroutine": GREETINGS + "\nprint(main())\n",
    "asyncio-run": GREETINGS + "\nasyncio.run(main())\n",
}
FIVE = [*ARTICLE, "simulated-io-wait"]
OVERLAP = [
    "gather-overlap",
    "create-task-later",
    "await-without-yielding",
    "first-come-first-served",
    "critical-path",
]
BLOCKS = ["blocking-sleep", "to-thread-rescue", "io-three-ways", "cpu-three-ways", "real-io"]


def same_place(text: str) -> str:
    """The text without what differs from file to file and run to run."""
    text = re.sub(r"0x[0-9a-f]+", "<address>", text)
    return re.sub(r"^/.+\.py:\d+:", "<path>:<line>:", text, flags=re.MULTILINE)


def scenarios() -> list[Scenario]:
    return list(course.load([SCENARIOS]).scenarios)


def test_the_five_exist_under_exactly_these_names_and_in_this_order() -> None:
    catalogue = course.load([SCENARIOS])
    first = [each for each in catalogue.scenarios if each.chapter.number == 1]
    assert [each.name for each in first] == [*ARTICLE, "await-in-a-row", "simulated-io-wait"]
    assert [each.name for each in first if each.name in FIVE] == FIVE
    assert catalogue.problems == ()
    assert first[1].aliases == ("unawaited",)
    assert first[-1].variants == ("sync", "threads", "async", "anyio")
    assert first[-1].parameters == {"TASKS": 10, "DELAY": 0.05}


def test_the_chapters_are_those_of_the_course_in_its_order() -> None:
    for number, names in ((2, OVERLAP), (3, BLOCKS)):
        assert [each.name for each in scenarios() if each.chapter.number == number] == names


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: each.name)
def test_each_asks_for_a_prediction(scenario: Scenario) -> None:
    asking = [script for script in scenario.scripts if script.question]
    assert asking
    assert all(len(set(script.choices)) == len(script.choices) >= 3 for script in asking)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARTICLE)
def test_output_is_that_of_the_article(name: str, tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    block = tmp_path / "block.py"
    block.write_text(ARTICLE[name])
    plain = subprocess.run([sys.executable, block], capture_output=True, text=True, env=clean_environment(), check=True)
    result = asyncdemo("run", name, "--json")
    run = json.loads(result.stdout)["runs"][0]
    texts = {
        stream: "".join(piece["text"] for piece in run["output"] if piece["stream"] == stream)
        for stream in ("stdout", "stderr", "other")
    }
    assert same_place(texts["stdout"]) == same_place(plain.stdout)
    assert same_place(texts["stderr"]) == same_place(plain.stderr)
    assert texts["other"] == ""
    assert (run["outcome"], run["ok"], result.status) == ({"kind": "exited", "code": 0}, True, 0)


@pytest.mark.slow
def test_the_variants_do_the_same_work_and_only_one_of_them_waits_in_turn(asyncdemo: Callable[..., Result]) -> None:
    result = asyncdemo("run", "simulated-io-wait", "--json", "--set", "TASKS=20", "--set", "DELAY=0.1")
    runs = {run["variant"]: run for run in json.loads(result.stdout)["runs"]}
    lines = {name: "".join(each["text"] for each in run["output"]).splitlines() for name, run in runs.items()}
    assert list(runs) == ["sync", "threads", "async", "anyio"]
    assert all(sorted(each) == sorted(lines["sync"]) for each in lines.values())
    assert len(lines["sync"]) == 40
    assert lines["sync"][:3] == ["ask upload 0", "got upload 0", "ask download 1"]
    for name in ("threads", "async", "anyio"):
        assert all(line.startswith("ask") for line in lines[name][:20])
        assert runs[name]["seconds"]["script"] < runs["sync"]["seconds"]["script"] * 0.7
        assert runs[name]["parameters"] == {"TASKS": 20, "DELAY": 0.1}


@pytest.mark.slow
def test_check_finds_nothing_wrong_with_the_course(asyncdemo: Callable[..., Result]) -> None:
    done = asyncdemo("check", "--json", timeout=170)
    results = json.loads(done.stdout)["results"]
    assert [each for each in results if each["status"] == "failed"] == []
    assert len(results) == sum(len(each.scripts) for each in scenarios())
    assert done.status == 0


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: each.name)
def test_none_imports_asyncdemo(scenario: Scenario) -> None:
    for script in scenario.scripts:
        words = [line.split() for line in script.source.splitlines()]
        assert all(each[:2] not in (["import", "asyncdemo"], ["from", "asyncdemo"]) for each in words)


def test_what_measures_itself_is_not_watched_and_says_so(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    script = (
        "# /// script\n# [tool.asyncdemo]\n# watched = false\n# ///\nimport asyncio\nasyncio.run(asyncio.sleep(0.3))\n"
    )
    (tmp_path / "clock.py").write_text(f'"""Time yourself."""\n{script}')
    (run,) = json.loads(asyncdemo("run", "clock", "--scenarios", ".", "--json").stdout)["runs"]
    assert run["notes"] == ["its tasks were not watched: it measures itself"]
    assert (run["ok"], run["tasks"], run["trace"], run["findings"]) == (True, None, None, [])
    shown = asyncdemo("run", "clock", "--scenarios", ".").stdout
    assert "its tasks were not watched: it measures itself" in shown
    assert "waiting" not in shown.partition("exit 0")[2]
