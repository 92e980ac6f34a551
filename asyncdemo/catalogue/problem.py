"""What is wrong with a file that was meant to be a scenario. It never hides the other files."""

from pathlib import Path
from typing import NamedTuple

from asyncdemo.errors import UsageError


class Problem(NamedTuple):
    """A file or folder that could not be used as it is; the reason begins with the line where that is known.

    The path is raw: a view must make it safe for its terminal.
    """

    path: Path
    reason: str


class Unreadable(UsageError):
    """The file cannot be read as what it is meant to be: the message is the reason, without the file."""
