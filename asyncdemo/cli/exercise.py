"""`asyncdemo exercise`."""

import json
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from asyncdemo.catalogue.names import normal, visible
from asyncdemo.catalogue.targets import Request
from asyncdemo.cli.app import command_app
from asyncdemo.cli.exit_status import EXPECTATION_FAILED
from asyncdemo.cli.messages import tell
from asyncdemo.cli.option_values import exercise_command, load_exercises, tell_problems
from asyncdemo.cli.options import Ascii, Python, Scenarios, complete_exercise
from asyncdemo.cli.tour_progress import progress_file, save_course, saved_courses
from asyncdemo.errors import UsageError
from asyncdemo.expectations.exercise_checks import Exercise, exercise_of, handed_out
from asyncdemo.tour.practice import Practice, first_open, is_solved, with_mark
from asyncdemo.tour.state import Course

if TYPE_CHECKING:
    from asyncdemo.cli.exercise_session import Workbench

app = command_app()

SCHEMA = "asyncdemo.exercises/1"
NEXT = "next"
_COURSE = "exercises"  # under which the progress is kept, beside those of tours


@app.command("exercise")
def exercise(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="An exercise, or next: the first that is not solved. Default: list them.",
            autocompletion=complete_exercise,
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Run it once, and do not wait for it to be saved.")] = False,
    solution: Annotated[bool, typer.Option("--solution", help="Print the solution.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Print one line of JSON: who you are, and what you have solved.")
    ] = False,
    python: Python = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Mend broken programs, and rerun them at every save.

    One is copied into this folder, and run until it does what is asked; an existing file is continued, never
    overwritten. Press h for a hint. Without a terminal to type on it is run once, as with --once. Piped, the list is
    name, chapter, state and summary, separated by tabs.

    Exit status: 0; with --once 3 if it is not solved; 2 for a usage error.
    """
    catalogue = load_exercises(scenarios)
    tell_problems(catalogue.load_problems)
    exercises = [exercise_of(each) for each in catalogue.scenarios]
    course = _course()
    _refuse_together(name, once=once, solution=solution, report=report)
    if report:
        print(json.dumps(_report(exercises, course)))
    elif name is None:
        _write_list(exercises, course, scenarios, ascii_only=ascii_only)
    elif solution:
        sys.stdout.write(handed_out(_chosen(name, exercises, course).solution.source))
    else:
        request = Request(python=python, folders=tuple(scenarios or ()))
        done = _work(_chosen(name, exercises, course), exercises, request, once=once, ascii_only=ascii_only)
        raise typer.Exit(0 if done else EXPECTATION_FAILED)


def _refuse_together(name: str | None, *, once: bool, solution: bool, report: bool) -> None:
    """Raise UsageError for options that cannot be obeyed together, or not without a name, or not with one."""
    given = [f"--{each}" for each, is_given in (("report", report), ("solution", solution), ("once", once)) if is_given]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} exclude each other: choose one")
    if given and name is None and not report:
        raise UsageError(f"{given[0]} is about one exercise: name it")
    if report and name is not None:
        raise UsageError(f"--report is about all exercises: leave out {visible(name)!r}")


def _course() -> Course:
    """The progress that is kept; what is wrong with it is told."""
    courses, trouble = saved_courses(progress_file(os.environ))
    if trouble:
        tell(trouble)
    return courses.get(_COURSE, Course())


def _chosen(word: str, exercises: Sequence[Exercise], course: Course) -> Exercise:
    """The exercise of that name, or that alone begins like it. Raises UsageError."""
    names = [each.name for each in exercises]
    wanted = normal(word)
    if wanted == NEXT and NEXT not in names:
        found = first_open(names, course)
        if found is None:
            raise UsageError("all exercises are solved; name one to do it again: asyncdemo exercise lists them")
        return exercises[names.index(found)]
    begin = [name for name in names if name == wanted] or [name for name in names if name.startswith(wanted)]
    if len(begin) == 1:
        return exercises[names.index(begin[0])]
    near = begin[:4] or get_close_matches(wanted, names, n=1)
    hint = f"did you mean {' or '.join(near)}?" if near else "asyncdemo exercise lists them"
    raise UsageError(f"no exercise is called {visible(word)!r}; {hint}")


def _work(chosen: Exercise, exercises: Sequence[Exercise], request: Request, *, once: bool, ascii_only: bool) -> bool:
    """Go through exercises from this one on, until that is enough; False if it was run once and is not solved."""
    from asyncdemo.cli import exercise_session
    from asyncdemo.screen.full_screen import CAN_BE_HAD
    from asyncdemo.views.terminal.common_rows import write_next
    from asyncdemo.views.terminal.page import standard_page

    page = standard_page(ascii_only=ascii_only)
    typed = sys.stdin is not None and sys.stdin.isatty()
    once = once or not typed
    while True:
        bench = _bench(chosen, exercises, request)
        try:
            if once:
                exercise_session.once(bench, page)
            elif CAN_BE_HAD and page.erases and not os.environ.get("ACCESSIBLE"):
                exercise_session.on_screen(bench, ascii_only=ascii_only)
            else:
                exercise_session.as_text(bench, page)
        finally:
            bench.close()
        state = bench.state
        if state.wish != "next" or state.after is None:
            break
        chosen = next(each for each in exercises if each.name == state.after)
    if state.solved and state.after is not None:
        write_next(page, (NEXT, f"{exercise_command(request.folders)} {state.after}"))
    return state.solved or not once


def _bench(chosen: Exercise, exercises: Sequence[Exercise], request: Request) -> "Workbench":
    """The workbench of an exercise, with its file in this folder."""
    from asyncdemo.cli.exercise_session import Workbench, own_file

    _refuse_python(chosen, request.python)
    path, is_new = own_file(chosen)
    if not is_new:
        tell(f"going on with {visible(path)}, which is there already")
    course, names = _course(), [each.name for each in exercises]
    state = Practice(
        chosen,
        visible(path),
        place=f"{names.index(chosen.name) + 1} of {len(names)}",
        after=first_open(names, course, chosen.name),
        tried=chosen.name in course.marks,
    )

    def keep(state: Practice) -> None:
        trouble = save_course(progress_file(os.environ), _COURSE, with_mark(_course(), state))
        if trouble:
            tell(trouble)

    return Workbench(state, path, request, keep)


def _refuse_python(chosen: Exercise, python: str | None) -> None:
    """Raise UsageError if no script of an exercise can run on that Python, or on ours."""
    why_not = chosen.scenario.unavailable_reason
    if python is not None:
        from asyncdemo.cli.check_choice import other

        scripts = [chosen.start, chosen.solution]
        reasons = list(map(other(python, scripts).unavailable, scripts))
        why_not = reasons[0] if all(reasons) else None
    if why_not is not None:
        raise UsageError(f"{chosen.name} {why_not}")


def _write_list(
    exercises: Sequence[Exercise], course: Course, folders: Sequence[str] | None, *, ascii_only: bool
) -> None:
    from asyncdemo.views.terminal.exercise_pages import state_of, write_exercises
    from asyncdemo.views.terminal.page import standard_page

    if sys.stdout.isatty():
        write_exercises(standard_page(ascii_only=ascii_only), exercises, course, exercise_command(folders or ()))
        return
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    for each in exercises:
        cells = (each.name, each.scenario.chapter.number, state_of(course, each.name), each.scenario.summary)
        sys.stdout.write("\t".join(map(visible, cells)) + "\n")


def _report(exercises: Sequence[Exercise], course: Course) -> dict[str, object]:
    """The published shape: who, where they are, and what they have solved or tried."""
    import getpass
    import socket

    names = [each.name for each in exercises]
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a number that nobody has
        user = str(os.getuid())
    return {
        "schema": SCHEMA,
        "user": user,
        "host": socket.gethostname(),
        "at": course.at if course.at in names else None,
        "solved": [name for name in names if is_solved(course, name)],
        "tried": [name for name in names if name in course.marks and not is_solved(course, name)],
        "exercises": len(names),
    }
