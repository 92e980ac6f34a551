"""Imports go one way: the contracts of [tool.importlinter] in pyproject.toml."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import REPOSITORY, clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.process]


def lint_imports(folder: Path) -> tuple[str, int]:
    """What import-linter says of the package in the folder, and its exit status."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=clean_environment(), check=False)
    return done.stdout + done.stderr, done.returncode


def test_imports_go_one_way() -> None:
    report, status = lint_imports(REPOSITORY)
    assert status == 0, report


@pytest.mark.parametrize(
    ("file", "imports", "contract"),
    [
        ("model/recording.py", "asyncdemo.comparison", "imports go one way"),
        ("views/document.py", "asyncdemo.cli", "imports go one way"),
        ("views/document.py", "asyncdemo.runner.observe", "imports go one way"),
        ("catalogue/course.py", "asyncdemo.views.document", "imports go one way"),
        ("probe/inject/_asyncdemo_probe.py", "asyncdemo.model.recording", "imports go one way"),
        ("a_new_module.py", "os", "imports go one way"),
        ("runner/observe.py", "asyncdemo.catalogue.course", "the runner knows"),
        ("views/document.py", "typer.core", "only the command line knows Typer"),
        ("views/wording.py", "rich.text", "only the terminal view knows Rich"),
        ("cli/show.py", "pygments", "only the terminal view knows Rich"),
        ("runner/observe.py", "anyio", "only the supervisor knows anyio"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, file: str, imports: str, contract: str) -> None:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copytree(REPOSITORY / "asyncdemo", tmp_path / "asyncdemo")
    with (tmp_path / "asyncdemo" / file).open("a") as module:
        module.write(f"\nimport {imports}\n")
    report, status = lint_imports(tmp_path)
    broken = [line for line in report.splitlines() if line.endswith(" BROKEN")]
    assert status == 1
    assert [line.startswith(contract) for line in broken] == [True], report
