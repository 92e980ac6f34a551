"""`asyncdemo tour`: which stops it has, at which of them it begins, and the command."""

import os
import signal
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from asyncdemo.catalogue import course, targets
from asyncdemo.catalogue.course import CONTENTS
from asyncdemo.catalogue.names import absolute, visible
from asyncdemo.catalogue.scenario import Catalogue, Chapter, Scenario
from asyncdemo.catalogue.script_source import content
from asyncdemo.catalogue.targets import Document, Target
from asyncdemo.cli.app import command_app
from asyncdemo.cli.messages import tell
from asyncdemo.cli.option_values import load_catalogue, tell_problems
from asyncdemo.cli.options import Ascii, Scenarios, complete_target
from asyncdemo.documents.document_blocks import staged_text
from asyncdemo.errors import Unreadable, UsageError
from asyncdemo.screen.full_screen import CAN_BE_HAD
from asyncdemo.tour.stops import Round, Stop, of_scenario, of_script_alone, of_source

if TYPE_CHECKING:
    from asyncdemo.tour.state import Course


class Tour(NamedTuple):
    """The stops; where it begins (None: where the person was), and the name under which progress is kept."""

    stops: tuple[Stop, ...]
    first: int | None = None
    name: str = ""


def chosen(word: str | None, scenarios: list[str] | None) -> Tour:
    """What a word means: a chapter, a scenario, a folder, a script; None: the whole course. Raises UsageError."""
    if word is not None and (os.sep in word or word in (os.curdir, os.pardir)) and Path(word).is_dir():
        return _of_folder(Path(word), word)
    catalogue = load_catalogue(scenarios)
    stops = _stops(catalogue.scenarios, scenarios)
    if word is None:
        return Tour(stops)
    if word.isascii() and word.isdecimal():
        first = catalogue.in_chapter(int(word))[0]
        return Tour(stops, catalogue.scenarios.index(first))
    return _of_target(word, catalogue, stops)


def _of_folder(path: Path, word: str) -> Tour:
    there = course.load([absolute(path)])
    tell_problems(there.load_problems)
    if not there.scenarios:
        hint = f"asyncdemo new NAME --scenarios {visible(word)} writes one"
        raise UsageError(f"there are no scenarios in {visible(word)}; {hint}")
    scenarios = there.scenarios
    if not (path / CONTENTS).exists():  # then they are all in one chapter, without a title of its own
        scenarios = tuple(each._replace(chapter=Chapter(1, path.resolve().name)) for each in scenarios)
    return Tour(_stops(scenarios, [word]), name=str(path.resolve()))


def _stops(scenarios: tuple[Scenario, ...], folders: list[str] | None) -> tuple[Stop, ...]:
    options = " ".join(f"--scenarios {quote(folder)}" for folder in folders or ())
    return tuple(of_scenario(each)._replace(options=options) for each in scenarios)


def _of_target(word: str, catalogue: Catalogue, stops: tuple[Stop, ...]) -> Tour:
    target = targets.resolve([word], catalogue, None)[0]
    if target.scenario is not None:
        return Tour(stops, catalogue.scenarios.index(target.scenario))
    if target.document is not None:
        return _of_document(target, target.document)
    if target.path is None:
        raise UsageError("a tour needs a file that can be read again: save the script to one instead of '-'")
    chapter = Chapter(1, target.path.name)
    if target.script is not None:
        stop = of_script_alone(target, target.script, chapter)
    else:
        stop = Stop(target.name, "", chapter, (Round(target, _text(target.path)),))
    return Tour((stop,), name=str(target.path.resolve()))


def _text(path: Path) -> str:
    """What there is to be read of a file that is no script. Raises UsageError for a FIFO or a device, unopened."""
    try:
        return content(path).decode(errors="backslashreplace")
    except Unreadable as error:
        raise UsageError(f"{visible(path)}: {error}") from None


def _of_document(target: Target, document: Document) -> Tour:
    """A stop for each block of Python; where one is named, that is the first. A fragment runs with those before it."""
    chapter = Chapter(1, document.path.name)
    stops: list[Stop] = []
    for each in targets.expand(target._replace(block=None)):
        assert each.block is not None  # a document's targets are its blocks
        nature = document.nature(each.block)
        if nature.kind != "not-python":
            what = document.described(each.block, cumulative=nature.kind == "fragment")
            try:
                stops.append(of_source(each, staged_text([each.block]), chapter, what))
            except Unreadable as error:
                raise UsageError(f"{visible(each.name)}: {error}") from None
    if not stops:
        raise UsageError(f"no block of {visible(document.name)} is Python: they are commands for a shell or a notebook")
    names = [stop.name for stop in stops]
    if target.block is None:
        return Tour(tuple(stops), name=str(document.path.resolve()))
    if target.name not in names:
        raise UsageError(f"{visible(target.name)} is not Python: commands for a shell or a notebook")
    return Tour(tuple(stops), names.index(target.name), str(document.path.resolve()))


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

    found = chosen(where, scenarios)
    path = progress_file(os.environ)
    courses, trouble = saved_courses(path)
    if trouble:
        tell(trouble)
    if progress:
        own = [quote(where)] if where is not None and found.name else []
        again = " ".join(["asyncdemo tour", *own, *(f"--scenarios {quote(folder)}" for folder in scenarios or ())])
        _write_progress(found, courses, again, ascii_only=ascii_only)
        return
    _go(found, courses, questions=not no_questions, ascii_only=ascii_only)


def _go(found: Tour, courses: "dict[str, Course]", *, questions: bool, ascii_only: bool) -> None:
    from asyncdemo.cli.tour_progress import progress_file, save_course
    from asyncdemo.cli.tour_session import Session
    from asyncdemo.runner.escalation import handled
    from asyncdemo.tour.state import Course, State, at_stop
    from asyncdemo.views.terminal.page import standard_page

    page = standard_page(ascii_only=ascii_only)
    typed = sys.stdin is not None and sys.stdin.isatty()
    on_screen = CAN_BE_HAD and page.erases and typed and not os.environ.get("ACCESSIBLE")
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


def _write_progress(found: Tour, courses: "dict[str, Course]", again: str, *, ascii_only: bool) -> None:
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
