"""`asyncdemo attach`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from asyncdemo.cli.app import command_app
from asyncdemo.cli.messages import progress
from asyncdemo.cli.options import Ascii, Json
from asyncdemo.errors import UsageError
from asyncdemo.runner.attachable import process, processes

if TYPE_CHECKING:
    from asyncdemo.runner.looking import Look

app = command_app()

SCHEMA = "asyncdemo.tasks/1"


def complete_pid(incomplete: str) -> list[tuple[str, str]]:
    """The numbers of the processes that can be attached to, each with what it runs."""
    found = ((str(each.pid), each.program) for each in processes() if each.cannot is None)
    return [(pid, program) for pid, program in found if pid.startswith(incomplete)]


@app.command("attach")
def attach(
    pid: Annotated[
        int | None,
        typer.Argument(metavar="PID", help="The process: asyncdemo ps lists them.", autocompletion=complete_pid),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Show where all tasks are now, and for what they wait.")] = False,
    tree: Annotated[bool, typer.Option("--tree", help="With --once: each task below those that await it.")] = False,
    as_json: Json = False,
    ascii_only: Ascii = False,
) -> None:
    """Look into a Python program that already runs.

    It is left as it was. That needs CPython 3.14 or newer, on Linux.

    A program that does not come to execute anything for two seconds is read from outside: then it is not known who
    holds what.

    Exit status: 0 if it could be attached to, 2 if not.
    """
    if pid is None:
        raise UsageError("attach to which process? asyncdemo ps lists them")
    if not once:
        raise UsageError("attach PID needs --once")
    from asyncdemo.runner.looking import look_at

    with progress(f"looking at process {pid}"):
        look = look_at(process(pid))
    if as_json:
        _print_json(look)
    else:
        _show(look, tree=tree, ascii_only=ascii_only)


def _show(look: "Look", *, tree: bool, ascii_only: bool) -> None:
    from asyncdemo.analysis.task_table import task_rows
    from asyncdemo.views.terminal.page import standard_page
    from asyncdemo.views.terminal.task_rows import write_table, write_tree
    from asyncdemo.views.terminal.text import wrapped

    page, rows = standard_page(ascii_only=ascii_only), task_rows(look.standstill, look.whos)
    found = look.process
    loops = len(look.standstill.loops)
    counted = f"{len(rows)} task{'s' if len(rows) != 1 else ''}" + (f" of {loops} event loops" if loops > 1 else "")
    python = found.python.words if found.python is not None else ""
    page.row((f"process {found.pid}", "title"), f"   {found.program}   {python}   {counted}")
    for note in notes(look):
        for line in wrapped(note, page.width - 1):
            page.row((line, "warn"))
    if tree:
        write_tree(page, rows)
    else:
        write_table(page, rows, look.standstill)


def notes(look: "Look") -> list[str]:
    """What is to be known of a look before its rows."""
    found = []
    if look.silence is not None:
        doing = {True: ": its main thread computes", False: ": its main thread is in a call that does not return"}
        why = "" if look.silence.computes is None else doing[look.silence.computes]
        found.append(
            f"it did not answer for {look.silence.seconds:g} s{why}; read from outside, without who holds what"
        )
    if any(loop.is_dead for loop in look.standstill.loops):
        found.append("deadlock: nothing can wake its event loop any more")
    return found


def _print_json(look: "Look") -> None:
    from asyncdemo.analysis.task_table import chain_of, other_threads, task_rows
    from asyncdemo.views.document import write_json

    found, seen = look.process, look.standstill
    python: dict[str, Any] = {"executable": found.executable}
    if found.python is not None and found.python.version is not None:
        version = ".".join(map(str, found.python.version))
        python |= {"implementation": "CPython", "version": version}
    loops = [
        {"id": loop.id, "thread": loop.thread, "tasks": len(loop.tasks), "deadlock": loop.is_dead}
        for loop in seen.loops
    ]
    threads = [
        {"id": each.id, "name": each.name, "chain": [list(place) for place in chain_of(each.places)]}
        for each in other_threads(seen)
    ]
    write_json(
        {
            "schema": SCHEMA,
            "pid": found.pid,
            "program": found.program,
            "python": python,
            "answered": look.silence is None,
            "notes": notes(look),
            "loops": loops,
            "tasks": [row.to_json() for row in task_rows(seen, look.whos)],
            "threads": threads,
        }
    )
