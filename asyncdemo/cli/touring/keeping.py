"""The file in which a learner's progress is kept. It may be torn, foreign or not there: nothing of that is fatal."""

import os
from collections.abc import Mapping
from pathlib import Path

from asyncdemo.catalogue.problem import Unreadable
from asyncdemo.catalogue.reading import content
from asyncdemo.catalogue.wording import visible
from asyncdemo.cli.saving import opened
from asyncdemo.errors import AsyncdemoError
from asyncdemo.tour.progress import Course, from_text, merged, to_text


def progress_file(environ: Mapping[str, str]) -> Path:
    """Give where it is: in the state folder of the XDG base directory specification."""
    named = environ.get("XDG_STATE_HOME", "")
    # that specification: a path that is not absolute does not count
    folder = Path(named) if Path(named).is_absolute() else _home(environ) / ".local/state"
    return folder / "asyncdemo" / "tour.json"


def _home(environ: Mapping[str, str]) -> Path:
    """Where HOME says, else what the system knows of the person; never somewhere below the current folder."""
    named = Path(environ.get("HOME", ""))
    if named.is_absolute():
        return named
    import pwd

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a container may run as a number that nobody has
        return Path(os.devnull)  # where nothing can be kept, which is then said


def kept(path: Path) -> tuple[dict[str, Course], str]:
    """Give what is kept, and what a person has to know about it. A file that is not understood is set aside."""
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


def keep(path: Path, name: str, course: Course) -> str:
    """Write what is known of one course, and leave as it is what another tour has written meanwhile.

    Gives what went wrong, if so.
    """
    courses, trouble = kept(path)
    if trouble and os.path.lexists(path):
        return trouble  # what cannot be read may still be worth something
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(path, (path.suffix,)) as place, place.writing() as file:
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
