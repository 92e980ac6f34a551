"""The catalogue as `list --json` shows it."""

from typing import Any

from asyncdemo.catalogue.scenario import Catalogue, Scenario

SCHEMA = "asyncdemo.list/1"


def to_json(catalogue: Catalogue) -> dict[str, Any]:
    """Give the published shape: all scenarios in course order, and what could not be used."""
    return {
        "schema": SCHEMA,
        "scenarios": [_scenario(scenario) for scenario in catalogue.scenarios],
        "problems": [{"path": str(problem.path), "reason": problem.reason} for problem in catalogue.problems],
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    asked = {script.requires_python for script in scenario.scripts}
    return {
        "name": scenario.name,
        "chapter": scenario.chapter.number,
        "chapter_title": scenario.chapter.title,
        "summary": scenario.summary,
        "variants": list(scenario.variants),
        "aliases": list(scenario.aliases),
        "path": str(scenario.path),
        # Of variants that differ none is the scenario's: one of them may run where another cannot.
        "requires_python": asked.pop() if len(asked) == 1 else None,
        "available": scenario.available,
        "unavailable_reason": scenario.unavailable_reason,
        "parameters": scenario.parameters,
    }
