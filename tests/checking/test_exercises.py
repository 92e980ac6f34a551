"""The exercises: the start fails as intended, the solution passes, and what people try first is told what is wrong."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.expectations.exercise_checks import GIVEN, Exercise, exercise_of, handed_out
from tests.checking.wrong_attempts import WRONG, Wrong
from tests.conftest import Result
from tests.processes import needs_interpreter

Program = Callable[..., Result]

FOLDER = course.built_in(course.EXERCISES)
EXERCISES = {each.name: exercise_of(each) for each in course.load([FOLDER]).scenarios}
BROKEN = '"""add two numbers"""\nprint(2 - 2)  # the sum\n\n# Output:\n# 0\n'
MENDED = '"""add two numbers"""\nprint(2 + 2)  # the sum\n\n# Output:\n# 4\n'
NOTES = """\
# the sum is wrong

It must be 4.

## Hints

- Look at the sign.
- It is a minus.

## Solved

Adding is `+`.
"""


def own(folder: Path, **changed: str) -> Path:
    """Write an exercise of one's own into a folder `mine`."""
    files = {"start.py": BROKEN, "solution.py": MENDED, "README.md": NOTES} | changed
    place = folder / "mine" / "the-sum"
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / name).write_text(text)
    return place


def changed(start: str, wrong: Wrong) -> str:
    text = handed_out(start)
    for old, new in wrong.changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda each: each.name)
def test_each_is_a_small_program_with_a_task_and_hints(exercise: Exercise) -> None:
    text = handed_out(exercise.start.source)
    assert 20 <= text.count("\n") <= 50
    assert not re.search(r"///|# (Output|Errors|Unordered output):|import asyncdemo", text)
    assert 2 <= len(re.findall(r"[.?!:](?:\s|$)", exercise.task)) <= 6
    assert 2 <= len(exercise.hints) <= 3
    assert exercise.lesson
    assert (GIVEN in text) == (GIVEN in exercise.task)
    assert exercise.scenario.summary == exercise.scenario.summary.lower()


def test_each_chapter_of_the_course_has_two_to_six() -> None:
    titles = [each.chapter.title for each in course.load([course.built_in()]).scenarios]
    chapters = [each.scenario.chapter.title for each in EXERCISES.values()]
    assert list(dict.fromkeys(chapters)) == list(dict.fromkeys(titles))
    assert len(chapters) == 20
    assert all(2 <= chapters.count(title) <= 6 for title in chapters)


def test_none_is_called_like_a_scenario() -> None:
    assert not EXERCISES.keys() & {each.name for each in course.load([course.built_in()]).scenarios}


@pytest.mark.slow
def test_check_finds_nothing_wrong_with_the_exercises(asyncdemo: Program) -> None:
    done = asyncdemo("check", "--exercises", timeout=170)
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert [row for row in rows if row[1] != "passed"] == []
    assert [row[0] for row in rows] == [f"{name}:{which}" for name in EXERCISES for which in ("solution", "start")]


@pytest.mark.observation
@pytest.mark.process
@pytest.mark.parametrize("version", ["3.9", "3.11", "3.13", "3.15"])
def test_they_are_so_on_each_python(asyncdemo: Program, version: str) -> None:
    done = asyncdemo("check", "--exercises", "--python", needs_interpreter(version), timeout=170)
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert [row for row in rows if row[1] == "failed"] == []
    skipped = [row[0] for row in rows if row[1] == "skipped"]
    needing = ["two-errors-at-once:solution", "two-errors-at-once:start", "the-open-line:solution"]
    assert skipped == (["the-stubborn-thermometer:start", *needing] if version == "3.9" else [])


@pytest.mark.observation
@pytest.mark.process
@pytest.mark.parametrize("version", ["3.11", "3.13", "3.15"])
def test_each_solution_is_taken_for_one(tmp_path: Path, asyncdemo: Program, version: str) -> None:
    python = needs_interpreter(version)
    for name, exercise in EXERCISES.items():
        (tmp_path / f"{name}.py").write_text(handed_out(exercise.solution.source))
        done = asyncdemo("exercise", name, "--once", "--python", python, env={"XDG_STATE_HOME": str(tmp_path)})
        assert (done.status, "Solved." in done.stdout) == (0, True), done.stdout


