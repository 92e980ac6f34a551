"""`asyncdemo explain`."""

import sys
from typing import Annotated

import typer

from asyncdemo.catalogue.names import normal
from asyncdemo.cli.app import command_app
from asyncdemo.cli.exit_status import unknown_rule
from asyncdemo.cli.options import Ascii
from asyncdemo.errors import UsageError

app = command_app()


def complete_word(incomplete: str) -> list[str]:
    """The rules and the words of the glossary that begin like this."""
    from asyncdemo.findings import RULES
    from asyncdemo.findings.rules import glossary

    return [word for word in (*RULES, *glossary()) if word.startswith(incomplete)]


@app.command("explain")
def explain(
    word: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORD]",
            help="A rule, or the beginning of its name; a word such as coroutine; legend: how to read the lanes.",
            autocompletion=complete_word,
        ),
    ] = None,
    ascii_only: Ascii = False,
) -> None:
    """Explain what a finding means, with a wrong and a right example.

    Or what a word of the field means. Without either: list them. Piped: Markdown.
    """
    from asyncdemo.findings.rules import explanation, glossary, summaries

    if sys.stdout.isatty():
        from asyncdemo.views.terminal.page import standard_page
        from asyncdemo.views.terminal.readable_pages import write_explanation, write_meaning, write_rules

        page = standard_page(ascii_only=ascii_only)
        if word is None:
            write_rules(page, summaries(), [*glossary()])
        elif (name := _named(word)) in glossary():
            write_meaning(page, name, glossary()[name])
        else:
            write_explanation(page, name, explanation(name))
        return
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if word is None:
        sys.stdout.write("".join(f"{rule}\t{summary}\n" for rule, summary in summaries().items()))
    else:
        name = _named(word)
        sys.stdout.write(glossary().get(name) or explanation(name))


def _named(word: str) -> str:
    """The rule or word of the glossary that is meant, or that alone begins like this. Raises UsageError."""
    from asyncdemo.findings import RULES
    from asyncdemo.findings.rules import glossary

    name = normal(word).replace(" ", "-")
    if name in RULES or name in glossary():
        return name
    found = complete_word(name)
    if len(found) > 1:
        raise UsageError(f"{name!r} can be {' or '.join(found)}: type more of it")
    if not found:
        raise UsageError(unknown_rule(name, (*RULES, *glossary())))
    return found[0]
