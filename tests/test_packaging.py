"""What people install: the wheel, the sdist, and the one file for machines without a network."""

import json
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from .conftest import REPOSITORY, SCENARIOS, Result, clean_environment

# One process for all of them, so that each package is built once.
pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.xdist_group("packaging")]

NAMES = {"sync-main", "unawaited-coroutine", "print-coroutine", "asyncio-run", "simulated-io-wait"}


def run(*command: str | Path, cwd: Path, env: Mapping[str, str]) -> Result:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, timeout=120, check=False)
    return Result(done.stdout, done.stderr, done.returncode)


def build(*options: str | Path) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", *options, REPOSITORY]
    done = run(*command, cwd=REPOSITORY, env=clean_environment())
    assert done.status == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packaging")


@pytest.fixture(scope="module")
def wheel(folder: Path) -> Path:
    build("--wheel", "--outdir", folder / "wheel")
    return next(folder.glob("wheel/*.whl"))


@pytest.fixture(scope="module")
def from_sdist(folder: Path) -> Path:
    """The folder of the sdist and of the wheel that is built from it and nothing else."""
    build("--outdir", folder / "sdist")
    return folder / "sdist"


def content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def course() -> set[str]:
    """The files of the scenarios and of the exercises."""
    paths = (path for folder in (SCENARIOS, REPOSITORY / "exercises") for path in folder.rglob("*"))
    files = (path for path in paths if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(REPOSITORY).as_posix() for path in files}


def test_the_wheel_has_the_course_the_types_and_the_licence(wheel: Path) -> None:
    names = set(content(wheel))
    assert {f"asyncdemo/{file}" for file in course()} < names
    assert {
        "asyncdemo/py.typed",
        "asyncdemo/probe/inject/sitecustomize.py",
        "asyncdemo/views/html/page/page.css",
    } < names
    assert sum(name.endswith("dist-info/licenses/LICENSE") for name in names) == 1
    strange = [name for name in names if "__pycache__" in name or not name.startswith(("asyncdemo/", "asyncdemo-"))]
    assert not strange


def test_the_sdist_has_all_that_it_takes_to_work_on_it(from_sdist: Path) -> None:
    with tarfile.open(next(from_sdist.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "tools/offline.py"}
    assert wanted | course() | {"tests/test_packaging.py"} < names


def test_the_sdist_builds_the_same_wheel(wheel: Path, from_sdist: Path) -> None:
    assert content(next(from_sdist.glob("*.whl"))) == content(wheel)


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, folder: Path) -> Path:
    """The programs of a virtual environment that holds the wheel and its dependencies only."""
    home = folder / "venv"
    venv.create(home, symlinks=True)
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--python", home)
    done = run(*pip, "install", wheel, cwd=folder, env=clean_environment())
    assert done.status == 0, done.stderr
    return home / "bin"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment that helps with nothing: no folder of the person's own to read or to write."""
    (tmp_path / "tmp").mkdir()
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TMPDIR": str(tmp_path / "tmp")}


def check_course(*program: str | Path, cwd: Path, env: Mapping[str, str]) -> None:
    """Check that the scenarios of the article are listed, that each runs, and that all end as they should."""
    listed = run(*program, "list", "--names", cwd=cwd, env=env)
    assert set(listed.stdout.splitlines()) >= NAMES, listed
    for name in NAMES:
        done = run(*program, "run", name, "--output-only", cwd=cwd, env=env)
        assert done.status == 0, done
        assert done.stdout or done.stderr, name
    done = run(*program, "run", "--json", *NAMES, "--save", "page.html", cwd=cwd, env=env)
    assert (cwd / "page.html").read_text().startswith("<!DOCTYPE html>")
    assert (done.status, done.stderr) == (0, "")
    runs = json.loads(done.stdout)["runs"]
    assert all(each["ok"] for each in runs)
    assert {each["target"] for each in runs} >= NAMES - {"simulated-io-wait"} | {"simulated-io-wait:anyio"}


