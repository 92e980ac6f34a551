"""The file in which a learner's progress is kept. It may be torn, foreign or not there: nothing of that is fatal."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.script_source import content
from asyncdemo.cli.saving import writable
from asyncdemo.errors import AsyncdemoError, Unreadable
from asyncdemo.tour.state import Course, Mark, better

SCHEMA = "asyncdemo.progress/1"
_LONGEST = 60  # characters of another schema that a message has


def progress_file(environ: Mapping[str, str]) -> Path:
    """Where it is: in the state folder of the XDG base directory specification."""
    named = environ.get("XDG_STATE_HOME", "")
    # that specification: a path that is not absolute does not count
    folder = Path(named) if Path(named).is_absolute() else _home(environ) / ".local/state"
    return folder / "asyncdemo" / "tour.json"


def _home(environ: Mapping[str, str]) -> Path:
    """Where HOME says, else what the system knows of the person; never somewhere below the current folder."""
    named = Path(environ.get("HOME", ""))
    if named.is_absolute():
        return named
    if sys.platform == "win32":
        return Path.home()
    import pwd

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a container may run as a number that nobody has
        return Path(os.devnull)  # where nothing can be kept, which is then said


def saved_courses(path: Path) -> tuple[dict[str, Course], str]:
    """All courses, and what a person has to know about them, or "". A file that is not understood is set aside."""
    try:
        path.stat()
    except FileNotFoundError:
        return {}, ""
    except OSError:
        pass  # reading it says why
    try:
        text = content(path).decode("utf-8")
    except UnicodeDecodeError:
        return {}, _set_aside(path, "it is no text")
    except Unreadable as error:
        return {}, f"progress is not known: {visible(path)}: {error}"
    try:
        return from_text(text), ""
    except ValueError as error:
        return {}, _set_aside(path, str(error))


def save_course(path: Path, name: str, course: Course) -> str:
    """Write what is known of one course, and leave what another tour has written meanwhile.

    Returns what went wrong, or "".
    """
    courses, trouble = saved_courses(path)
    if trouble and os.path.lexists(path):
        return trouble  # what cannot be read may still be worth something
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writable(path, (path.suffix,)).writing() as file:
            file.write(to_text({**courses, name: merged(course, courses.get(name, course))}))
    except OSError as error:
        return f"progress cannot be kept: {visible(path)}: {error.strerror}"
    except AsyncdemoError as error:
        return f"progress cannot be kept: {error}"
    return trouble


def _set_aside(path: Path, why: str) -> str:
    aside = path.with_name(f"{path.name}.broken")
    try:
        path.replace(aside)
    except OSError as error:
        return f"progress cannot be read, {why}: {visible(path)}: {error.strerror}"
    return f"progress begins anew: {visible(path)} was not understood ({why}), and is now {visible(aside.name)}"


def merged(course: Course, other: Course) -> Course:
    """The course with what is known of it elsewhere: of two marks the better one."""
    marks = {key: better(mark, other.marks.get(key)) for key, mark in course.marks.items()}
    return course._replace(marks={**other.marks, **marks})


def to_text(courses: Mapping[str, Course]) -> str:
    """The content of the file: each course under the path that it comes from, the built-in one under ""."""
    found = {name: {"at": course.at, "stops": dict(course.marks)} for name, course in courses.items()}
    # in ASCII: the path of a folder need not be text that could be encoded otherwise
    return json.dumps({"schema": SCHEMA, "courses": found}, indent=1) + "\n"


def from_text(text: str) -> dict[str, Course]:
    """The courses of that content. Raises ValueError, with what is wrong, for any other text."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is torn or no JSON") from None
    match table:
        case {"schema": schema, "courses": dict(courses)} if schema == SCHEMA:
            return {str(name): _course(each) for name, each in courses.items()}
        case {"schema": str(schema)} if schema != SCHEMA:
            raise ValueError(f"it has another form: {schema[:_LONGEST]!r}")
    raise ValueError("it is not one of asyncdemo's")


def _course(table: object) -> Course:
    match table:
        case {"at": str() | None as at, "stops": dict(stops)} if all(mark in get_args(Mark) for mark in stops.values()):
            return Course(at, stops)
    raise ValueError("a course in it is not understood")
