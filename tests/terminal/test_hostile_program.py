"""Scenarios and scripts that try to write to the terminal: the real program shows what they say, and obeys nothing."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.terminal.pseudo import Terminal

Program = Callable[..., Result]

EVIL = "\x1b]0;owned\x07\x1b[2J[red]x[/][link=http://e]y[/link]\u202eevil\u202c\x9b31m \u200d e\u0301 \t|"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    """A folder of scenarios that use every place where text may stand."""
    folder = tmp_path / "more"
    (folder / "two-ways").mkdir(parents=True)
    (folder / "hostile.py").write_text(
        f'"""{EVIL}\n\nNotes {EVIL} &#27;[2J &#x202e; **b**\n"""\nTEXT = "{EVIL}"\nimport sys\nprint(TEXT, "\\0")\n'
        f"sys.stderr.write(TEXT + chr(10))\nprint('x' * 1_000_000)\nraise ValueError({EVIL!r})\n"
    )
    for name in ("one", "two"):
        (folder / "two-ways" / f"{name}.py").write_text(f'"""{EVIL}"""\nprint({EVIL!r})\n')
    (folder / "two-ways" / "README.md").write_text(f"# {EVIL}\n\n{EVIL}\n")
    (folder / "broken.py").write_text(f'"""{EVIL}"""\nprint("{EVIL}\n')
    (folder / "bad.py").write_text('# /// script\n# requires-python = ">=\\u001b[31m"\n# ///\n')
    (folder / "not-toml.py").write_text(f"# /// script\n# x = {EVIL}\n# ///\n")
    (folder / "contents.toml").write_text(
        '[[chapter]]\ntitle = "T\\u001b[2J\\u202e[red]"\nscenarios = ["hostile", "nope\\u001b[31m"]\n'
    )
    (folder / "\x1b[31m.py").write_text("")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --json",
        "list --names",
        "run hostile",
        "run hostile --full",
        "run hostile --json",
        "run hostile --set TEXT=\x1b[31m\u202e",
        "run two-ways",
        "run two-ways --full",
        "run bad",
        "run broken",
        "run not-toml",
        "compare two-ways --runs 1",
        "compare two-ways --runs 1 --json",
    ],
)
def test_scenarios(asyncdemo: Program, scenarios: Path, command: str) -> None:
    for environ in ({}, {"FORCE_COLOR": "1"}):
        shown = asyncdemo(*command.split(), "--scenarios", str(scenarios), env=environ)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.stdout) if environ and "--json" not in command else shown.stdout
        assert OBEYED.findall(plain.replace("\t", "") if command.startswith("list") else plain) == []
        assert OBEYED.findall(shown.stderr) == []
        assert "Traceback" not in shown.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["list --full", "show hostile", "show two-ways", "run hostile"])
def test_scenarios_on_a_terminal(terminal: Callable[..., Terminal], scenarios: Path, command: str) -> None:
    run = terminal(f"asyncdemo {command} --scenarios {scenarios}")
    run.wait_for_end()
    # colours, and what makes the last row free
    shown = re.sub(r"\x1b\[[0-9;]*m|\x1b\[K|\r", "", run.raw.decode())
    assert OBEYED.findall(shown) == []
    assert "owned" in shown


NAMES = [
    b"new\nline.py",
    b"esc\x1b]0;t\x07.py",
    b"a space.py",
    b"-x.py",
    b"br[red]ack[].py",
    b"not-utf8\xff.py",
    "bidi\u202e.py".encode(),
    "c1\x9b31m.py".encode(),
    b"tab\t.py",
    "grün 日本.py".encode(),
    b"quote'\".py",
    b"%s{}$HOME.py",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_names_of_scripts(asyncdemo: Program, tmp_path: Path, name: bytes) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    Path(os.fsdecode(path)).write_text("import sys\nprint('ran', len(sys.argv))\n1 / 0\n")
    word = os.fsdecode(b"./" + name)
    shown = asyncdemo("run", word, "--python", sys.executable)
    assert shown.status == 1
    assert OBEYED.findall(shown.stdout) == []
    assert "ran 1" in shown.stdout
    assert "ZeroDivisionError: division by zero" in shown.stdout
    assert shown.stderr == ""
    document = asyncdemo("run", word, "--json", "--python", sys.executable)
    assert document.status == 1
    assert OBEYED.findall(document.stdout) == []
    assert asyncdemo("run", word, "--output-only", "--python", sys.executable).stdout == "ran 1\n"
    assert asyncdemo("show", word).stdout.startswith("import sys\n")


@pytest.mark.slow
def test_output_only_passes_all_through(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text(f"print({EVIL!r})\n")
    assert asyncdemo("run", "--output-only", "evil.py").stdout == f"{EVIL}\n"
