"""Each rule on real scripts: at least four in which it is true, four in which it nearly is and must stay silent."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from asyncdemo.findings import RULES
from asyncdemo.findings.rules import explanation
from asyncdemo.model.recording import Run, Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.findings.examples import EXPLANATIONS, SCRIPTS, Example, examples

real = [pytest.mark.slow, pytest.mark.process]

HANGING = {"deadlock", "stuck", "endless-step", "self-wait", "blocked-exit", "pool-exhausted"}
RAISING = {"nested-run", "wrong-loop", "uncaught-group", "shared-stream"}
ATTEMPTS = 3  # a busy machine can hide what depends on time, but must never make something up
EXAMPLES = [each for path in sorted(SCRIPTS.glob("*.md")) for each in examples(path) if each.kind != "recorded"]
EXPLAINED = [example for path in sorted(EXPLANATIONS.glob("*.md")) for example in examples(path)]


def chosen(found: list[Example]) -> list[object]:
    """All of them; the first of each rule and kind is in every run of the tests, the others in `make observation`."""
    first: set[tuple[str, str]] = set()
    params: list[object] = []
    for each in found:
        later = (each.rule, each.kind) in first or "needs" in each.options
        first |= set() if later else {(each.rule, each.kind)}
        params.append(pytest.param(each, marks=[*real, *[pytest.mark.observation] * later], id=named(each)))
    return params


def named(example: Example) -> str:
    return f"{example.rule}: {example.kind}, {example.title}".replace(" ", "-")


def observed(example: Example, folder: Path) -> Run:
    script = folder / "script.py"
    script.write_text(example.code)
    timeout = 1.5 if "outcome" in example.options else 20.0
    subject = Subject("script", path=str(script), source=example.code)
    run = observe(Plan(subject, (sys.executable, str(script)), timeout=timeout))
    assert run.outcome.kind == example.options.get("outcome", "exited")
    assert run.outcome.code == (int(example.options.get("exit", 0)) if run.outcome.kind == "exited" else None)
    return run


def skip_if_it_cannot_run(example: Example) -> None:
    if find_spec(example.options.get("needs", "sys")) is None:
        pytest.skip(f"{example.options['needs']} is not installed")


@pytest.mark.parametrize("example", chosen(EXAMPLES))
def test_a_script(example: Example, tmp_path: Path) -> None:
    skip_if_it_cannot_run(example)
    for _ in range(ATTEMPTS if example.kind == "found" else 1):
        found = [(each.rule, each.line, each.times) for each in observed(example, tmp_path).findings or ()]
        if found == expected(example, found):
            break
    assert found == expected(example, found)


def expected(example: Example, found: list[tuple[str, int | None, int]]) -> list[tuple[str, int | None, int]]:
    """What must be found; only its rule where the line can differ from run to run."""
    if example.kind == "silent":
        return []
    if example.exactly or not found:
        return [(example.rule, example.line, example.times)]
    return [(example.rule, *found[0][1:])]


@pytest.mark.parametrize("example", chosen(EXPLAINED))
def test_the_examples_of_explanations(example: Example, tmp_path: Path) -> None:
    for _ in range(ATTEMPTS if example.kind == "Wrong" else 1):
        rules = [each.rule for each in observed(example._replace(options=allowed(example)), tmp_path).findings or ()]
        if rules:
            break
    assert rules == ([example.rule] if example.kind == "Wrong" else [])


def allowed(example: Example) -> dict[str, str]:
    """Only some errors end their program, and only what hangs does not end by itself."""
    if example.rule in HANGING and example.kind == "Wrong":
        return {"outcome": "timed-out"}
    return {"exit": "1"} if example.rule in RAISING and example.kind == "Wrong" else {}


@pytest.mark.parametrize("rule", RULES)
def test_there_are_enough(rule: str) -> None:
    kinds = [example.kind for example in EXAMPLES if example.rule == rule]
    assert kinds.count("found") >= 4
    assert kinds.count("silent") >= 4
    assert [example.kind for example in EXPLAINED if example.rule == rule] == ["Wrong", "Right"]
    assert "https://docs.python.org/3/" in explanation(rule)
