"""Findings in real scripts."""

from pathlib import Path

import pytest

QUICK = ()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever starts interpreters to see what is observed in them is run on its own: see the marker."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.name not in QUICK:
            item.add_marker(pytest.mark.observation)
