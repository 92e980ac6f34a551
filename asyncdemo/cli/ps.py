"""`asyncdemo ps`."""

from typing import Any

from asyncdemo.cli.app import command_app
from asyncdemo.cli.options import Ascii, Json
from asyncdemo.runner.attachable import Process, processes

app = command_app()

SCHEMA = "asyncdemo.ps/1"


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
    from asyncdemo.views.terminal.page import standard_page
    from asyncdemo.views.terminal.task_rows import write_columns

    page = standard_page(ascii_only=ascii_only)
    if not found:
        page.row("no Python process runs here")
    write_columns(page, [(str(each.pid), each.program, _said(each)) for each in found])


def _said(found: Process) -> str:
    if found.cannot is None and found.python is not None:
        return f"{found.python.words}   asyncdemo attach {found.pid}"
    return f"not possible: {found.cannot}"


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
