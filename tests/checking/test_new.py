"""`asyncdemo new`: what it writes passes `check` at once, and nothing is overwritten."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.catalogue import new_scenario
from tests.checking.conftest import GOOD
from tests.conftest import SCENARIOS, Result

Program = Callable[..., Result]

HEAD = '[[chapter]]\ntitle = "x"\n'
CONTENTS = '[[chapter]]\ntitle = "All"\nscenarios = [\n    "a",\n]\n'


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_what_is_written_passes_check(tmp_path: Path, asyncdemo: Program) -> None:
    (tmp_path / "mine").mkdir()
    for arguments in (
        ["Retry_with-backoff"],
        ["two-ways", "--variants", "sync,async,anyio"],
        ["asyncio"],
        ["mine", "--from", "unawaited"],
        ["waits", "--from", "simulated-io-wait"],
    ):
        assert asyncdemo("new", *arguments, "--scenarios", "mine").status == 0
    assert files(tmp_path / "mine") == [
        "asyncio_.py",
        "contents.toml",
        "mine.py",
        "retry-with-backoff.py",
        "two-ways/README.md",
        "two-ways/anyio_.py",
        "two-ways/async.py",
        "two-ways/sync.py",
        "waits/README.md",
        *(f"waits/{path.name}" for path in sorted((SCENARIOS / "simulated-io-wait").glob("*.py"))),
    ]
    done = asyncdemo("check", "mine/")
    assert done.status == 0, done
    assert {row.split("\t")[1] for row in done.stdout.splitlines()} == {"passed"}


@pytest.mark.slow
def test_a_copy_is_the_same_but_for_its_aliases(tmp_path: Path, asyncdemo: Program) -> None:
    """In its own encoding, and with what its scripts import."""
    latin = GOOD.replace("# question", '# aliases = [\n#     "other",\n# ]\n# question').replace("one", "\xe9")
    folder = tmp_path / "mine" / "shared"
    folder.mkdir(parents=True)
    (tmp_path / "mine" / "latin.py").write_text(f"# coding: latin-1\n{latin}", encoding="latin-1")
    (folder / "_common.py").write_text('WORD = "one"\n')
    (folder / "a.py").write_text(GOOD.replace('print("one")', "from _common import WORD\nprint(WORD)"))
    (folder / "b.py").write_text(GOOD)
    assert asyncdemo("new", "again", "--from", "latin", "--scenarios", "mine").status == 0
    assert asyncdemo("new", "both", "--from", "shared", "--scenarios", "mine").status == 0
    emptied = latin.replace('[\n#     "other",\n# ]', "[]\n#\n#")
    assert (tmp_path / "mine" / "again.py").read_bytes() == f"# coding: latin-1\n{emptied}".encode("latin-1")
    assert asyncdemo("check", "mine/").status == 0


@pytest.mark.slow
def test_what_is_said(tmp_path: Path, asyncdemo: Program) -> None:
    done = asyncdemo("new", "first")
    assert done == Result(
        "written  first.py\nnext     asyncdemo check first --scenarios .\n         asyncdemo run first --scenarios .\n",
        "",
        0,
    )
    assert asyncdemo("check", "first", "--scenarios", ".").stdout == "first\tpassed\t\n"
    assert asyncdemo("new", "b", "--variants", "two,one").stdout == (
        "written  b/\n"
        "listed   in contents.toml\n"
        "next     asyncdemo check b --scenarios .\n         asyncdemo run b --scenarios .\n"
    )
    assert (tmp_path / "contents.toml").read_text() == '[variants]\nb = ["two", "one"]\n'
    assert asyncdemo("check", "b", "--scenarios", ".").status == 0
    (tmp_path / "contents.toml").write_text(CONTENTS)
    assert "\nlisted   in contents.toml\n" in asyncdemo("new", "c").stdout
    (tmp_path / "contents.toml").write_text('chapter = [{title = "x", scenarios = ["first"]}]')
    assert '\nto do    contents.toml does not list it yet: add "d" to the' in asyncdemo("new", "d").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["first"], "first.py exists already, and nothing is overwritten: choose another name"),
        (["FIRST"], "first.py exists already, and nothing is overwritten: choose another name"),
        (["second"], "second_.py exists already, and nothing is overwritten: choose another name"),
        (["a b"], "'a b' is not a name for a scenario: use letters a to z, digits and -"),
        (["../x"], "'../x' is not a name for a scenario: use letters a to z, digits and -"),
        (["x", "--variants", "a,"], "'' is not a variant for a scenario: use letters a to z, digits and -"),
        (["x", "--variants", "a,A"], "--variants a,A: each variant needs a name of its own"),
        (
            ["x", "--variants", "a", "--from", "sync-main"],
            "--variants and --from exclude each other: a copy has the variants of its scenario",
        ),
        (["x", "--from", "async"], "--from async: name a scenario, not a variant or a script"),
        (["x", "--scenarios", "no"], "--scenarios no: no such folder; give one that holds scenario files"),
        (["x", "--scenarios", ".", "--scenarios", ".."], "--scenarios says where to write it: give one folder"),
        (["x", "--variants", "a"], "cannot make the folder x: File exists"),
    ],
)
def test_mistakes(arguments: list[str], message: str, tmp_path: Path, asyncdemo: Program) -> None:
    for name in ("first.py", "second_.py", "x"):
        (tmp_path / name).write_text("mine")
    assert asyncdemo("new", *arguments) == Result("", f"asyncdemo: {message}\n", 2)
    assert files(tmp_path) == ["first.py", "second_.py", "x"]
    assert (tmp_path / "first.py").read_text() == "mine"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CONTENTS, CONTENTS.replace('"a",\n', '"a",\n    "new",\n')),
        (CONTENTS.replace('"a",', '"a"'), CONTENTS.replace('"a",', '"a",\n    "new"')),
        (f'{HEAD}scenarios = ["a"]\n', f'{HEAD}scenarios = ["a", "new"]\n'),
        (f"{HEAD}scenarios = []\n", f'{HEAD}scenarios = ["new"]\n'),
        (
            f'{HEAD}scenarios = ["a"]  # ["b"]\n',
            f'{HEAD}scenarios = ["a", "new"]  # ["b"]\n',
        ),
        (f'{HEAD}scenarios = ["]"]\n', None),
        ('chapter = [{title = "x", scenarios = ["a"]}]\n', None),
        (f'{HEAD}scenarios = ["a" # b\n]\n', None),
        ("", ""),
        ('[variants]\na = ["c", "b"]\n', '[variants]\na = ["c", "b"]\n'),
    ],
)
def test_a_contents_file_is_extended_where_that_is_safe(before: str, after: str | None) -> None:
    assert new_scenario.with_scenario(before, "new", []) == after


def test_the_order_of_variants_is_kept() -> None:
    assert new_scenario.with_scenario(CONTENTS, "new", ["a", "b"]) == new_scenario.with_scenario(CONTENTS, "new", [])
    text = new_scenario.with_scenario(CONTENTS, "new", ["b", "a"])
    assert text is not None and text.endswith('\n[variants]\nnew = ["b", "a"]\n')
    again = new_scenario.with_scenario(text, "next", ["d", "c"])
    assert again is not None and again.endswith('\n[variants]\nnext = ["d", "c"]\nnew = ["b", "a"]\n')


def test_a_copy_keeps_the_order_and_names_itself(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert asyncdemo("new", "my-gather", "--from", "simulated-io-wait", "--scenarios", "mine").status == 0
    order = '[variants]\nmy-gather = ["sync", "threads", "async", "anyio"]\n'
    assert (tmp_path / "mine" / "contents.toml").read_text() == order
    notes = (tmp_path / "mine" / "my-gather" / "README.md").read_text()
    assert "`asyncdemo run my-gather --set TASKS=20`" in notes
    assert "simulated-io-wait" not in notes


def test_commands_in_notes_name_the_copy() -> None:
    notes = "old is old. Try `asyncdemo run old:a\n--set N=1`, or `asyncdemo run old-one`, not `old`.\n"
    assert new_scenario.with_name(notes, "old", "new") == notes.replace("old:a", "new:a")
    prose = "With asyncdemo you see what threads do."
    assert new_scenario.with_name(prose, "threads", "mine") == prose


@pytest.mark.parametrize(
    ("notes", "renamed"),
    [
        ("**Try** `asyncdemo run old`.", "**Try** `asyncdemo run a-longer-name`."),
        (  # filled anew
            f"**Try** `asyncdemo run old --set DELAY=0.1`. {'x' * 20}\nend.\n",
            f"**Try** `asyncdemo run a-longer-name --set DELAY=0.1`.\n{'x' * 20} end.\n",
        ),
        (f"**Try** `asyncdemo run old`. {'x' * 40}\n", None),  # would take one more line
        (f"- `asyncdemo run old`. {'x' * 45}\n- b\n", None),
    ],
)
def test_a_copied_script_keeps_its_lines_within_the_page(notes: str, renamed: str | None) -> None:
    script = '# first\n"""summary\n\n{}"""\n# ///\nold = "asyncdemo run old"\n'
    assert new_scenario.script_with_name(script.format(notes), "old", "a-longer-name", 70) == script.format(
        renamed or notes
    )


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True))
def test_no_file_takes_the_place_of_a_library(name: str) -> None:
    from asyncdemo.catalogue import names

    file = new_scenario.file_name(name)
    assert names.from_file(file) == name
    assert file.removesuffix(".py") not in ("asyncio", "time", "anyio", "trio", "threading")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        (["run", "one"], "run two"),
        (["run", "two:a"], "run two"),
        (["run", "two"], "compare a b"),
    ],
)
def test_the_next_step_finds_the_folder_again(asyncdemo: Program, tmp_path: Path, words: list[str], step: str) -> None:
    (tmp_path / "my shelf").mkdir()
    folder = ["--scenarios", "my shelf"]
    asyncdemo("new", "one", *folder, cwd=tmp_path)
    asyncdemo("new", "two", "--variants", "a,b", *folder, cwd=tmp_path)
    shown = asyncdemo(*words, *folder, cwd=tmp_path).stdout
    assert shown.endswith(f"   asyncdemo {step} --scenarios 'my shelf'\n")
