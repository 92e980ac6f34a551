"""What an exercise says of itself, and what is said of an attempt: the cause, without what follows from it."""

from pathlib import Path

import pytest

from asyncdemo.catalogue.scenario import Chapter, Scenario, script_from_text
from asyncdemo.expectations.exercise_checks import (
    Exercise,
    attempt_mismatches,
    exercise_of,
    handed_out,
    of_exercise,
    start_mismatches,
)
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Seconds, Subject

START = '''\
"""wait twice"""
# /// script
# [tool.asyncdemo]
# findings = ["blocking-call"]
# ///
import time
time.sleep(1)  # given
print("one")

# Output:
# one
'''
SOLUTION = '''\
"""wait twice"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.6 of start"]
# ///
import time
time.sleep(1)
print("two")

# Output:
# two
'''
NOTES = "Print two.\n\nSoon.\n\n## Hints\n\n- Look at\n  the number.\n- Count on.\n\n## Solved\n\nTwo `is` it.\n"
PATH = "/here/a.py"


def made(notes: str = NOTES, start: str = START, solution: str = SOLUTION) -> Exercise:
    folder = Path("/course/a")
    texts = {"solution": solution, "start": start}
    scripts = tuple(script_from_text(text, folder / f"{name}.py", name) for name, text in texts.items())
    return exercise_of(Scenario("a", Chapter(1, "One"), folder, scripts, "it is wrong", notes))


def ran(
    text: str,
    *,
    stderr: str = "",
    code: int = 0,
    seconds: float = 0.5,
    findings: tuple[Finding, ...] = (),
    outcome: Outcome | None = None,
) -> Run:
    output = [Output(0.1, "stdout", text)] if text else []
    output += [Output(0.2, "stderr", stderr)] if stderr else []
    return Run(
        Subject("a.py", path=PATH),
        Python("", "3.12.1"),
        outcome or Outcome("exited", code=code),
        ok=not code,
        seconds=Seconds(total=seconds, startup=0.0, imports=0.0, script=seconds),
        output=tuple(output),
        findings=findings,
    )


def said(run: Run, text: str = "time.sleep(1)\n", start: float = 1.0) -> list[str]:
    attempt = made().solution._replace(path=Path(PATH), source=text)
    found = attempt_mismatches(made(), attempt, run, {"start": start}, (3, 12, 1))
    assert all(each.path == PATH for each in found)
    return [f"{each.line or '-'} {each.message}" for each in found]


def test_the_notes_have_the_task_the_hints_and_what_there_is_to_be_learnt() -> None:
    exercise = made()
    assert exercise.task == "Print two.\n\nSoon."
    assert exercise.hints == ("Look at the number.", "Count on.")
    assert exercise.lesson == "Two `is` it."
    assert exercise.needs_start
    bare = made("", SOLUTION, START)
    assert (bare.task, bare.hints, bare.lesson, bare.needs_start) == ("", (), "", False)


def test_what_is_handed_out_has_no_metadata_and_no_blocks() -> None:
    assert handed_out(START) == '"""wait twice"""\nimport time\ntime.sleep(1)  # given\nprint("one")\n'
    assert handed_out("print(1)") == "print(1)\n"
    assert handed_out("# a comment\nprint(1)\n# Output:\n") == "# a comment\nprint(1)\n"


def test_an_attempt_that_does_it_lacks_nothing() -> None:
    assert said(ran("two\n")) == []
    assert said(ran("two\n"), "    time.sleep(1)  # given\n") == []


def test_what_does_not_fit_is_said_in_the_words_of_the_task() -> None:
    assert said(ran("one\n")) == ["- it does not print what is asked for"]
    assert said(ran("two\n", stderr="oh\n")) == ["- stderr is not as it should be"]
    assert said(ran("two\n"), "time.sleep(0)\n") == ["- this line is marked # given and must stay: time.sleep(1)"]
    assert said(ran("two\n", seconds=0.9)) == [
        "- it took 0.90 s; the original took 1.00 s, and the task asks for under 0.6 of that"
    ]
    assert said(ran("two\n", seconds=0.9), start=9.0) == []


def test_a_finding_says_where_and_what_and_not_what_to_do() -> None:
    finding = Finding("blocking-call", "warning", PATH, 7, "it blocks", advice="await asyncio.sleep(1)")
    assert said(ran("two\n", stderr="a warning of Python's own\n", findings=(finding,))) == [
        "7 blocking-call: it blocks"
    ]


def test_of_a_program_that_fails_the_error_is_said_and_not_what_is_missing_then() -> None:
    traceback = f'Traceback (most recent call last):\n  File "{PATH}", line 3, in <module>\nValueError: no\n'
    assert said(ran("", stderr=traceback, code=1)) == ["3 its exit status was 1: ValueError: no"]
    assert said(ran("", outcome=Outcome("timed-out", after=15.0))) == ["- it did not end within 15 s"]


def test_a_deadlock_is_said_once() -> None:
    finding = Finding("deadlock", "error", PATH, 7, "nothing can wake it", advice="")
    run = ran("", outcome=Outcome("interrupted", reason="deadlock"), findings=(finding,))
    assert said(run) == ["7 deadlock: nothing can wake it"]


@pytest.mark.parametrize(
    ("run", "again"), [(ran("two\n", seconds=0.9), True), (ran("", outcome=Outcome("timed-out", after=15.0)), False)]
)
def test_only_what_a_busy_machine_can_spoil_is_worth_another_try(run: Run, again: bool) -> None:
    attempt = made().solution._replace(path=Path(PATH), source="time.sleep(1)\n")
    found = attempt_mismatches(made(), attempt, run, {"start": 1.0}, (3, 12, 1))
    assert [each.timing_sensitive for each in found] == [again]


def test_a_start_that_does_it_already_is_no_exercise() -> None:
    assert start_mismatches(made(), ran("one\n"), {"start": 1.0}, (3, 12, 1)) == []
    (mismatch,) = start_mismatches(made(), ran("two\n"), {"start": 1.0}, (3, 12, 1))
    assert mismatch.message.startswith("the start already does what the solution does; there is nothing left to fix")


def test_what_check_says_of_the_text() -> None:
    assert [*of_exercise(made())] == []
    messages = [each.message for each in of_exercise(made("", START, SOLUTION.replace("time.sleep(1)", "pass")))]
    assert [message.partition(":")[0] for message in messages] == [
        "it has no task",
        "it has no hints",
        "the solution lacks this line, which start.py marks as given",
    ]
