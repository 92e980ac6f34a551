"""What a word on the command line may have been meant for: each command that is named is one that works."""

from pathlib import Path

import pytest

from asyncdemo.catalogue.targets import command_for, meant


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "x.py").write_text("print(1)\n")
    (tmp_path / "article.md").write_text("```python\nprint(1)\n```\n")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tool.py").write_text("print(1)\n")
    (tmp_path / "b.json").write_text('{"schema": "asyncdemo.recording/1", "runs": []}')
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "nb.ipynb").write_text('{"cells": []}')
    for folder in ("pkg/sub", "not-a-name", "empty"):
        (tmp_path / folder).mkdir(parents=True)
    for program in ("pkg/__main__.py", "pkg/sub/__main__.py", "not-a-name/__main__.py", "scripts/a b.py"):
        (tmp_path / program).write_text("print(1)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("b.json", "b.json is a recording: asyncdemo replay b.json"),
        ("other.json", None),
        ("none.json", None),
        ("x", "x is no file, and x.py is one: asyncdemo run x.py"),
        ("scripts/a b", "scripts/a b is no file, and scripts/a b.py is one: asyncdemo run 'scripts/a b.py'"),
        ("scripts.tool", "scripts.tool is a module: asyncdemo run -m scripts.tool"),
        ("scripts.none", None),
        (".", ". is a folder; name a script in it, for example asyncdemo run x.py, or add it with --scenarios"),
        ("x\0.json", None),
        ("pkg/", "pkg/ is a package: asyncdemo run -m pkg"),
        ("pkg", "pkg is a package: asyncdemo run -m pkg"),
        ("pkg/sub", "pkg/sub is a package: asyncdemo run -m pkg.sub"),
        ("not-a-name", "not-a-name is a folder with a program in it: asyncdemo run not-a-name/__main__.py"),
        (
            "scripts",
            "scripts is a folder; name a script in it, for example asyncdemo run 'scripts/a b.py', "
            "or add it with --scenarios",
        ),
        ("empty", "empty is a folder; name a script in it, or add it with --scenarios"),
        (
            "nb.ipynb",
            "nb.ipynb is a notebook, which cannot be run yet; convert it to a script: "
            "jupyter nbconvert --to script nb.ipynb, then asyncdemo run nb.py",
        ),
    ],
)
def test_what_is_no_target(here: Path, word: str, says: str | None) -> None:
    assert meant(word) == says


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["x.py"], "to run it: asyncdemo run x.py"),
        (["x.py", "5"], "to run it: asyncdemo run x.py -- 5"),
        (["x.py", "--", "a b"], "to run it: asyncdemo run x.py -- 'a b'"),
        (["article.md"], "to run it: asyncdemo run article.md"),
        (["none.py"], None),
        (["pkg/"], "pkg/ is a package: asyncdemo run -m pkg"),
    ],
)
def test_what_is_no_command(here: Path, words: list[str], says: str | None) -> None:
    assert command_for(words) == says
