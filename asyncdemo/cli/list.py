"""`asyncdemo list`."""

from typing import Annotated

import typer

from asyncdemo.cli.app import command_app
from asyncdemo.cli.list_targets import list_targets
from asyncdemo.cli.options import Ascii, Json, Scenarios, complete_document

app = command_app()


@app.command("list")
def list_scenarios(
    chapter: Annotated[
        str | None,
        typer.Argument(
            metavar="[CHAPTER or FILE]",
            help="The number of a chapter; or a document, to list its blocks.",
            autocompletion=complete_document,
        ),
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Print only the names of the scenarios that can run here.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Show every scenario with its summary.")] = False,
    scenarios: Scenarios = None,
    as_json: Json = False,
    ascii_only: Ascii = False,
) -> None:
    """List the scenarios: chapters, names, summaries. Piped: name, chapter, variants, summary, separated by tabs.

    For a document (article.md): its blocks of Python, and which of them can run by themselves. Piped: name, line, kind,
    and its last line or why it cannot.
    """
    folders = tuple(scenarios or ())
    list_targets(chapter, names=names, full=full, scenarios=folders, as_json=as_json, ascii_only=ascii_only)
