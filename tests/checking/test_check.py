"""`asyncdemo check`, run as a person runs it."""

import json
import os
import platform
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.checking.conftest import GOOD, Write
from tests.conftest import REPOSITORY, Result, clean_environment
from tests.processes import needs_interpreter, running

Program = Callable[..., Result]

pytestmark = pytest.mark.slow


NOT_READY: list[tuple[list[tuple[str, str]], str, str | None]] = [
    ([('print("one")', 'print("two")')], "FILE:13: stdout is not as expected", "13 - one\n   + two\n"),
    ([('print("one")', "")], "FILE:13: stdout is empty, and not as expected", "13 - one\n"),
    (
        [("\n# Output:\n# one\n", "")],
        "FILE: stdout should be empty: no '# Output:' block expects anything",
        "  + one\n",
    ),
    (
        [('print("one")', 'print("one"); exit(4)')],
        "FILE: its exit status was 4: expected exit status 0",
        None,
    ),
    (
        [('print("one")', 'print("one"); import os; os.kill(os.getpid(), 9)')],
        "FILE: it ended by signal 9: expected exit status 0",
        None,
    ),
    ([('["one",', '["three",')], "FILE:8: no choice matches the run, and exactly one must", None),
    (
        [('"two",', '"<any>",')],
        "FILE:8: 2 choices match the run: 'one', '<any>', and exactly one must",
        None,
    ),
    (
        [("# question", '# findings = ["never-awaited"]\n# question')],
        "FILE:7: never-awaited was expected, and not found",
        None,
    ),
    (
        [("# question", '# findings = ["never-await"]\n# question')],
        "FILE:7: no rule is called 'never-await': asyncdemo explain lists them",
        None,
    ),
    ([("# question", '# time = ["over 1 s"]\n# question')], "FILE:7: took 0.0", None),
    (
        [("# question", '# time = ["fast"]\n# question')],
        "FILE:7: time 'fast' is not understood: write it like '0.15 to 1.5 s', 'under 0.5 s' or 'under 0.5 of VARIANT'",
        None,
    ),
    (
        [("# question", '# time = ["under 0.5 of sync"]\n# question')],
        "FILE:7: time 'under 0.5 of sync': NAME has no other variant 'sync'",
        None,
    ),
    (
        [("\nIt prints one word.\n", "")],
        "FILE: it has no notes: say below the summary what to notice",
        None,
    ),
    ([("print one word", "w" * 61)], "FILE: its summary has 61 characters, and 60 is the most", None),
    (
        [('# question = "What does this print?"\n', ""), ('# choices = ["one", "two", "nothing"]\n', "")],
        "FILE: it has no question: write one, with its choices, under [tool.asyncdemo]",
        None,
    ),
    ([(', "nothing"', "")], "FILE:8: its question has 2 choices, and 3 are the fewest", None),
    (
        [('print("one")', f'print("one"); x = "{"y" * 60}"')],
        "FILE:10: this line has 80 columns: 70 is the most",
        None,
    ),
    ([("# one\n", "# one\n\n# two\n")], "FILE:15: belongs to no block: an empty line of output is", None),
]


def results(program: Program, *arguments: str) -> tuple[dict[str, dict[str, str | None]], int]:
    """The results of `check --json` by their targets, and the exit status."""
    done = program("check", *arguments, "--json")
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert document["schema"] == "asyncdemo.check/1"
    return {each.pop("target"): each for each in document["results"]}, done.status


def test_one_that_is_ready(write: Write, asyncdemo: Program) -> None:
    write()
    done = asyncdemo("check", "mine/")
    assert (done.stdout, done.status) == ("good\tpassed\t\n", 0)
    assert done.stderr.startswith("check   1 scenario on CPython 3.")
    assert "\n1 of 1 is ready on this machine (CPython 3." in done.stderr


