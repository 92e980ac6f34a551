"""`asyncdemo list`."""

import sys
from typing import Annotated

import typer

from asyncdemo.catalogue.scenario import Catalogue, Scenario
from asyncdemo.catalogue.targets import is_document, read_document
from asyncdemo.cli.app import command_app
from asyncdemo.cli.options import Ascii, Json, Scenarios, complete_document, load_catalogue, tell_problems
from asyncdemo.errors import UsageError

app = command_app()


@app.command("list")
def list_scenarios(
    chapter: Annotated[
        str | None,
        typer.Argument(
            metavar="[CHAPTER or FILE]",
            help="Only this chapter: its number. Of a document: its blocks.",
            autocompletion=complete_document,
        ),
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Only the names of those that can run here.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every scenario with its summary.")] = False,
    scenarios: Scenarios = None,
    as_json: Json = False,
    ascii_only: Ascii = False,
) -> None:
    """List the scenarios: chapters, names, summaries. Piped: name, chapter, variants, summary, with tabs between.

    Of a document (article.md): its blocks of Python, and which of them can run by themselves. Piped: name, line, kind,
    and its last line or why it cannot.
    """
    if chapter is not None and is_document(chapter):
        from asyncdemo.cli.blocks import write_blocks

        document, block = read_document(chapter)
        chosen = document.blocks if block is None else (block,)
        write_blocks(document, chosen, names=names, as_json=as_json, ascii_only=ascii_only)
        return
    catalogue = load_catalogue(scenarios)
    tell_problems(catalogue.problems)
    if chapter is not None:
        catalogue = _only(catalogue, chapter)
    if names:
        sys.stdout.write("".join(f"{each.name}\n" for each in catalogue.scenarios if each.available))
    elif as_json:
        from asyncdemo.catalogue.scenario import to_json
        from asyncdemo.views.document import write_json

        write_json(to_json(catalogue))
    elif sys.stdout.isatty():
        from asyncdemo.views.terminal.listing import write_listing
        from asyncdemo.views.terminal.page import standard_page

        write_listing(standard_page(ascii_only=ascii_only), catalogue, full=full, chapter=chapter)
    else:
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write("".join(map(_row, catalogue.scenarios)))


def _row(scenario: Scenario) -> str:
    from asyncdemo.catalogue.names import visible

    cells = (scenario.name, str(scenario.chapter.number), ",".join(scenario.variants), scenario.summary)
    return "\t".join(visible(cell) for cell in cells) + "\n"


def _only(catalogue: Catalogue, chapter: str) -> Catalogue:
    """Leave the scenarios of one chapter, by its number or its title."""
    chapters = {each.chapter.number: each.chapter.title for each in catalogue.scenarios}
    for number, title in chapters.items():
        if chapter in (str(number), title):
            kept = tuple(each for each in catalogue.scenarios if each.chapter.number == number)
            return Catalogue(kept)
    raise UsageError(f"there is no chapter {chapter!r}; the chapters are {', '.join(map(str, chapters))}")
