"""A bad file never hides the others: it is a problem, with its reason."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Problem

from .conftest import Write, block


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def unreadable(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root can read everything")
    path.touch(mode=0)


def text(content: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (loop, "cannot be read: Too many levels of symbolic links"),
        (dangling, "a link to a file that does not exist"),
        (unreadable, "cannot be read: Permission denied"),
        (Path.mkdir, "a folder, not a file"),
        (os.mkfifo, "not a regular file"),
        (text("#" * 1_000_001), "larger than 1 MB"),
        (text(b"\n\n\xe9"), "line 3: not UTF-8 (byte 0xe9)"),
        (text("\n# coding: klingon\n"), "unknown encoding: klingon"),
        (text(block("a = ")), "line 2: not valid TOML: Invalid value"),
        (text("\n" + block("a = 1") + "\n" + block("a = 1")), "line 6: a second script block; only one is allowed"),
        (text(block("[tool.asyncdemo]\naliases = 1")), "line 1: script block: aliases must be a list of strings"),
        (text("x = (\n"), "line 1: not valid Python: '(' was never closed"),
    ],
)
@pytest.mark.parametrize("where", ["x.py", "folder/x.py"])
def test_malformed(write: Write, where: str, make: Callable[[Path], object], reason: str) -> None:
    root = write("course", {"a.py": "", "folder/a.py": "", "z.py": ""})
    make(root / where)
    found = course.load([root])
    assert {"a", "folder", "z"} <= {scenario.name for scenario in found.scenarios}
    assert found.problems == (Problem(root / where, reason),)


@pytest.mark.parametrize("name", ["README.md", "contents.toml"])
def test_malformed_companions(write: Write, name: str) -> None:
    root = write("course", {"a/x.py": '"""Summary."""'})
    path = root / ("a" if name == "README.md" else ".") / name
    path.symlink_to(path)
    found = course.load([root])
    assert [(scenario.name, scenario.summary) for scenario in found.scenarios] == [("a", "Summary.")]
    assert found.problems == (Problem(path, "cannot be read: Too many levels of symbolic links"),)


def test_a_script_with_a_syntax_error_can_still_be_named(write: Write) -> None:
    root = write("course", {"a.py": '"""Summary."""\nx = (\n'})
    (scenario,) = course.load([root]).scenarios
    assert (scenario.summary, scenario.available, scenario.parameters) == ("Summary.", True, {})


NO_NAME = "not a scenario name: use letters a to z, digits and -"


@pytest.mark.parametrize(
    "name",
    ["two words.py", "-a.py", "a.b.py", "ä.py", "[red]a.py", "a\x1b[2J.py", "a\n.py", "caf\udce9.py", "a b/x.py"],
)
def test_what_is_no_name(write: Write, name: str) -> None:
    root = write("course", {"a.py": "", name: ""})
    found = course.load([root])
    assert [scenario.name for scenario in found.scenarios] == ["a"]
    assert found.problems == (Problem(root / name.removesuffix("/x.py"), NO_NAME),)


def test_two_files_of_one_name(write: Write) -> None:
    root = write("course", {"a-b.py": "", "a_b.py": "", "f/sync.py": "", "f/sync_.py": ""})
    found = course.load([root])
    assert [scenario.path.name for scenario in found.scenarios] == ["a-b.py", "f"]
    assert found.problems == (
        Problem(root / "a_b.py", "a-b.py has the same name"),
        Problem(root / "f/sync_.py", "sync.py has the same name"),
    )


def test_links_to_good_files_are_fine(write: Write) -> None:
    root = write("course", {"a.py": '"""Summary."""', "f/x.py": ""})
    (root / "b.py").symlink_to("a.py")
    (root / "g").symlink_to("f")
    found = course.load([root])
    assert [(scenario.name, scenario.variants) for scenario in found.scenarios] == [
        ("a", ()),
        ("b", ()),
        ("f", ("x",)),
        ("g", ("x",)),
    ]
    assert found.problems == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_folder_that_may_not_be_read(write: Write) -> None:
    root = write("course", {"a.py": ""})
    (root / "closed").mkdir(mode=0)
    found = course.load([root])
    assert [scenario.name for scenario in found.scenarios] == ["a"]
    assert found.problems == (Problem(root / "closed", "cannot be read: Permission denied"),)