def test_what_is_not_ready(write: Write, asyncdemo: Program) -> None:
    for number, (replacements, _, _) in enumerate(NOT_READY):
        write(*replacements, name=f"case-{number}")
    found, status = results(asyncdemo, "mine/")
    assert status == 3
    for number, (_, expected, diff) in enumerate(NOT_READY):
        name = f"case-{number}"
        assert found[name]["status"] == "failed"
        reason = expected.replace("FILE", f"mine/{name}.py").replace("NAME", name)
        assert reason in str(found[name]["reason"]), found[name]
        assert diff is None or diff in str(found[name]["diff"])


def test_a_finding_that_nobody_expects(write: Write, asyncdemo: Program) -> None:
    text = GOOD.replace('print("one")', 'async def main(): pass\nmain()\nprint("one")')
    write(text=text)
    found, status = results(asyncdemo, "mine/")
    assert status == 3
    assert "mine/good.py:11: never-awaited was found, and not expected: main()" in str(found["good"]["reason"])


def test_for_a_person(write: Write, asyncdemo: Program) -> None:
    write()
    write(('print("one")', 'print("none")'), name="bad")
    write(("# [tool", '# dependencies = ["no-such-thing"]\n# [tool'), name="other")
    done = asyncdemo("check", "mine/", env={"COLUMNS": "80"})
    assert done.status == 3
    python = platform.python_version()
    assert done.stderr.splitlines()[1:] == [
        "─" * 79,
        "1  More   1 passed   1 failed   1 skipped",
        "",
        "! bad",
        "  mine/bad.py:13: stdout is not as expected",
        "  - expected   + printed",
        "  13 - one",
        "     + none",
        "  mine/bad.py:8: no choice matches the run, and exactly one must",
        "",
        "skipped   other: needs no-such-thing: pip install no-such-thing",
        "",
        f"1 of 3 is ready on this machine (CPython {python}); not: bad; skipped: other.",
        "to accept the new output   asyncdemo check mine/bad.py --update",
    ]
    assert done.stdout.splitlines() == [
        "bad\tfailed\tmine/bad.py:13: stdout is not as expected; "
        "mine/bad.py:8: no choice matches the run, and exactly one must",
        "good\tpassed\t",
        "other\tskipped\tneeds no-such-thing: pip install no-such-thing",
    ]


def test_two_of_the_same_name(write: Write, tmp_path: Path, asyncdemo: Program) -> None:
    write(('print("one")', 'print("none")'))
    write(name="good").rename(tmp_path / "good.py")
    write(('print("one")', 'print("none")'))
    done = asyncdemo("check", "good.py", "mine/good.py")
    assert [row.split("\t")[:2] for row in done.stdout.splitlines()] == [["good", "passed"], ["good", "failed"]]


@pytest.mark.parametrize("target", ["mine/good.py", "./mine/good.py", "good", "goo"])
def test_every_way_to_name_one(target: str, write: Write, asyncdemo: Program) -> None:
    write()
    assert asyncdemo("check", target, "--scenarios", "mine").stdout == "good\tpassed\t\n"


def test_a_file_without_a_catalogue(write: Write, asyncdemo: Program) -> None:
    write()
    assert asyncdemo("check", "mine/good.py").stdout == "good\tpassed\t\n"


def test_what_cannot_be_read_and_what_no_chapter_has(write: Write, asyncdemo: Program, tmp_path: Path) -> None:
    write()
    write(name="listed")
    (tmp_path / "mine" / "Ü.py").write_text("print(1)\n")
    (tmp_path / "mine" / "contents.toml").write_text('[[chapter]]\ntitle = "All"\nscenarios = ["listed", "gone"]\n')
    found, status = results(asyncdemo, "mine/")
    assert status == 3
    assert {name: each["status"] for name, each in found.items() if "/" not in name} == {
        "listed": "passed",
        "good": "failed",
    }
    assert found["good"]["reason"] == "mine/contents.toml: good is in no chapter: name it under scenarios there"
    problems = {Path(name).name: str(each["reason"]) for name, each in found.items() if "/" in name}
    assert problems == {
        "Ü.py": "mine/Ü.py: not a scenario name: use letters a to z, digits and -",
        "contents.toml": "mine/contents.toml: names 'gone', but there is no such scenario",
    }


