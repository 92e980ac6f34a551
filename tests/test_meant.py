"""Wrong words on the command line: what is said is a command, and that command works."""

from collections.abc import Callable
from pathlib import Path
from shlex import split

import pytest

from tests.conftest import Result


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "prints"),
    [
        ("x.py", "['x.py']"),
        ("x.py 5", "['x.py', '5']"),
        ("run x.py 5 6", "['x.py', '5', '6']"),
        ("run x", "['x.py']"),
        ("run pkg/", "a package"),
        ("run pkg.__main__", "a package"),
        ("show pkg", "a package"),
        ("run b.json", "recorded"),
        ("run ./b.json", "recorded"),
    ],
)
def test_the_command_that_is_named_works(
    typed: str, prints: str, tmp_path: Path, asyncdemo: Callable[..., Result]
) -> None:
    (tmp_path / "x.py").write_text("import sys\nprint(sys.argv)\n")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__main__.py").write_text("print('a package')\n")
    (tmp_path / "recorded.py").write_text("print('recorded')\n")
    assert asyncdemo("run", "recorded.py", "--save", "b.json").status == 0
    refused = asyncdemo(*split(typed))
    assert (refused.stdout, refused.status) == ("", 2)
    works = asyncdemo(*split(refused.stderr.rpartition(": asyncdemo ")[2]))
    assert (prints in works.stdout, works.status) == (True, 0)


def test_notes_alone_in_a_pipe(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    (tmp_path / "x.py").write_text('"""do one thing\n\nWhat to *notice*.\n"""\n')
    (tmp_path / "y.py").write_text("print(1)\n")
    assert asyncdemo("show", "./x.py", "--notes") == Result("What to *notice*.\n", "", 0)
    none = "asyncdemo: y.py has no notes: they stand in its docstring, after the first line\n"
    assert asyncdemo("show", "y.py", "--notes") == Result("", none, 2)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("run", "two"), ("compare", "a", "b")])
def test_why_a_variant_has_failed_is_seen_with_what_made_it_fail(
    words: tuple[str, ...], tmp_path: Path, asyncdemo: Callable[..., Result]
) -> None:
    (tmp_path / "mine" / "two").mkdir(parents=True)
    for name in ("a", "b"):
        text = '"""divide"""\nDIVISOR = 1\nprint(1 / DIVISOR)\n' if name == "a" else '"""b"""\nDIVISOR = 1\nprint(1)\n'
        (tmp_path / "mine" / "two" / f"{name}.py").write_text(text)
    options = ("--set", "DIVISOR=0", "--timeout", "20", "--scenarios", "mine")
    shown = asyncdemo(*words, *options)
    assert shown.status == 1
    command = " ".join(" ".join(shown.stdout.split("see why", 1)[1].splitlines()).split())
    assert command == "asyncdemo run two:a --set DIVISOR=0 --timeout 20 --scenarios mine"
    again = asyncdemo(*split(command)[1:])
    assert ("ZeroDivisionError" in again.stdout, again.status) == (True, 1)
