"""The staged copy, run by a real interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

from asyncdemo.catalogue.staging import staged
from asyncdemo.errors import ToolError

from .conftest import Write


@pytest.mark.process
def test_it_runs_beside_links_to_the_original_s_siblings(write: Write) -> None:
    root = write(
        "mine",
        {
            "main.py": "original",
            "helper.py": "NAME = 'helper'\n",
            "package/__init__.py": "NAME = 'package'\n",
            "data.txt": "data",
            "__pycache__/main.pyc": "",
            ".hidden": "",
        },
    )
    code = (
        "import helper, package, pathlib\n"
        "here = pathlib.Path(__file__).parent\n"
        "print(helper.NAME, package.NAME, (here / 'data.txt').read_text(), __file__)\n"
    )
    with staged(code.encode(), "main.py", root) as path:
        assert (path.name, path.read_text()) == ("main.py", code)
        assert sorted(one.name for one in path.parent.iterdir()) == [
            ".hidden", "data.txt", "helper.py", "main.py", "package",
        ]  # fmt: skip
        run = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
        assert run.stdout == f"helper package data {path}\n"
    assert not path.parent.exists()
    assert (root / "main.py").read_text() == "original"
    assert (root / "package/__init__.py").exists()


def test_a_folder_may_be_relative_or_none(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write("mine", {"helper.py": "x"}))
    with staged(b"", "main.py", Path()) as path:
        assert path.with_name("helper.py").read_text() == "x"
    with staged(b"", "main.py", None) as path:
        assert list(path.parent.iterdir()) == [path]


def test_it_is_removed_after_an_error() -> None:
    with pytest.raises(KeyboardInterrupt), staged(b"", "main.py", None) as path:
        raise KeyboardInterrupt
    assert not path.parent.exists()


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as raised, staged(b"", "main.py", tmp_path / "gone"):
        pass
    assert str(raised.value) == (
        "cannot write a temporary copy of 'main.py' (No such file or directory); set TMPDIR to a folder with room"
    )
