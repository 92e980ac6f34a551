"""`asyncdemo tour` in a pipe: the same stops as plain text; progress; what is wrong with a command."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result

Run = Callable[..., Result]
HELLO = '''"""say hello

What there is to notice.
"""
# /// script
# [tool.asyncdemo]
# question = "What is printed?"
# choices = ["hello", "nothing", "hello, and a warning"]
# ///
print("hello")
'''
SHOWN = """\
hello   say hello                                                        1 of 2
───────────────────────────────────────────────────────────────────────────────
   10   print("hello")

What is printed?
   1  hello
   2  nothing
   3  hello, and a warning

running hello
It is 1.
 ► 1  hello   ◄ what happened
   2  nothing
   3  hello, and a warning

  time     output                                                    ! = stderr
  0.00 s   hello
  0.00 s   exit 0

   10   print("hello")   ◄ 0.00 s  hello

What there is to notice.

two-ways:a   print(1)                                                    2 of 2
───────────────────────────────────────────────────────────────────────────────
   2   print(1)

running two-ways:a
"""
END = """\
That was course.

   hello      seen
   two-ways   seen

That was all.

"""
BLOCKS = """# Text
```python
def double(number):
    return 2 * number
```
and then
```python
print(double(21))
```
```console
$ pip install it
```
"""


@pytest.fixture
def tour(asyncdemo: Run, tmp_path: Path) -> Run:
    """Run `asyncdemo tour ARGUMENTS` where there is a small course, with a state folder of its own."""
    (tmp_path / "course" / "two-ways").mkdir(parents=True)
    (tmp_path / "course" / "hello.py").write_text(HELLO)
    for name in ("a", "b"):
        (tmp_path / "course" / "two-ways" / f"{name}.py").write_text('"""print(1)"""\nprint(1)\n')

    def run(*arguments: str, **changes: str) -> Result:
        return asyncdemo("tour", *arguments, env={"XDG_STATE_HOME": str(tmp_path / "state"), **changes})

    return run


def kept(folder: Path, text: str) -> Path:
    path = folder / "state" / "asyncdemo" / "tour.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


@pytest.mark.slow
def test_the_stops_as_text(tour: Run, tmp_path: Path) -> None:
    shown = tour("course/")
    assert (shown.stderr, shown.status) == ("", 0)
    times = shown.stdout.replace("0.01 s", "0.00 s").replace("0.02 s", "0.00 s")
    assert times.startswith(SHOWN)
    assert times.endswith(END)
    assert not (tmp_path / "state").exists()  # nobody has learnt anything


@pytest.mark.slow
def test_a_scenario_of_the_course_and_what_follows_in_its_chapter(tour: Run) -> None:
    shown = tour("asyncio-run", "--no-questions")
    assert (shown.stderr, shown.status) == ("", 0)
    assert shown.stdout.startswith("asyncio-run   give it to an event loop")
    assert "\nsimulated-io-wait:async   " in shown.stdout
    assert "What does this print" not in shown.stdout
    assert "\nawait-in-a-row   " in shown.stdout
    assert "gather-overlap" not in shown.stdout
    assert shown.stdout.endswith("\nNext is chapter 2: Overlap is something you ask for\n\n")


@pytest.mark.slow
def test_all_chapters_of_a_folder(tour: Run, tmp_path: Path) -> None:
    chapters = [f'[[chapter]]\ntitle = "{title}"\nscenarios = ["{title}"]\n' for title in ("hello", "two-ways")]
    (tmp_path / "course" / "contents.toml").write_text("".join(chapters))
    shown = tour("course/")
    assert (shown.stderr, shown.status) == ("", 0)
    for text in ("That was chapter 1.", "\ntwo-ways:a   print(1)", "That was chapter 2."):
        assert text in shown.stdout


@pytest.mark.slow
def test_a_document_has_a_stop_for_each_block(tour: Run, tmp_path: Path) -> None:
    (tmp_path / "article.md").write_text(BLOCKS)
    shown = tour("article.md")
    assert (shown.stderr, shown.status) == ("", 0)
    for text in ("article.md#1   lines 3 to 4", "article.md#2   line 8, after #1", "   42\n", "That was article.md."):
        assert text in shown.stdout
    assert "pip" not in shown.stdout
    assert tour("article.md#2").stdout.startswith("article.md#2   line 8, after #1")


@pytest.mark.slow
def test_a_script_of_ones_own(tour: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("print('mine')\n")
    shown = tour("mine.py")
    assert (shown.stderr, shown.status) == ("", 0)
    assert "running mine.py\n" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["99"], "there is no chapter 99; the chapters are 1, 2, 3, 4, 5, 6"),
        (["blocking-slep"], "no scenario or variant is called 'blocking-slep'; did you mean blocking-sleep, "),
        (["-"], "a tour needs a file that can be read again: save the script to one instead of '-'"),
        (["missing.py"], "no such file: missing.py; asyncdemo list shows the scenarios"),
        (["empty/"], "there are no scenarios in empty/; asyncdemo new NAME --scenarios empty/ writes one"),
        (["shell.md"], "no Python in shell.md: a block starts with ```python, an example with >>>"),
    ],
)
def test_what_cannot_be_toured(tour: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "shell.md").write_text("text\n")
    found = tour(*arguments)
    assert (found.stdout, found.status) == ("", 2)
    assert found.stderr.startswith(f"asyncdemo: {message}")


def test_progress_in_a_pipe(tour: Run, tmp_path: Path) -> None:
    course = {"at": "hello", "stops": {"hello": "right at first"}}
    kept(tmp_path, json.dumps({"schema": "asyncdemo.progress/1", "courses": {str(tmp_path / "course"): course}}))
    assert tour("course/", "--progress") == Result("hello\tright at first\ntwo-ways\tnot yet\n", "", 0)
    assert tour("--progress").stdout.startswith("sync-main\tnot yet\n")


@pytest.mark.parametrize("text", ["", '{"schema": "asyncdemo.prog', "[1]", "\x00\x01"])
def test_a_torn_or_foreign_file_is_set_aside(tour: Run, tmp_path: Path, text: str) -> None:
    path = kept(tmp_path, text)
    found = tour("course/", "--progress")
    assert (found.stdout, found.status) == ("hello\tnot yet\ntwo-ways\tnot yet\n", 0)
    assert found.stderr.startswith(f"asyncdemo: progress begins anew: {path} was not understood (")
    assert path.with_name("tour.json.broken").read_text() == text
    assert tour("course/", "--progress").stderr == ""


def test_what_can_be_read_for_ever_is_refused(tour: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    refused = tour("./pipe.py")
    assert (refused.stderr, refused.status) == ("asyncdemo: pipe.py: not a regular file\n", 2)
