"""Which Python a person's own program runs on: said in its header, and what to do where it lacks a module."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import split

import pytest

from tests.conftest import Result
from tests.environments import environment

pytestmark = [pytest.mark.slow, pytest.mark.process]

Program = Callable[..., Result]
NEEDS = """\
# /// script
# requires-python = ">=3.8"
# dependencies = ["six>=1.16"]
# ///
import sys
import six
print("six is there", sys.prefix != sys.base_prefix)
"""


def venv(folder: Path, module: str | None = None) -> Path:
    """A virtual environment, with a module in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    if module is not None:
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / f"{module}.py").write_text("print('found')\n")
    return folder


def wide(**changes: str) -> Mapping[str, str]:
    return {"COLUMNS": "300", **changes}


def test_the_nearest_environment_is_taken_and_said(asyncdemo: Program, tmp_path: Path) -> None:
    venv(tmp_path / ".venv", "only_there")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "x.py").write_text("import only_there\n")
    shown = asyncdemo("run", "app/x.py", env=wide())
    assert shown.status == 0
    assert shown.stdout.startswith("app/x.py   on .venv/bin/python (nearest virtual environment)")
    assert "found" in asyncdemo("run", "-m", "only_there", env=wide()).stdout
    assert asyncdemo("run", "--output-only", "app/x.py") == Result("found\n", "", 0)


def test_a_broken_one_is_named_in_the_notes(asyncdemo: Program, tmp_path: Path) -> None:
    python = venv(tmp_path / ".venv") / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    (tmp_path / "x.py").write_text("print(1)\n")
    shown = asyncdemo("run", "x.py", env=wide())
    note = ".venv is passed over: it leads to /nowhere/python3, which is not there"
    assert (shown.status, note in shown.stdout) == (0, True)
    assert asyncdemo("run", "--output-only", "x.py") == Result("1\n", "", 0)
    assert note in asyncdemo("doctor", "x.py", env=wide()).stdout


@pytest.mark.parametrize("words", ["x.py", "-m x", "x.py -- 5"])
def test_the_command_that_is_proposed_finds_the_module(asyncdemo: Program, tmp_path: Path, words: str) -> None:
    venv(tmp_path / "without")
    active = {"VIRTUAL_ENV": str(tmp_path / "without")}
    venv(tmp_path / ".venv", "only_there")
    (tmp_path / "x.py").write_text("import only_there\n")
    shown = asyncdemo("run", *split(words), env=wide(**active))
    assert shown.status == 1
    last = shown.stdout.splitlines()[-1]
    assert last.startswith(f"which Python? {tmp_path}/without/bin/python has no only_there:   ")
    command = last.partition(":   asyncdemo ")[2]
    assert asyncdemo(*split(command), env=wide(**active)).status == 0


def test_a_module_that_is_nowhere(asyncdemo: Program, tmp_path: Path) -> None:
    python = venv(tmp_path / ".venv") / "bin" / "python"
    (tmp_path / "x.py").write_text("import yaml_of_nobody.loader\n")
    last = asyncdemo("run", "x.py", env=wide()).stdout.splitlines()[-1]
    assert last.startswith(f"which Python? {python} has no yaml_of_nobody:   ")
    assert last.endswith((" pip install yaml_of_nobody", f"--python {python} yaml_of_nobody"))
    missing = asyncdemo("run", "-m", "nobody_s", env=wide()).stdout.splitlines()[-1]
    assert missing.startswith(f"which Python? {python} has no nobody_s:   ")


@pytest.mark.parametrize(
    "source",
    [
        "import package.missing\n",
        "import other\n",
        "try:\n    import nothing_like_it\nexcept ImportError:\n    raise SystemExit(1)\n",
        "import sys\nprint(\"ModuleNotFoundError: No module named 'yaml'\", file=sys.stderr)\nsys.exit(1)\n",
    ],
)
def test_it_is_not_asked_of_a_module_of_one_s_own(asyncdemo: Program, tmp_path: Path, source: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "src" / "other").mkdir(parents=True)
    (tmp_path / "app" / "x.py").write_text(source)
    shown = asyncdemo("run", "app/x.py", env=wide())
    assert (shown.status, "which Python?" in shown.stdout) == (1, False)


def test_what_a_script_needs_and_its_python_has_not(asyncdemo: Program, tmp_path: Path) -> None:
    python = venv(tmp_path / ".venv") / "bin" / "python"
    (tmp_path / "x.py").write_text(NEEDS.replace("six", "nobody_has_this"))
    here = {"PATH": "/usr/bin:/bin"}
    shown = asyncdemo("run", "x.py", env=wide(**here))
    said = " ".join(shown.stdout.split())  # it takes several rows where the folder has a long name
    assert f"it needs nobody_has_this>=1.16, and {python} has not: {python} -m pip install " in said
    assert "or install uv, which is then asked for it" in said
    (tmp_path / "y.py").write_text('# /// script\n# requires-python = ">=3.99"\n# ///\nprint("runs")\n')
    shown = asyncdemo("run", "y.py", env=wide(**here))
    assert "it needs Python 3.99 or newer (this is 3." in shown.stdout
    assert "  runs" in shown.stdout


def test_uv_prepares_what_a_script_needs(asyncdemo: Program, tmp_path: Path) -> None:
    folder = Path(environment("3.13", "uv")).parent
    (tmp_path / "x.py").write_text(NEEDS)
    programs = folder.parent / "lib" / "python3.13" / "site-packages" / "bin"  # where pip puts them with --target
    with_uv = {"PATH": f"{programs}:{folder}:/usr/bin:/bin", "UV_CACHE_DIR": str(tmp_path / "cache")}
    shown = asyncdemo("run", "x.py", env=wide(**with_uv))
    if "uv cannot prepare" in shown.stdout:
        pytest.skip("uv cannot install six here: " + shown.stdout)
    assert (shown.status, "six is there True" in shown.stdout) == (0, True)
    assert "(by uv, with what it needs)" in shown.stdout.splitlines()[0]
    assert asyncdemo("run", "--output-only", "x.py", env=with_uv) == Result("six is there True\n", "", 0)
    (tmp_path / "y.py").write_text(NEEDS.replace("1.16", "99"))
    shown = asyncdemo("run", "y.py", env=wide(**with_uv))
    assert shown.status == 1
    assert "did not start: uv cannot prepare what it needs: " in shown.stdout
    assert "six" in shown.stdout.partition("what it needs: ")[2]
    refused = asyncdemo("run", "--output-only", "y.py", env=with_uv)
    assert (refused.stdout, refused.status) == ("", 125)
