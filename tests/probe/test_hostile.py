"""Scripts that look for us by enumerating, and those that live under narrow limits, run as they would without us."""

from pathlib import Path

import pytest

from tests.probe import hostile_scripts
from tests.probe.conftest import Both, same
from tests.processes import needs_interpreter

pytestmark = [pytest.mark.slow, pytest.mark.process]  # each starts three interpreters

VERSIONS = ("3.8", "3.11", "3.13", "3.14", "3.15")
SCRIPTS = {
    "exceptions": hostile_scripts.EXCEPTIONS,
    "everything": hostile_scripts.EVERYTHING,
    "file size": hostile_scripts.FILE_SIZE,
    "limits": hostile_scripts.LIMITS,
    "closed descriptors": hostile_scripts.CLOSED,
    "builtins": hostile_scripts.BUILTINS,
}
LAZINESS = [None, "normal", "all"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_looks_different(both: Both, tmp_path: Path, name: str, version: str) -> None:
    (tmp_path / "script.py").write_text(SCRIPTS[name])
    without, watched, run = both(needs_interpreter(version), "script.py")
    same(without, watched)
    assert run["notes"] == []
    assert run["trace"]["complete"]


@pytest.mark.parametrize("laziness", LAZINESS)
@pytest.mark.parametrize("name", ["lazy", *SCRIPTS])
def test_imports_may_be_lazy(both: Both, tmp_path: Path, name: str, laziness: str | None) -> None:
    (tmp_path / "script.py").write_text(hostile_scripts.LAZY if name == "lazy" else SCRIPTS[name])
    environ = {} if laziness is None else {"PYTHON_LAZY_IMPORTS": laziness}
    without, watched, run = both(needs_interpreter("3.15"), "script.py", environ=environ)
    same(without, watched)
    assert run["notes"] == []
    assert run["trace"]["complete"]
