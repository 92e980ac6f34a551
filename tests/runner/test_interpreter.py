"""Which interpreters there are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.runner.plan import NoInterpreterError, find_interpreter, first_found
from tests.conftest import Result

SHIM = "#!/bin/sh\necho pyenv: not switched on >&2\nexit 127\n"
STARTS = "#!/bin/sh\n"


def command(path: Path, content: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Two folders on PATH, and one of pyenv's with nothing in it."""
    return {"PATH": f"{tmp_path}/shims:{tmp_path}/bin", "PYENV_ROOT": str(tmp_path)}


@pytest.mark.process
def test_the_first_version_that_starts(tmp_path: Path, environ: dict[str, str]) -> None:
    for version, content in (("3.12", SHIM), ("3.13", STARTS), ("3.14", STARTS)):
        command(tmp_path / "bin" / f"python{version}", content)
    assert first_found(["3.11", "3.12", "3.13", "3.14"], environ) == "3.13"
    assert first_found(["3.11", "3.12"], environ) is None


@pytest.mark.process
def test_a_shim_that_does_not_start_is_passed_over(tmp_path: Path, environ: dict[str, str]) -> None:
    command(tmp_path / "shims" / "python3.9", SHIM)
    real = command(tmp_path / "bin" / "python3.9", "\x7fELF")
    assert find_interpreter("3.9", environ, own_program=True) == real
    assert find_interpreter("python3.9", environ, own_program=True) == real


@pytest.mark.process
def test_a_shim_that_starts_is_what_pyenv_has_chosen(tmp_path: Path, environ: dict[str, str]) -> None:
    shim = command(tmp_path / "shims" / "python3.9", STARTS)
    command(tmp_path / "versions" / "3.9.18" / "bin" / "python3.9", STARTS)
    assert find_interpreter("3.9", environ, own_program=True) == shim


@pytest.mark.process
@pytest.mark.parametrize("shim", [True, False])
def test_a_version_that_pyenv_has_not_switched_on(tmp_path: Path, environ: dict[str, str], shim: bool) -> None:
    if shim:
        command(tmp_path / "shims" / "python3.9", SHIM)
    for release in ("3.9.2", "3.9.18", "3.9.19rc1", "3.19.1"):
        command(tmp_path / "versions" / release / "bin" / "python3.9", STARTS)
    found = find_interpreter("3.9", environ, own_program=True)
    assert found == str(tmp_path / "versions" / "3.9.18" / "bin" / "python3.9")


@pytest.mark.process
def test_a_shim_and_nothing_behind_it(tmp_path: Path, environ: dict[str, str]) -> None:
    command(tmp_path / "shims" / "python3.9", SHIM)
    with pytest.raises(NoInterpreterError) as caught:
        find_interpreter("3.9", environ, own_program=True)
    said = "python3.9 on PATH does not start; give a path, as in --python /path/to/python3.9"
    assert (str(caught.value), caught.value.status) == (said, 126)


def test_nothing_runs_where_one_of_several_interpreters_is_missing(
    asyncdemo: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("open('ran', 'w')\n")
    done = asyncdemo("compare", "a.py", "--python", "3", "--python", "3.99")
    assert done.status == 1
    assert "3.99: did not start: there is no python3.99 on PATH\n" in done.stdout
    assert not (tmp_path / "ran").exists()
