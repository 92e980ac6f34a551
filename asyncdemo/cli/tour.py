"""`asyncdemo tour`."""

import os
import signal
import sys
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from asyncdemo.cli.app import command_app
from asyncdemo.cli.messages import tell
from asyncdemo.cli.options import Ascii, Scenarios, complete_target

if TYPE_CHECKING:
    from asyncdemo.cli.tour_stops import Tour
    from asyncdemo.tour.state import Course

app = command_app()


@app.command("tour")
def tour(
    where: Annotated[
        str | None,
        typer.Argument(
            metavar="[WHERE]",
            help="A chapter's number, a scenario to start with, or your own folder, script or document.",
            autocompletion=complete_target,
        ),
    ] = None,
    no_questions: Annotated[
        bool, typer.Option("--no-questions", help="For presenters: no questions, and no progress is kept.")
    ] = False,
    progress: Annotated[
        bool, typer.Option("--progress", help="Only show what you have seen and got right. Piped: separated by tabs.")
    ] = False,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Take the course, one key at a time: code, question, run, answer.

    Enter continues, a digit predicts, ? shows all keys. The next tour starts where you left off. In a pipe, and if
    ACCESSIBLE is set, the same stops are plain text, and nothing is drawn twice.
    """
    from asyncdemo.cli.tour_progress import progress_file, saved_courses
    from asyncdemo.cli.tour_stops import chosen

    found = chosen(where, scenarios)
    path = progress_file(os.environ)
    courses, trouble = saved_courses(path)
    if trouble:
        tell(trouble)
    if progress:
        _write_progress(found, courses, _again(found, where, scenarios), ascii_only=ascii_only)
        return
    _go(found, courses, questions=not no_questions, ascii_only=ascii_only)


def _go(found: "Tour", courses: "dict[str, Course]", *, questions: bool, ascii_only: bool) -> None:
    from asyncdemo.cli.tour_progress import progress_file, save_course
    from asyncdemo.cli.tour_session import Session
    from asyncdemo.runner.escalation import handled
    from asyncdemo.tour.state import Course, State, at_stop
    from asyncdemo.views.terminal.page import standard_page

    page = standard_page(ascii_only=ascii_only)
    typed = sys.stdin is not None and sys.stdin.isatty()
    on_screen = page.erases and typed and not os.environ.get("ACCESSIBLE")
    course = courses.get(found.name, Course())
    names = [stop.name for stop in found.stops]
    learns = questions and typed and page.terminal
    first = found.first
    if first is None:
        first = names.index(course.at) if learns and course.at in names else 0
    state = at_stop(State(found.stops, questions=questions, course=course), first)
    if found.first is None and first:
        state = state._replace(message="continuing where you left off; j jumps to another stop")
    path = progress_file(os.environ)
    session = Session(state, (lambda course: save_course(path, found.name, course)) if learns else None)
    with handled((signal.SIGINT,), session.hear_ctrl_c):
        try:
            if on_screen:
                from asyncdemo.cli.tour_session import tour_on_screen

                tour_on_screen(session, ascii_only=ascii_only)
            else:
                from asyncdemo.cli.tour_session import tour_as_text

                tour_as_text(session, page, asks=typed and page.terminal, one_chapter=found.first is not None)
        finally:
            session.close()
            if session.trouble:
                tell(session.trouble)


def _again(found: "Tour", where: str | None, scenarios: list[str] | None) -> str:
    """The command that goes on with this course."""
    own = [quote(where)] if where is not None and found.name else []
    return " ".join(["asyncdemo tour", *own, *(f"--scenarios {quote(folder)}" for folder in scenarios or ())])


def _write_progress(found: "Tour", courses: "dict[str, Course]", again: str, *, ascii_only: bool) -> None:
    from asyncdemo.catalogue.names import visible
    from asyncdemo.tour.state import Course, overall

    course = courses.get(found.name, Course())
    if not sys.stdout.isatty():
        for stop in found.stops:
            print(f"{visible(stop.name)}\t{overall(course, stop.keys) or 'not yet'}")
        return
    from asyncdemo.views.terminal.page import standard_page
    from asyncdemo.views.terminal.tour_screen import write_progress

    write_progress(standard_page(ascii_only=ascii_only), found.stops, course, again)
