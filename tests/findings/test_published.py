"""docs/findings.md and the course say what the rules do."""

import re
import sys

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Script
from asyncdemo.findings import RULES, THRESHOLDS
from asyncdemo.model.recording import Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.conftest import REPOSITORY, SCENARIOS


def published() -> dict[str, float | None]:
    """The rules in the documentation's table, with the threshold that stands there."""
    text = (REPOSITORY / "docs" / "findings.md").read_text()
    rows = re.findall(r"^\| ([a-z-]+) \| an? [^|]*\| ?([\d.]*)[^|]*\|", text, re.MULTILINE)
    return {rule: float(number) if number else None for rule, number in rows}


def test_the_table_has_every_rule_with_its_threshold() -> None:
    assert published() == {rule: THRESHOLDS.get(rule) for rule in RULES}


def scripts() -> list[Script]:
    return [script for scenario in course.load([SCENARIOS]).scenarios for script in scenario.scripts]


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.path.stem)
def test_a_scenario_has_the_findings_that_it_declares_and_no_others(script: Script) -> None:
    if script.unavailable is not None:
        pytest.skip(script.unavailable)
    subject = Subject(script.path.stem, path=str(script.path), source=script.source)
    plan = Plan(subject, (sys.executable, str(script.path)), timeout=30.0, untraced=not script.watched)
    findings = observe(plan).findings
    assert sorted({finding.rule for finding in findings or ()}) == sorted(script.findings)