def test_of_each_it_is_known_what_people_try_first() -> None:
    assert WRONG.keys() == EXERCISES.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_people_try_first_fails_with_a_message_that_helps(tmp_path: Path, asyncdemo: Program, name: str) -> None:
    assert len(WRONG[name]) >= 3
    for wrong in WRONG[name]:
        (tmp_path / f"{name}.py").write_text(changed(EXERCISES[name].start.source, wrong))
        done = asyncdemo("exercise", name, "--once", env={"XDG_STATE_HOME": str(tmp_path / "state")})
        said = " ".join(done.stdout.split())
        assert [text for text in wrong.said if text not in said] == [], done.stdout
        assert done.status == 3


@pytest.mark.slow
@pytest.mark.parametrize("first", ["eggs", "toast"])
def test_the_order_in_which_breakfast_is_begun_is_up_to_you(tmp_path: Path, asyncdemo: Program, first: str) -> None:
    others = [each for each in ("coffee", "eggs", "toast") if each != first]
    text = handed_out(EXERCISES["slow-breakfast"].start.source)
    begun = "".join(f'    {each} = asyncio.create_task(make("{each}", {each.upper()}))\n' for each in others)
    done = "".join(f"    {each} = await {each}\n" for each in others)
    start, end = text.index("    coffee = "), text.index('    print(f"breakfast')
    made = f'{begun}    {first} = await make("{first}", {first.upper()})\n{done}'
    (tmp_path / "slow-breakfast.py").write_text(text[:start] + made + text[end:])
    found = asyncdemo("exercise", "slow-breakfast", "--once", env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert (found.status, "Solved." in found.stdout) == (0, True), found.stdout


def test_an_exercise_is_copied_and_never_over_what_is_there(tmp_path: Path, asyncdemo: Program) -> None:
    own(tmp_path)
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    first = asyncdemo("exercise", "the-su", "--once", "--scenarios", "mine", env=env)
    copy = tmp_path / "the-sum.py"
    assert copy.read_text() == '"""add two numbers"""\nprint(2 - 2)  # the sum\n'
    assert first.status == 3
    assert "It must be 4." in first.stdout
    assert "Not yet:\n! it does not print what is asked for\n  - expected   + printed\n   - 4\n   + 0\n" in first.stdout
    assert "Adding is" not in first.stdout
    copy.write_text("print(4)\n")
    second = asyncdemo("exercise", "the-sum", "--scenarios", "mine", env=env)  # nobody to type: once
    assert copy.read_text() == "print(4)\n"
    assert second.stderr == "asyncdemo: going on with the-sum.py, which is there already\n"
    assert (second.status, "Solved.\nAdding is `+`.\n" in second.stdout) == (0, True)


def test_progress_is_kept_listed_and_reported(tmp_path: Path, asyncdemo: Program) -> None:
    own(tmp_path)
    env = {"XDG_STATE_HOME": str(tmp_path / "state"), "ASYNCDEMO_SCENARIOS": "mine"}

    def states() -> list[str]:
        rows = [row.split("\t") for row in asyncdemo("exercise", env=env).stdout.splitlines()]
        return [row[2] for row in rows if row[0] == "the-sum"]

    assert states() == [""]
    asyncdemo("exercise", "the-sum", env=env)
    assert states() == [""]  # run as it was handed out
    (tmp_path / "the-sum.py").write_text("print(5)\n")
    asyncdemo("exercise", "the-sum", env=env)
    assert states() == ["tried"]
    (tmp_path / "the-sum.py").write_text("print(4)\n")
    asyncdemo("exercise", "the-sum", env=env)
    assert states() == ["solved"]
    (line,) = asyncdemo("exercise", "--report", env=env).stdout.splitlines()
    report = json.loads(line)
    assert report.keys() == {"schema", "user", "host", "at", "solved", "tried", "exercises"}
    assert (report["schema"], report["at"], report["solved"]) == ("asyncdemo.exercises/1", "the-sum", ["the-sum"])
    assert (report["tried"], report["exercises"]) == ([], 21)


def test_the_solution_is_printed_as_code(asyncdemo: Program) -> None:
    done = asyncdemo("exercise", "silent-oven", "--solution")
    assert done == Result(handed_out(EXERCISES["silent-oven"].solution.source), "", 0)
    assert "    await heat_oven()\n" in done.stdout


def test_usage(tmp_path: Path, asyncdemo: Program) -> None:
    assert asyncdemo("exercise", "silent-oveb") == Result(
        "", "asyncdemo: no exercise is called 'silent-oveb'; did you mean silent-oven?\n", 2
    )
    assert "did you mean the-old-library or the-wrong-queue or" in asyncdemo("exercise", "the-").stderr
    assert asyncdemo("exercise", "--once").stderr == "asyncdemo: --once is about one exercise: name it\n"
    assert asyncdemo("exercise", "silent-oven", "--report", "--once").stderr == (
        "asyncdemo: --report and --once exclude each other: choose one\n"
    )
    assert asyncdemo("exercise", "silent-oven", "--solution", "--once").stderr == (
        "asyncdemo: --solution and --once exclude each other: choose one\n"
    )
    assert asyncdemo("exercise", "silent-oven", "--report").stderr == (
        "asyncdemo: --report is about all exercises: leave out 'silent-oven'\n"
    )
    (tmp_path / "silent-oven.py").mkdir()
    (tmp_path / "always-open.py").symlink_to(tmp_path / "nowhere")
    for name, why in (("silent-oven", "a folder, not a file"), ("always-open", "a link to a file that does not exist")):
        done = asyncdemo("exercise", name, "--once", env={"XDG_STATE_HOME": str(tmp_path / "state")}, timeout=20)
        assert done.stdout.endswith(f"\nNot yet:\n! {name}.py: it cannot be read: {why}\n\n")
        assert done.status == 3


@pytest.mark.parametrize("command", ["run --scenarios mine", "show --scenarios mine", "compare --scenarios mine"])
def test_to_other_commands_it_is_no_target(tmp_path: Path, asyncdemo: Program, command: str) -> None:
    own(tmp_path)
    for word in ("the-sum", "the-sum:start", "The_Sum"):
        said = "asyncdemo: the-sum is an exercise: asyncdemo exercise --scenarios mine the-sum\n"
        assert asyncdemo(*command.split(), word) == Result("", said, 2)
    said = "asyncdemo: silent-oven is an exercise: asyncdemo exercise silent-oven\n"
    assert asyncdemo(*command.split(), "silent-oven") == Result("", said, 2)


def test_it_needs_a_python_that_can_run_it(tmp_path: Path, asyncdemo: Program) -> None:
    folder = own(tmp_path)
    for name, text in (("start", BROKEN), ("solution", MENDED)):
        needs = '# /// script\n# requires-python = ">=3.99"\n# ///\n'
        (folder / f"{name}.py").write_text(text.replace("\nprint", f"\n{needs}print"))
    for python in ([], ["--python", sys.executable]):
        done = asyncdemo("exercise", "the-sum", "--scenarios", "mine", "--once", *python)
        assert re.fullmatch(r"asyncdemo: the-sum needs Python 3\.99 or newer \(this is [\d.]+\)\n", done.stderr)
        assert done.status == 2
    assert not (tmp_path / "the-sum.py").exists()


def test_an_exercise_that_proves_nothing_fails_check(tmp_path: Path, asyncdemo: Program) -> None:
    own(
        tmp_path,
        **{"start.py": MENDED.replace("# the sum", "# given"), "README.md": "# the sum is wrong\n"},
    )
    done = asyncdemo("check", "mine/")
    assert done.status == 3
    assert "the start already does what the solution does" in done.stdout
    assert "it has no task" in done.stdout
    assert "it has no hints" in done.stdout
    (tmp_path / "mine" / "the-sum" / "start.py").write_text(BROKEN.replace("# the sum", "# given"))
    assert (
        "the solution lacks this line, which start.py marks as given: print(2 - 2)"
        in asyncdemo("check", "mine/").stdout
    )


@pytest.mark.slow
def test_a_new_one_passes_check_and_can_be_done(tmp_path: Path, asyncdemo: Program) -> None:
    (tmp_path / "mine").mkdir()
    made = asyncdemo("new", "my-own", "--exercise", "--scenarios", "mine")
    assert made == Result(
        "written  mine/my-own/\nnext     asyncdemo check my-own --scenarios mine\n"
        "         asyncdemo exercise my-own --scenarios mine\n",
        "",
        0,
    )
    assert (
        asyncdemo("check", "my-own", "--scenarios", "mine").stdout
        == "my-own:solution\tpassed\t\nmy-own:start\tpassed\t\n"
    )
    assert asyncdemo("exercise", "my-own", "--scenarios", "mine", env={"XDG_STATE_HOME": str(tmp_path)}).status == 3
    assert "my-own" not in asyncdemo("list", "--scenarios", "mine").stdout
