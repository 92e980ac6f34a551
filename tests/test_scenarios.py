"""The scenarios print what they promise; those of the article what Python prints for the article's own code."""

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
    "await-in-a-row",
    "gather-overlap",
    "create-task-later",
    "await-without-yielding",
    "first-come-first-served",
]
BLOCKS = ["blocking-sleep", "to-thread-rescue", "io-three-ways", "cpu-three-ways", "real-io"]
WRONG = [
    "gather-first-error",
    "lost-exception",
    "taskgroup-fails-together",
    "cancel-and-cleanup",
    "swallowed-cancel",
    "timeout-and-shield",
]
SHARING = [
    "race-across-await",
    "semaphore-limit",
    "queue-backpressure",
    "async-generator-cleanup",
    "contextvars-per-task",
    "echo-loopback",
]
HOOD = [
    "drive-by-hand",
    "toy-event-loop",
    "vanishing-task",
    "nested-asyncio-run",
    "thread-meets-loop",
    "async-isnt-free",
    "eager-tasks",
    "same-code-two-backends",
]


def same_place(text: str) -> str:
    """The text without what differs from file to file and run to run."""
    text = re.sub(r"0x[0-9a-f]+", "<address>", text)
    return re.sub(r"^/.+\.py:\d+:", "<path>:<line>:", text, flags=re.MULTILINE)


def scenarios() -> list[Scenario]:
    return list(course.load([SCENARIOS]).scenarios)


def test_the_five_exist_under_exactly_these_names_and_in_this_order() -> None:
    catalogue = course.load([SCENARIOS])
    assert [each.name for each in catalogue.scenarios][:5] == FIVE
    assert catalogue.problems == ()
    assert catalogue.scenarios[1].aliases == ("unawaited",)
    assert catalogue.scenarios[4].variants == ("sync", "threads", "async", "anyio")
    assert catalogue.scenarios[4].parameters == {"TASKS": 10, "DELAY": 0.05}


def test_the_chapters_are_those_of_the_course_in_its_order() -> None:
    for number, names in enumerate((FIVE, OVERLAP, BLOCKS, WRONG, SHARING, HOOD), 1):
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
    result = asyncdemo("run", "simulated-io-wait", "--json", "--set", "TASKS=6", "--set", "DELAY=0.1")
    runs = {run["variant"]: run for run in json.loads(result.stdout)["runs"]}
    lines = {name: "".join(each["text"] for each in run["output"]).splitlines() for name, run in runs.items()}
    assert list(runs) == ["sync", "threads", "async", "anyio"]
    assert all(sorted(each) == sorted(lines["sync"]) for each in lines.values())
    assert len(lines["sync"]) == 12
    assert lines["sync"][:3] == ["ask upload 0", "got upload 0", "ask download 1"]
    for name in ("threads", "async", "anyio"):
        assert all(line.startswith("ask") for line in lines[name][:6])
        assert runs[name]["seconds"]["script"] < runs["sync"]["seconds"]["script"] * 0.7
        assert runs[name]["parameters"] == {"TASKS": 6, "DELAY": 0.1}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: each.name)
def test_each_prints_what_it_promises(scenario: Scenario, asyncdemo: Callable[..., Result]) -> None:
    scripts = [script for script in scenario.scripts if script.unavailable is None]
    if not scripts:
        pytest.skip(str(scenario.unavailable_reason))
    runs = json.loads(asyncdemo("run", scenario.name, "--json").stdout)["runs"]
    for script, run in zip(scripts, runs, strict=True):
        assert run["ok"]
        assert [finding["rule"] for finding in run["findings"]] == list(script.findings)
        for stream, heading in (("stdout", "Output"), ("stderr", "Errors")):
            ordered, unordered = promised(script.source, heading)
            printed = "".join(each["text"] for each in run["output"] if each["stream"] == stream).splitlines()
            order_ends = len(printed) - len(unordered)
            assert re.fullmatch(pattern(ordered), "".join(f"{line}\n" for line in printed[:order_ends]))
            assert sorted(printed[order_ends:]) == sorted(unordered)


def pattern(lines: list[str]) -> str:
    """What matches these lines, with their placeholders."""
    meant = {"<address>": "0x[0-9a-f]+", "<path>": r"/.+?\.py", "<number>": r"\d[\d.,]*", "<any>": ".+"}
    patterns = []
    for line in lines:
        if line == "...":
            patterns.append(r"(?:.*\n)*?")
        else:
            parts = re.split(r"(<\w+>)", line)
            patterns.append("".join(meant.get(part, re.escape(part)) for part in parts) + r"\n")
    return "".join(patterns)


def promised(source: str, heading: str) -> tuple[list[str], list[str]]:
    """The lines of the block with this heading, and those of the block whose order is not promised."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in source.splitlines():
        if match := re.fullmatch(r"# (Output|Unordered output|Errors):", line):
            current = found.setdefault(match[1], [])
        elif current is not None and line.startswith("#"):
            current.append(line[2:])
        else:
            current = None
    return found.get(heading, []), found.get("Unordered output", []) if heading == "Output" else []


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: each.name)
def test_each_is_fit_for_a_projector(scenario: Scenario) -> None:
    assert len(scenario.summary) <= 60
    assert scenario.notes
    for script in scenario.scripts:
        code = script.source.split("# Output:")[0].split("# Unordered output:")[0].split("# Errors:")[0]
        assert max(map(len, code.splitlines())) <= 70
        assert "asyncdemo" not in [
            line.split()[1] for line in code.splitlines() if line.startswith(("import ", "from "))
        ]
