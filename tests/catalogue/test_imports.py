"""Every command starts with the catalogue: what that imports is held down here."""

import subprocess
import sys

import pytest

from .conftest import Write, block

pytestmark = pytest.mark.process

PROGRAM = """
import pathlib, sys
from asyncdemo.catalogue import scenario
from asyncdemo.catalogue import course, staging, targets
found = course.load([pathlib.Path(sys.argv[1])])
imported = [name for name in sys.argv[2].split() if name in sys.modules]
print(imported, [scenario.available for scenario in found.scenarios])
"""
LATE = (
    "tomllib importlib.metadata difflib json tempfile typer rich anyio asyncio asyncdemo.model.recording "
    "asyncdemo.documents.document_blocks markdown_it"
)


def loaded(folder: object) -> str:
    command = [sys.executable, "-c", PROGRAM, str(folder), LATE]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_what_is_not_needed_is_not_imported(write: Write) -> None:
    assert loaded(write("course", {"a.py": '"""A."""\n', "f/x.py": ""})) == "[] [True, True]"


def test_only_a_block_needs_a_toml_parser(write: Write) -> None:
    assert loaded(write("course", {"a.py": block("dependencies = ['pytest']")})) == "['tomllib'] [True]"


def test_reading_leaves_no_trace(write: Write) -> None:
    root = write("course", {"a.py": "import pathlib\npathlib.Path('trace').touch()\nprint('ran')\n"})
    assert loaded(root) == "[] [True]"
    assert [path.name for path in root.iterdir()] == ["a.py"]