def test_what_differs_between_pythons(write: Write, asyncdemo: Program) -> None:
    python = needs_interpreter("3.9")
    write(
        ('print("one")', 'import sys\nprint("one")\nprint("old" if sys.version_info < (3, 10) else "new")'),
        ('"one", ', '"one\\nold", "one\\nnew", '),
        ("# one\n", "# one\n\n# Output, before 3.10:\n# old\n\n# Output, from 3.10:\n# new\n"),
    )
    write(("# [tool", '# requires-python = ">=3.10"\n# [tool'), name="needs-new")
    assert asyncdemo("check", "mine/").stdout == "good\tpassed\t\nneeds-new\tpassed\t\n"
    old = asyncdemo("check", "mine/", "--python", python)
    assert old.stdout.startswith("good\tpassed\t\nneeds-new\tskipped\tneeds Python 3.10 or newer (this is 3.9.")
    assert old.status == 0


def test_what_another_python_has_under_the_name_it_was_installed_by(write: Write, asyncdemo: Program) -> None:
    """The module of markdown-it-py is called markdown_it."""
    write(("# [tool", '# dependencies = ["markdown-it-py", "no-such-thing-at-all"]\n# [tool'), name="lacks")
    write(("# [tool", '# dependencies = ["markdown-it-py"]\n# [tool'), name="has")
    done = asyncdemo("check", "mine/", "--python", sys.executable)
    assert done.stdout.startswith("has\tpassed\t\nlacks\tskipped\tneeds no-such-thing-at-all, which CPython ")


def test_update(write: Write, asyncdemo: Program) -> None:
    path = write(('print("one")', 'print("two", object(), __file__)'), (' "two",', ' "two <any>",'))
    path.chmod(0o640)
    before = path.read_text()
    done = asyncdemo("check", "mine/", "--update")
    assert (done.stdout, done.status) == ("good\tpassed\tupdated\n", 0)
    expected = before.replace("# one\n", "# two <object object at <address>> <path>\n")
    assert path.read_text() == expected
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert asyncdemo("check", "mine/", "--update").stdout == "good\tpassed\t\n"
    assert path.read_text() == expected
    assert os.listdir(path.parent) == ["good.py"]  # noqa: PTH208


def test_what_cannot_be_updated_hides_none_of_the_others(write: Write, asyncdemo: Program) -> None:
    gone_at_the_second_try = (
        "import os\nos.rmdir('x') or os.remove(__file__) if os.path.isdir('x') else os.mkdir('x')\n"
    )
    path = write(('print("one")', f'{gone_at_the_second_try}print("two")'), name="gone")
    write(('print("one")', 'print("two")'))
    done = asyncdemo("check", "mine/", "--update")
    gone, good = done.stdout.splitlines()
    assert gone.endswith(f"; mine/{path.name}: it could not be updated: no such file")
    assert (good, done.status) == ("good\tpassed\tupdated", 3)


def test_what_did_not_end_well_is_not_updated(write: Write, asyncdemo: Program) -> None:
    path = write(('print("one")', "raise ValueError"))
    before = path.read_text()
    assert asyncdemo("check", "mine/", "--update").status == 3
    assert path.read_text() == before


def test_annotations(write: Write, asyncdemo: Program) -> None:
    write(('print("one")', 'print("100%")'), ('"two",', '"100%",'))
    done = asyncdemo("check", "mine/", env={"GITHUB_ACTIONS": "true"})
    assert done.stderr.splitlines()[-1] == (
        "::error title=check good,file=mine/good.py,line=13::stdout is not as expected%0A13 - one%0A   + 100%25"
    )


FLAKY = """
from pathlib import Path
tries = Path(__file__).with_name("tries")
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
if len(tries.read_text()) < {good}:
    import time
    time.sleep(0.3)
print("one")
"""


@pytest.mark.parametrize(
    ("good", "status", "said"),
    [(1, "passed", None), (2, "passed", "only at the second try"), (3, "passed", "only at the third try")],
)
def test_a_time_is_tried_again(good: int, status: str, said: str | None, write: Write, asyncdemo: Program) -> None:
    write(('print("one")', FLAKY.format(good=good)), ("# question", '# time = ["under 0.25 s"]\n# question'))
    assert results(asyncdemo, "mine/") == ({"good": {"status": status, "reason": said, "diff": None}}, 0)


