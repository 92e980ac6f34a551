"""Switches off each rule of the findings in turn, and sees whether the pure tests notice: `make mutants`.

A rule that finds nothing is the plainest fault that there is. It is made in the memory of a pytest process of its own,
by way of this file as a plugin: no source is touched.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent
OFF = "ASYNCDEMO_TESTS_RULE_OFF"


def pytest_configure(config: pytest.Config) -> None:
    """Switch off the rule that the environment names, before any test imports it."""
    from asyncdemo.findings import rules

    rule = os.environ.get(OFF)
    if rule is not None:
        assert rule in rules.RULES
        rules.RULES[rule] = lambda _: []  # type: ignore[index]


def noticed_by(rule: str) -> tuple[int, str]:
    """The exit status of the pure tests without this rule, and the first test that failed, or an empty text."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.benchmarks.mutants", "-p", "no:cacheprovider", "-x"]
    tests = ["-m", "not process", "tests/findings"]
    done = subprocess.run(
        [*command, *tests], cwd=REPOSITORY, env=os.environ | {OFF: rule}, capture_output=True, text=True, check=False
    )
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return done.returncode, next(iter(failed), "")


def main() -> int:
    """Print a row for each rule; 1 if the tests pass without one of them."""
    from asyncdemo.findings import RULES

    survived = 0
    for rule in RULES:
        status, test = noticed_by(rule)
        survived += status != 1 or not test
        print(f"{rule:28} {test if status == 1 and test else 'SURVIVED'}", flush=True)
    return int(survived > 0)


if __name__ == "__main__":
    raise SystemExit(main())
