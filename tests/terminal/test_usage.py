"""What is said, exactly, about mistakes in the command: on stderr, with status 2, and nothing on stdout."""

from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.cli.app import COMMANDS
from tests.conftest import Result
from tests.terminal.pseudo import Terminal

Program = Callable[..., Result]

ALL = ", ".join(COMMANDS)
SHOW_ALL = "asyncdemo list shows all"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scenarios that begin alike, and eleven scripts."""
    more = tmp_path / "more"
    more.mkdir()
    for name in ("zz-one.py", "zz-two.py", *(f"c{n}.py" for n in range(11))):
        (more / name).write_text("print(1)\n")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("lst", "no command is called 'lst'; did you mean list?"),
        ("frobnicate", f"no command is called 'frobnicate'; the commands are {ALL}"),
        ("run unawated", f"no scenario or variant is called 'unawated'; did you mean unawaited? {SHOW_ALL}"),
        ("compare sync zqx", f"no scenario or variant is called 'zqx': {SHOW_ALL}"),
        ("run zz --scenarios more", "ambiguous: 'zz' could be zz-one or zz-two"),
        ("run sync-main --scenarios nope", "--scenarios nope: no such folder; give one that holds scenario files"),
        ("run", "run what? Name a scenario or a script: asyncdemo list shows the scenarios"),
        ("show", "show what? Name a scenario or a script: asyncdemo list shows the scenarios"),
        ("replay", "replay what? Name a recording: asyncdemo run TARGET --save FILE.json keeps one"),
        ("new", "new what? Name the scenario: asyncdemo new my-scenario"),
        ("run --frob", "no such option: '--frob'; arguments for the script go after --"),
        (
            "run worker.py --port 8000",
            "no such option: '--port'; arguments for the script go after --: asyncdemo run worker.py -- --port 8000",
        ),
        ("run nope.py", "no such file: nope.py; asyncdemo list shows the scenarios"),
        ("show nope.py", "no such file: nope.py; asyncdemo list shows the scenarios"),
        (
            "run ./more",
            "./more is a folder; name a script in it, for example asyncdemo run more/c0.py, or add it with --scenarios",
        ),
        ("run sync-main --timeout 0", "--timeout is 0; give a number of seconds above 0"),
        ("run sync-main --timeout -1", "--timeout is -1; give a number of seconds above 0"),
        ("run sync-main --timeout nan", "--timeout is nan; give a number of seconds above 0"),
        ("compare sync async --timeout inf", "--timeout is inf; give a number of seconds above 0"),
        ("compare sync async --runs 0", "--runs is 0; give the number of rounds, 6 or more for an interval"),
        ("compare sync async --runs -3", "--runs is -3; give the number of rounds, 6 or more for an interval"),
        ("compare sync", "comparing takes at least two; name another one besides simulated-io-wait:sync"),
        ("compare sync sync", "simulated-io-wait:sync is named twice; compare it with something else"),
        ("compare " + " ".join(f"more/c{n}.py" for n in range(11)), "11 are too many to compare; name at most 10"),
        ("compare - sync", "standard input can be read only once; write the script to a file to compare it"),
        (
            "compare",
            "compare what? Name two variants, scenarios or scripts: asyncdemo list shows the scenarios",
        ),
        ("compare more/c1.py ./more/c1.py", "more/c1.py is named twice; compare it with something else"),
        ("compare sync async --precision 3", "--precision is '3'; give a percentage such as 3%"),
        ("compare sync async --precision 0%", "--precision is '0%'; give a percentage such as 3%"),
        ("compare sync async --max-time x", "--max-time is 'x'; give a duration such as 30s or 2m"),
        ("compare sync async --min-speedup 0", "--min-speedup is 0; give a number above 0, for example 2"),
        ("compare sync async --min-speedup nan", "--min-speedup is nan; give a number above 0, for example 2"),
        (
            "compare sync async --baseline x",
            "--baseline x: there is no such contestant; there are sync, async",
        ),
        (
            "compare sync async --sweep TASK=1,2",
            "--sweep TASK=1: simulated-io-wait:sync has no parameter TASK; it has TASKS=10 and DELAY=0.05",
        ),
        (
            "compare sync async --sweep TASKS=1,x",
            "--sweep TASKS=x: must be a whole number (64 bits at most), like TASKS=10",
        ),
        ("compare sync --sweep TASKS=1,1", "--sweep TASKS=1,1: 1 is given twice"),
        ("compare sync --sweep TASKS=1", "--sweep TASKS=1: give at least two values, separated by commas"),
        ("compare sync --sweep TASKS", "--sweep TASKS: write NAME=VALUE,VALUE, for example --sweep TASKS=1,10,100"),
        (
            "compare sync --sweep TASKS=" + ",".join(map(str, range(11))),
            "11 are too many to compare; name at most 10",
        ),
        ("compare -m json --sweep N=1,2", "--sweep changes a script, not a module: -m json has no parameters"),
        (
            "compare sync async --python 3.8 --python 3.9",
            "several --python compare one target with itself; there are 2 targets: name only one",
        ),
        (
            "compare sync --python 3.8 --python 3.9 --sweep TASKS=1,2",
            "several --python and --sweep exclude each other: choose one",
        ),
        ("compare sync --python 3.8 --python 3.8", "--python 3.8 is given twice; compare it with another one"),
        (
            "compare sync async --save x.gif",
            "cannot save as x.gif: the name must end in .json, .md, .svg, .html or .trace.json",
        ),
        ("compare sync async --save no/x.md", "cannot write no/x.md: No such file or directory"),
        ("run async --set TASKS=x", "--set TASKS=x: must be a whole number (64 bits at most), like TASKS=10"),
        (
            "run async --set TASK=1",
            "--set TASK=1: simulated-io-wait:async has no parameter TASK; it has TASKS=10 and DELAY=0.05",
        ),
        ("run sync-main --json --output-only", "--output-only and --json exclude each other: choose one"),
        ("run sync-main --all", "--all and --chapter choose the scenarios: name none"),
        ("run sync async -- x", "arguments after -- are for one script: name only one"),
    ],
)
def test_mistakes(asyncdemo: Program, folder: Path, command: str, message: str) -> None:
    assert asyncdemo(*command.split(), cwd=folder) == Result("", f"asyncdemo: {message}\n", 2)


@pytest.mark.parametrize("command", ["run --timeout x sync-main", "compare --runs x", "list --frob", "run --set"])
def test_mistakes_that_the_parser_finds(asyncdemo: Program, command: str) -> None:
    failed = asyncdemo(*command.split())
    assert failed.stdout == ""
    assert failed.stderr.splitlines()[-1].startswith("Error: ")
    assert failed.status == 2


HOSTILE = "\x1b[2J\x9b31m\u202ex\n[red]y"


@pytest.mark.parametrize(
    "command",
    [
        ["{}"],
        ["run", "{}"],
        ["run", "{}.py"],
        ["run", "./{}"],
        ["run", "sync-main", "--of", "{}"],
        ["run", "async", "--set", "{}"],
        ["run", "async", "--set", "{}=1"],
        ["run", "async", "--set", "TASKS={}"],
        ["run", "sync-main", "--timeout", "{}"],
        ["run", "sync-main", "--scenarios", "{}"],
        ["run", "--output-only", "sync-main", "--python", "{}"],
        ["run", "--output-only", "sync-main", "--python", "./{}"],
        ["run", "--{}"],
        ["list", "{}"],
        ["list", "--{}"],
        ["show", "{}"],
        ["replay", "{}"],
        ["compare", "{}", "sync"],
        ["compare", "./{}.py", "./{}.py"],
        ["compare", "sync", "--sweep", "{}"],
        ["compare", "sync", "--sweep", "TASKS={},1"],
        ["compare", "sync", "async", "--baseline", "{}"],
        ["compare", "sync", "async", "--save", "{}"],
        ["compare", "sync", "--python", "{}", "--python", "{}"],
    ],
    ids=" ".join,
)
def test_a_mistake_is_told_and_not_obeyed(asyncdemo: Program, tmp_path: Path, command: list[str]) -> None:
    if command[0] == "compare":
        (tmp_path / f"{HOSTILE}.py").write_text("print(1)\n")
    failed = asyncdemo(*(word.format(HOSTILE) for word in command))
    assert failed.stdout == ""
    assert failed.status in (2, 125, 126, 127)
    assert all(character.isprintable() or character in "\n\u202e" for character in failed.stderr)
    assert "\u202e" not in failed.stderr or failed.stderr.startswith("Usage:")  # the parser escapes control codes only


def test_the_help_says_whole_what_each_command_does(asyncdemo: Program) -> None:
    rows = asyncdemo("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert [row.split()[0] for row in rows] == [*COMMANDS]
    assert [row for row in rows if not row.endswith(".") or row.endswith("..")] == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("run unawated", f"no scenario or variant is called 'unawated'; did you mean unawaited? {SHOW_ALL}"),
        (
            "compare sync async --precision 3 --baseline nobody --seed 1",
            "--precision is '3'; give a percentage such as 3%",
        ),
        ("show " + "x" * 90 + ".py", f"no such file: {'x' * 90}.py; asyncdemo list shows the scenarios"),
    ],
)
def test_on_a_terminal_a_message_is_wrapped_between_words(
    terminal: Callable[..., Terminal], command: str, message: str, width: int
) -> None:
    run = terminal(f"asyncdemo {command}", width)
    assert run.wait_for_end() == 2
    words = [word for row in run.rows for word in row.split()]
    long = "x" * 90 in message and width < 95  # a word that fits into no row
    assert "".join(words) == f"asyncdemo: {message}".replace(" ", "")
    assert long or words == f"asyncdemo: {message}".split()
    assert max(map(len, run.rows)) < width or long
