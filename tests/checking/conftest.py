"""Folders with scenarios to check."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = '''\
"""print one word

It prints one word.
"""
# /// script
# [tool.asyncdemo]
# question = "What does this print?"
# choices = ["one", "two", "nothing"]
# ///
print("one")

# Output:
# one
'''

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scenario, called `good` if nothing else is said, with replacements in the text of one that is good."""

    def write(*replacements: tuple[str, str], name: str = "good", text: str = GOOD) -> Path:
        for old, new in replacements:
            assert text.count(old) == 1, (old, text)
            text = text.replace(old, new)
        path = tmp_path / "mine" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write
