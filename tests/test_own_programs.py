"""What a run of a person's own program shows besides what it does: its code, how long it is watched, what is next."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result

pytestmark = pytest.mark.slow  # each starts two interpreters

Program = Callable[..., Result]
TICK = "import time\n\nprint('tick')\ntime.sleep(0.01)\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text("print('nothing is imported')\n")
    (folder / "module.py").write_text(TICK)
    return folder


@pytest.mark.parametrize("options", [[], ["--source"]])
def test_the_code_of_a_module_is_shown_as_that_of_a_script(
    asyncdemo: Program, package: Path, options: list[str]
) -> None:
    rows = asyncdemo("run", "-m", "package.module", *options).stdout.splitlines()
    assert rows[2] == "   1   import time"
    assert rows[4].startswith("   3   print('tick')   ◄ 0.0")
    assert rows[-1].endswith("asyncdemo run -m package.module --source --timing") or rows[-1] == "--timing"
    (run,) = json.loads(asyncdemo("run", "-m", "package.module", "--json").stdout)["runs"]
    assert run["path"] == str(package / "module.py")
    assert run["source_sha256"] is not None


def test_a_package_that_imports_nothing_is_known_too(asyncdemo: Program, package: Path) -> None:
    rows = asyncdemo("run", "-m", package.name, "--source").stdout.splitlines()
    assert rows[2].startswith("   1   print('nothing is imported')   ◄ ")


def test_where_there_is_no_code_to_show_it_says_why(asyncdemo: Program) -> None:
    shown = asyncdemo("run", "-m", "this", "--source").stdout
    assert "\n           no code: its file is a library's, or cannot be read\n" in shown
    assert "no code" not in asyncdemo("run", "-m", "this").stdout


def test_how_long_it_is_watched_is_said_while_it_is(asyncdemo: Program, package: Path) -> None:
    (package / "server.py").write_text("import time\n\ntime.sleep(60)\n")
    done = asyncdemo("run", "-m", "package.server", "--for", "1s", env={"COLUMNS": "200"})
    assert done.stdout.startswith("-m package.server   watched for 1 s, Ctrl-C ends it   on ")
    done = asyncdemo("run", "-m", "package.module", "--for", "1s", env={"COLUMNS": "200"})
    assert done.stdout.startswith("-m package.module   on ")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        (["-"], "all timings   asyncdemo run - --timing"),
        (["-", "--timing"], "everything as a page   asyncdemo run - --save run.html"),
        (["a.py", "--timing"], "everything as a page   asyncdemo run a.py --save a.html"),
        (
            ["-m", "package.module", "--timing"],
            "everything as a page   asyncdemo run -m package.module --save module.html",
        ),
    ],
)
def test_there_is_always_a_next_step(
    asyncdemo: Program, package: Path, tmp_path: Path, words: list[str], step: str
) -> None:
    del package
    (tmp_path / "a.py").write_text(TICK)
    assert asyncdemo("run", *words, stdin=TICK, env={"COLUMNS": "200"}).stdout.splitlines()[-1] == step


def test_standard_input_is_called_by_its_name(asyncdemo: Program) -> None:
    assert asyncdemo("run", "-", stdin=TICK).stdout.startswith("standard input   on ")