def test_a_time_that_is_never_kept_is_a_failure(write: Write, asyncdemo: Program) -> None:
    path = write(('print("one")', FLAKY.format(good=9)), ("# question", '# time = ["under 0.25 s"]\n# question'))
    found, status = results(asyncdemo, "mine/")
    assert (found["good"]["status"], status) == ("failed", 3)
    assert path.with_name("tries").read_text() == "xxx"


def folder(path: Path, seconds: Mapping[str, float], claim: str) -> None:
    path.mkdir(parents=True)
    (path / "README.md").write_text("# wait\n\nIt waits.\n")
    for variant, delay in seconds.items():
        text = GOOD.replace('print("one")', f'import time\n\ntime.sleep({delay})\nprint("one")')
        own = text.replace("# question", f'# time = ["{claim}"]\n# question') if variant == "quick" else text
        (path / f"{variant}.py").write_text(own)


@pytest.mark.parametrize(("quick", "status"), [(0.01, "passed"), (0.2, "failed")])
@pytest.mark.parametrize("word", ["mine/", "waits:quick"])
def test_a_relation_of_times(quick: float, status: str, word: str, tmp_path: Path, asyncdemo: Program) -> None:
    folder(tmp_path / "mine" / "waits", {"quick": quick, "slow": 0.2}, "under 0.5 of slow")
    found, _ = results(asyncdemo, word, "--scenarios", "mine")
    assert found["waits:quick"]["status"] == status
    assert ("of slow's 0.2" in str(found["waits:quick"]["reason"])) == (status == "failed")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothere/"], "no such file or folder: nothere/; asyncdemo list shows the scenarios"),
        (["empty/"], "there are no scenarios in empty/; asyncdemo new NAME --scenarios empty/ writes one"),
        (["-"], "check looks at files: save the script to one instead of '-'"),
        (["sync-main", "--chapter", "1"], "--chapter chooses the scenarios: name none"),
        (["--chapter", "99"], "there is no chapter 99; the chapters are "),
        (["--python", "9.9"], "--python 9.9: there is no python9.9 on PATH"),
        (["--python", "/bin/false"], "--python /bin/false: /bin/false does not run a script that can be observed"),
    ],
)
def test_mistakes(arguments: list[str], message: str, tmp_path: Path, asyncdemo: Program) -> None:
    (tmp_path / "empty").mkdir()
    done = asyncdemo("check", *arguments)
    assert (done.stdout, done.status) == ("", 2)
    assert done.stderr.startswith(f"asyncdemo: {message}")


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_reports_what_there_is_and_leaves_nobody_running(number: int, write: Write, tmp_path: Path) -> None:
    write(name="a")
    for name in ("b", "c"):
        write(('print("one")', "import time\ntime.sleep(20)  # check-is-interrupted"), name=name)
    process = subprocess.Popen(
        [sys.executable, "-m", "asyncdemo", "check", "mine/"],
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": str(REPOSITORY)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    mark = str(tmp_path / "mine")
    until = time.monotonic() + 20
    while not {"b", "c"} <= {name for name in "abc" for line in running(mark, 0) if f"/{name}.py" in line}:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert (stdout, process.returncode) == ("a\tpassed\t\n", 130)
    assert "interrupted: b and c were not checked to the end\n1 of 3 is ready on this machine" in stderr
    assert running(mark) == []


def test_a_script_that_reads_gets_nothing(write: Write, asyncdemo: Program) -> None:
    write(('print("one")', 'import sys\nprint("one" + sys.stdin.read())'))
    assert asyncdemo("check", "mine/", stdin="two").stdout == "good\tpassed\t\n"


def test_a_scenario_that_hangs(write: Write, asyncdemo: Program) -> None:
    write(('print("one")', 'print("one", flush=True)\nwhile True: pass'))
    found, status = results(asyncdemo, "mine/", "--timeout", "0.3")
    assert status == 3
    assert "mine/good.py: it did not end within 0.3 s: expected exit status 0" in str(found["good"]["reason"])
