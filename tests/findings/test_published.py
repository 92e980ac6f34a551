"""docs/findings.md and the course say what the rules do."""

import re
import sys

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Script
from asyncdemo.findings.rules import RULES, THRESHOLDS, published
from asyncdemo.model.recording import Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests import readme
from tests.conftest import SCENARIOS


def test_the_table_is_that_of_the_rules() -> None:
    assert readme.FINDINGS.read_text(encoding="utf-8") == readme.findings_page(), "run make rules"


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_says_what_it_is(rule: str) -> None:
    told = published(rule)
    assert re.match(r"(an error|a warning|a note)\b", told.pop("is"))
    assert set(told) == {"seen by"} | ({"counts from"} if rule in THRESHOLDS else set())


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
