"""Each scenario, broken in the way that its misconception goes: `check` says what has changed.

All broken copies are checked by one command, each copy in the place of its original.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from asyncdemo.catalogue import course
from tests.conftest import SCENARIOS, Result

pytestmark = pytest.mark.slow


class Break(NamedTuple):
    """In this target the text becomes another one; then reason and diff contain all of `says`."""

    target: str
    old: str
    new: str
    says: tuple[str, ...]


BREAKS = (
    Break("sync-main", "result = main()", "result = main", ("- HelloWorld", "+ <function main at 0x")),
    Break(
        "unawaited-coroutine", "\nmain()\n", "\nasyncio.run(main())\n", ("+ greetings", "never-awaited was promised")
    ),
    Break(
        "print-coroutine",
        "print(main())",
        "print(main)",
        ("+ <function main at 0x", "stderr is empty", "never-awaited"),
    ),
    Break(
        "asyncio-run", "asyncio.run(main())", "main()", ("- greetings", "was never awaited", "never-awaited was found")
    ),
    Break(
        "simulated-io-wait:async",
        "await asyncio.gather(*[answer(n) for n in range(TASKS)])",
        "for n in range(TASKS): await answer(n)",
        ("+ got upload 0", "no choice matches the run"),
    ),
)


def broken_copy(folder: Path) -> None:
    """Write the course with all breaks into the folder."""
    shutil.copytree(SCENARIOS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    paths = {script_name(each, script): script.path for each in scenarios() for script in each.scripts}
    for target, old, new, _ in BREAKS:
        path = folder / paths[target].relative_to(SCENARIOS)
        text = path.read_text()
        assert text.count(old) == 1, (target, old)
        path.write_text(text.replace(old, new))


def scenarios() -> tuple[course.Scenario, ...]:
    return course.load([SCENARIOS]).scenarios


def script_name(scenario: course.Scenario, script: course.Script) -> str:
    return scenario.name if script.variant is None else f"{scenario.name}:{script.variant}"


def test_every_scenario_has_its_break() -> None:
    assert {each.target.partition(":")[0] for each in BREAKS} == {each.name for each in scenarios()}


def test_check_says_what_has_changed(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    broken_copy(tmp_path / "course")
    targets = [each.target for each in BREAKS]
    done = asyncdemo("check", *targets, "--json", "--scenarios", "course", timeout=170)
    results = {each["target"]: each for each in json.loads(done.stdout)["results"]}
    assert done.status == 3
    for target, _, _, says in BREAKS:
        result = results[target]
        if result["status"] == "skipped":
            continue  # it cannot run here, whole or broken
        assert result["status"] == "failed", target
        said = f"{result['reason']}\n{result['diff']}"
        assert all(re.sub(r"\s+", " ", each) in re.sub(r"[ \t]+", " ", said) for each in says), (target, said)