def test_the_installed_wheel_runs_the_course(bin_folder: Path, tmp_path: Path, bare: dict[str, str]) -> None:
    check_course(bin_folder / "asyncdemo", cwd=tmp_path, env=bare)


def test_the_installed_wheel_runs_as_a_module_too(bin_folder: Path, tmp_path: Path, bare: dict[str, str]) -> None:
    version = run(bin_folder / "asyncdemo", "--version", cwd=tmp_path, env=bare)
    assert (version.stdout.split()[0], version.stderr, version.status) == ("asyncdemo", "", 0)
    assert run(bin_folder / "python", "-m", "asyncdemo", "--version", cwd=tmp_path, env=bare) == version


def interpreter(version: str) -> str | None:
    """The Python of that version on PATH, or beside the one that runs the tests, where version managers keep it."""
    name = f"python{version}"
    beside = sorted(map(str, Path(sys.base_prefix).parent.glob(f"*/bin/{name}")))
    for candidate in filter(None, [shutil.which(name), *beside]):
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate  # and not the stand-in of a version manager for one that is not there
    return None


@pytest.fixture(scope="module")
def pyz(folder: Path) -> Path:
    file = folder / "asyncdemo.pyz"
    done = run(sys.executable, REPOSITORY / "tools/offline.py", file, cwd=folder, env=clean_environment())
    assert done.status == 0, done.stderr
    return file


@pytest.mark.parametrize(
    "version",
    ["3.11", *(pytest.param(each, marks=pytest.mark.observation) for each in ("3.12", "3.13", "3.14")), "3.15"],
)
def test_one_file_runs_the_course(pyz: Path, version: str, tmp_path: Path, bare: dict[str, str]) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    (tmp_path / "typer.py").write_text("raise SystemExit('imported from the current folder')\n")
    check_course(python, pyz, cwd=tmp_path, env=bare)


def test_one_file_says_which_python_it_needs(pyz: Path, tmp_path: Path, bare: dict[str, str]) -> None:
    python = next(filter(None, map(interpreter, ["3.10", "3.9", "3.8"])), None)
    if python is None:
        pytest.skip("there is no Python here that is too old")
    done = run(python, pyz, cwd=tmp_path, env=bare)
    assert done.stderr.startswith("asyncdemo needs Python 3.11 or newer, and this is 3.")
    assert (done.stdout, done.status, done.stderr.count("\n")) == ("", 1, 1)


def test_one_file_is_unpacked_once_however_many_start(pyz: Path, tmp_path: Path, bare: dict[str, str]) -> None:
    env = bare | {"XDG_CACHE_HOME": str(tmp_path)}
    starts = [subprocess.Popen([sys.executable, pyz, "--version"], stdout=subprocess.PIPE, env=env) for _ in range(4)]
    assert len({start.communicate()[0] for start in starts}) == 1
    assert [start.returncode for start in starts] == [0] * 4
    assert len(list((tmp_path / "asyncdemo").iterdir())) == 1


@pytest.mark.parametrize("mode", ["everybody's", "a link"])
def test_one_file_trusts_only_a_folder_of_ones_own(pyz: Path, mode: str, tmp_path: Path, bare: dict[str, str]) -> None:
    refused = tmp_path / "asyncdemo"
    (tmp_path / "elsewhere").mkdir()
    if mode == "a link":
        refused.symlink_to("elsewhere")
    else:
        refused.mkdir()
        refused.chmod(0o777)
    env = bare | {"XDG_CACHE_HOME": str(tmp_path)}
    assert run(sys.executable, pyz, "--version", cwd=tmp_path, env=env).status == 0
    assert list(refused.iterdir()) == []
    (unpacked,) = (tmp_path / "tmp").iterdir()
    shutil.rmtree(unpacked)
    unpacked.symlink_to(tmp_path / "elsewhere")
    done = run(sys.executable, pyz, "--version", cwd=tmp_path, env=env)
    why = "somebody else could change what is in it"
    assert done.stderr == (
        f"asyncdemo can unpack itself nowhere: not in {refused} ({why}), nor in {unpacked} ({why}); "
        "set XDG_CACHE_HOME to a folder\n"
    )
    assert done.status == 1
