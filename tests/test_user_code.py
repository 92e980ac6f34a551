"""Which files are a person's own: the probe and the tool have one answer."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.model.user_code import is_own
from asyncdemo.runner.child import PROBE_FOLDER
from tests.conftest import Result
from tests.processes import needs_interpreter

LIBRARIES = (
    "/opt/python/lib/python3.11/",
    "/opt/python/lib/python3.11/site-packages/",
    "/home/ada/.local/lib/python3.11/site-packages/",
    "/opt/packages/",
)
OWN = [
    "script.py",
    "/home/ada/lib/script.py",
    "/home/ada/lib/python3-course/script.py",
    "/home/ada/lib/python3-course/site-packages.py",
    "/home/ada/project/src/installed_to_be_edited/__init__.py",
    "/venv/asyncdemo/scenarios/sync-main.py",
    "/opt/python/lib/python3.11/site-packages/asyncdemo/scenarios/sync-main.py",
]
OTHERS = [
    "",
    "<frozen runpy>",
    "/opt/python/lib/python3.11/asyncio/locks.py",
    "/opt/python/lib/python311.zip/asyncio/locks.py",
    "/home/ada/vendor.zip/library.py",
    "/home/ada/project/.venv/lib/python3.12/site-packages/x.py",
    "/usr/lib/python3/dist-packages/x.py",
    "/home/ada/.local/lib/python3.11/site-packages/x.py",
]


@pytest.mark.parametrize("libraries", [LIBRARIES, ()])
@pytest.mark.parametrize("path", OWN)
def test_a_script_and_a_scenario_are(path: str, libraries: tuple[str, ...]) -> None:
    assert is_own(path, libraries)


@pytest.mark.parametrize("libraries", [LIBRARIES, ()])
@pytest.mark.parametrize("path", OTHERS)
def test_libraries_are_not(path: str, libraries: tuple[str, ...]) -> None:
    assert not is_own(path, libraries)


def test_a_folder_that_is_only_called_like_pythons_is_own_where_the_interpreter_says_where_its_libraries_are() -> None:
    path = "/home/ada/lib/python3.11/script.py"
    assert is_own(path, LIBRARIES)
    assert not is_own(path)


def test_what_an_interpreter_names_is_none() -> None:
    assert not is_own("/opt/packages/library.py", LIBRARIES)
    assert is_own("/opt/packages/library.py")


def test_the_probe_is_not() -> None:
    probe = list(Path(PROBE_FOLDER).glob("_asyncdemo_*.py"))
    assert probe
    assert not any(is_own(str(path)) for path in probe)


SCRIPT = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import library
async def main():
    await library.wait()
asyncio.run(main())
"""
LIBRARY = "import asyncio\nasync def wait():\n    await asyncio.sleep(0.05)\n"


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("version", ["3.8", "3.11", "3.15"])
@pytest.mark.parametrize(
    ("folder", "own"),
    [
        ("lib/python3-course", True),
        ("lib/python3.11", True),
        ("src", True),
        (".venv/lib/python3.9/site-packages", False),
        ("dist-packages", False),
        ("library.zip", False),
    ],
)
def test_the_line_at_which_a_task_waits_is_the_persons_own(
    asyncdemo: Callable[..., Result], tmp_path: Path, version: str, folder: str, own: bool
) -> None:
    """The innermost own line: in the library where that is the person's, else in the script."""
    place = tmp_path / folder
    if place.suffix == ".zip":
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("library.py", LIBRARY)
    else:
        place.mkdir(parents=True)
        (place / "library.py").write_text(LIBRARY)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    python = needs_interpreter(version)
    done = asyncdemo("run", "--json", "--spans", "--python", python, str(script), "--", str(place))
    (run,) = json.loads(done.stdout)["runs"]
    waits = {(Path(each["path"]).name, each["line"]) for each in run["spans"] if each["state"] == "waiting"}
    assert waits == ({("library.py", 3)} if own else {("script.py", 6)})


@pytest.mark.slow
@pytest.mark.process
def test_an_interpreter_names_the_folders_of_its_libraries(asyncdemo: Callable[..., Result], tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    done = asyncdemo("run", "--json", "--python", str(venv / "bin" / "python"), "-m", "this")
    named = json.loads(done.stdout)["runs"][0]["python"]["libraries"]

    assert named[0] == f"{Path(os.__file__).parent}/"
    assert f"{packages}/" in named
