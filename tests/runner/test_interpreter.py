"""Which interpreters there are."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from asyncdemo.runner.interpreter import NoInterpreterError, choose, first_found, others
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
    assert choose("3.9", environ, near=Path()).python == real
    assert choose("python3.9", environ, near=Path()).python == real


@pytest.mark.process
def test_a_shim_that_starts_is_what_pyenv_has_chosen(tmp_path: Path, environ: dict[str, str]) -> None:
    shim = command(tmp_path / "shims" / "python3.9", STARTS)
    command(tmp_path / "versions" / "3.9.18" / "bin" / "python3.9", STARTS)
    assert choose("3.9", environ, near=Path()).python == shim


@pytest.mark.process
@pytest.mark.parametrize("shim", [True, False])
def test_a_version_that_pyenv_has_not_switched_on(tmp_path: Path, environ: dict[str, str], shim: bool) -> None:
    if shim:
        command(tmp_path / "shims" / "python3.9", SHIM)
    for release in ("3.9.2", "3.9.18", "3.9.19rc1", "3.19.1"):
        command(tmp_path / "versions" / release / "bin" / "python3.9", STARTS)
    found = choose("3.9", environ, near=Path()).python
    assert found == str(tmp_path / "versions" / "3.9.18" / "bin" / "python3.9")


@pytest.mark.process
def test_a_shim_and_nothing_behind_it(tmp_path: Path, environ: dict[str, str]) -> None:
    command(tmp_path / "shims" / "python3.9", SHIM)
    with pytest.raises(NoInterpreterError) as caught:
        choose("3.9", environ, near=Path())
    said = "python3.9 on PATH does not start; give a path, as in --python /path/to/python3.9"
    assert (str(caught.value), caught.value.status) == (said, 126)


def venv(folder: Path) -> str:
    """A virtual environment of the Python that runs the tests, made in no time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return str(folder / "bin" / "python")


@pytest.mark.slow
@pytest.mark.process
def test_the_nearest_virtual_environment_that_works(tmp_path: Path, environ: dict[str, str]) -> None:
    on_path = command(tmp_path / "bin" / "python3", STARTS)
    near = tmp_path / "project" / "app"
    near.mkdir(parents=True)
    assert choose(None, environ, near=near) == (on_path, "", ())
    found = venv(tmp_path / "project" / "venv")
    assert choose(None, environ, near=near) == (found, "nearest virtual environment", ())
    found = venv(tmp_path / "project" / ".venv")
    assert choose(None, environ, near=near).python == found
    assert choose(str(tmp_path / "project"), environ, near=near).python == found  # the folder that it is in
    assert choose(None, environ, near=None).python == sys.executable  # of a scenario
    (near / "venv").mkdir()
    assert choose(None, environ, near=near).python == found  # a folder of the person's own, called like one
    active = venv(tmp_path / "elsewhere")
    why = f"VIRTUAL_ENV, not {tmp_path}/project/.venv"
    assert choose(None, {**environ, "VIRTUAL_ENV": str(tmp_path / "elsewhere")}, near=near) == (active, why, ())
    within = {**environ, "VIRTUAL_ENV": str(tmp_path / "project" / ".venv")}
    assert choose(None, within, near=near) == (found, "", ())
    assert choose(str(tmp_path / "elsewhere"), environ, near=near) == (active, "", ())


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("broken", ["dangling", "empty", "fails", "packages"])
def test_one_that_is_broken_is_named_and_passed_over(tmp_path: Path, environ: dict[str, str], broken: str) -> None:
    on_path = command(tmp_path / "bin" / "python3", STARTS)
    folder = tmp_path / ".venv"
    python = Path(venv(folder))
    if broken == "packages":  # as after an upgrade of the system's Python
        (folder / "lib").rename(folder / "was-lib")
    else:
        python.unlink()
    if broken == "dangling":
        python.symlink_to("/nowhere/python3")
    if broken == "fails":
        command(python, SHIM)
    said = {"dangling": "leads to /nowhere/python3, which is not there", "empty": "has no bin/python"}
    why = said.get(broken, "does not start as one; make it again")
    assert choose(None, environ, near=tmp_path) == (on_path, "", (f"{folder} is passed over: it {why}",))
    outer = tmp_path / "inner" / "app"
    outer.mkdir(parents=True)
    good = venv(tmp_path / "inner" / ".venv")
    assert choose(None, environ, near=outer) == (good, "nearest virtual environment", ())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.slow
@pytest.mark.process
def test_nothing_is_run_that_belongs_to_somebody_else(tmp_path: Path, environ: dict[str, str]) -> None:
    on_path = command(tmp_path / "bin" / "python3", STARTS)
    found = venv(tmp_path / ".venv")
    near = tmp_path / "app"
    near.mkdir()
    os.chown(tmp_path / ".venv", 4242, 4242)
    said = f"{tmp_path}/.venv is passed over: it belongs to somebody else"
    assert choose(None, environ, near=near) == (on_path, "", (said,))
    os.chown(near, 4242, 4242)  # then the program does, too
    assert choose(None, environ, near=near).python == found


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder for all, with a .venv and a folder `app` in it; nobody may look into the .venv, not even root."""
    with TemporaryDirectory() as name:  # pytest's own folders are private themselves
        folder, user = Path(name), os.geteuid()
        folder.chmod(0o755)
        (folder / "app").mkdir()
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "pyvenv.cfg").write_text("")
        (folder / ".venv").chmod(0o000)
        try:
            if user == 0:
                os.seteuid(4242)
            yield folder
        finally:
            os.seteuid(user)
            (folder / ".venv").chmod(0o700)


def test_an_environment_that_is_private_to_somebody_else_is_passed_over(private: Path) -> None:
    nothing = {"PATH": "/nowhere"}
    own = (sys.executable, "asyncdemo's own: there is none on PATH", ())
    assert choose(None, nothing, near=private / "app") == own
    assert [python for _, python in others("", nothing, private / "app")] == [sys.executable]
    said = f"VIRTUAL_ENV is passed over: {private}/.venv has no bin/python"
    assert choose(None, {**nothing, "VIRTUAL_ENV": f"{private}/.venv"}, near=private / "app") == (*own[:2], (said,))


@pytest.mark.parametrize("choice", ["bin", "bin/python"])
def test_an_interpreter_that_nobody_may_see_is_not_there(private: Path, choice: str) -> None:
    with pytest.raises(NoInterpreterError) as caught:
        choose(f"{private}/.venv/{choice}", {"PATH": "/nowhere"}, near=private)
    assert str(caught.value) == f"there is no interpreter {private}/.venv/{choice}"


@pytest.mark.process
def test_an_active_environment_that_is_gone(tmp_path: Path, environ: dict[str, str]) -> None:
    on_path = command(tmp_path / "bin" / "python3", STARTS)
    gone = {**environ, "VIRTUAL_ENV": "/nowhere"}
    said = "VIRTUAL_ENV is passed over: /nowhere has no bin/python"
    assert choose(None, gone, near=tmp_path) == (on_path, "", (said,))


def test_where_there_is_none_at_all(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path)}
    assert choose(None, nothing, near=tmp_path) == (sys.executable, "asyncdemo's own: there is none on PATH", ())


def test_nothing_runs_where_one_of_several_interpreters_is_missing(
    asyncdemo: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("open('ran', 'w')\n")
    done = asyncdemo("compare", "a.py", "--python", "3", "--python", "3.99")
    assert done.status == 1
    assert "3.99: did not start: there is no python3.99 on PATH\n" in done.stdout
    assert not (tmp_path / "ran").exists()
