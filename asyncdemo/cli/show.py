"""`asyncdemo show`."""

import sys
from typing import Annotated

import typer

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.targets import Target, notes_of
from asyncdemo.cli.app import command_app
from asyncdemo.cli.option_values import load_catalogue
from asyncdemo.cli.options import Ascii, Of, Scenarios, complete_target
from asyncdemo.documents.document_blocks import staged_text
from asyncdemo.errors import UsageError

app = command_app()


@app.command("show")
def show(
    word: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="A scenario, a variant, a script, or a block of a document: article.md#3.",
            autocompletion=complete_target,
        ),
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show only the notes; in a pipe, as Markdown.")] = False,
    of: Of = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Show the source and the notes, without running anything. Piped: the plain source; with --notes the notes."""
    if word is None:
        raise UsageError("show what? Name a scenario or a script: asyncdemo list shows the scenarios")
    target = targets.resolve([word], load_catalogue(scenarios), of)[0]
    if target.is_stdin:
        raise UsageError("show reads files; name a scenario or a script")
    if notes:
        _write_notes(target, ascii_only=ascii_only)
        return
    sources = _sources(target)
    if sys.stdout.isatty():
        from asyncdemo.views.terminal.page import standard_page
        from asyncdemo.views.terminal.readable_pages import write_sources

        write_sources(standard_page(ascii_only=ascii_only), target, sources)
        return
    for index, (heading, source) in enumerate(sources):
        before = f"# {heading}\n" if len(sources) > 1 else ""
        between = "\n" if index else ""
        sys.stdout.buffer.write(f"{between}{before}{source}".encode(errors="surrogateescape"))


def _write_notes(target: Target, *, ascii_only: bool) -> None:
    """The notes as Markdown, on a terminal as prose. Raises UsageError where there are none."""
    found = notes_of(target)
    if not found:
        raise UsageError(f"{visible(target.name)} has no notes: they stand in its docstring, after the first line")
    if sys.stdout.isatty():
        from asyncdemo.views.terminal.page import standard_page
        from asyncdemo.views.terminal.readable_pages import write_prose

        page = standard_page(ascii_only=ascii_only)
        for note in found:
            write_prose(page, note)
        return
    sys.stdout.buffer.write("\n\n".join(note.rstrip() for note in found).encode(errors="surrogateescape") + b"\n")


def _sources(target: Target) -> list[tuple[str, str]]:
    """The name and the text of each script or block."""
    if target.document is not None:
        chosen = [(each.name, each.block) for each in targets.expand(target) if each.block is not None]
        # On a terminal the lines have the numbers that they have in the document.
        return [(name, staged_text([block]) if sys.stdout.isatty() else block.text) for name, block in chosen]
    if target.scenario is not None:
        scripts = [target.script] if target.script is not None else list(target.scenario.scripts)
        folder = target.scenario.path.parent
        return [(str(each.path.relative_to(folder)), each.source) for each in scripts]
    assert target.path is not None  # neither a scenario nor standard input
    source = target.script.source if target.script is not None else target.path.read_text(errors="backslashreplace")
    return [(target.name, source)]
