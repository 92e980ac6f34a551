"""`asyncdemo ps`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asyncdemo.catalogue.names import visible
from asyncdemo.cli.app import command_app
from asyncdemo.cli.options import Ascii, Json
from asyncdemo.runner.attachable import Process, processes

if TYPE_CHECKING:  # not needed where it is piped
    from asyncdemo.views.terminal.page import Page

app = command_app()

SCHEMA = "asyncdemo.ps/1"
_PROGRAM = 22  # characters of a program; of a longer one its end is shown


@app.command("ps")
def ps(
    as_json: Json = False,
    ascii_only: Ascii = False,
) -> None:
    """List the processes that can be attached to.

    All Python processes are listed and, for those that cannot be attached to, the reason.

    Exit status: 0.
    """
    found = processes()
    if as_json:
        from asyncdemo.views.document import write_json

        write_json({"schema": SCHEMA, "processes": [_plain(each) for each in found]})
        return
    if not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        for each in found:
            python = "" if each.python is None else each.python.words
            print(*map(visible, (str(each.pid), each.program, python, each.cannot or "can be attached to")), sep="\t")
        return
    from asyncdemo.views.terminal.page import standard_page

    write_processes(standard_page(ascii_only=ascii_only), found)


def write_processes(page: "Page", found: Sequence[Process]) -> None:
    """Write a row for each process, first those that can be attached to; and how that is done, once."""
    from asyncdemo.views.terminal.task_rows import write_columns

    more = page.glyphs["more"]
    if not found:
        page.row("no Python process runs here")
    able = [each for each in found if each.cannot is None]
    write_columns(page, [_columns(each, "" if each.python is None else each.python.words, more) for each in able])
    if able:
        page.row("look into one: asyncdemo attach PID --once; watch it: asyncdemo attach PID")
    others = [each for each in found if each.cannot is not None]
    if others:
        page.row("these cannot be attached to:")
    write_columns(page, [_columns(each, each.cannot or "", more) for each in others])


def _columns(found: Process, said: str, more: str) -> tuple[str, str, str]:
    program = found.program
    return str(found.pid), program if len(program) <= _PROGRAM else more + program[len(more) - _PROGRAM :], said


def _plain(found: Process) -> dict[str, Any]:
    python = found.python
    version = None if python is None or python.version is None else ".".join(map(str, python.version))
    return {
        "pid": found.pid,
        "program": found.program,
        "executable": found.executable,
        "version": version,
        "attachable": found.cannot is None,
        "reason": found.cannot,
        "instead": found.instead or None,
    }
