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


def complete_rule(incomplete: str) -> list[str]:
    """The rules that begin like this."""
    from asyncdemo.findings import RULES

    return [rule for rule in RULES if rule.startswith(incomplete)]


@app.command("explain")
def explain(
    word: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", help="A rule, or the beginning of its name.", autocompletion=complete_rule),
    ] = None,
    ascii_only: Ascii = False,
) -> None:
    """Explain what a finding means, with a wrong and a right example. Without a rule: list them. Piped: Markdown."""
    from asyncdemo.findings.rules import explanation, summaries

    if sys.stdout.isatty():
        from asyncdemo.views.terminal.page import standard_page
        from asyncdemo.views.terminal.readable_pages import write_explanation, write_rules

        page = standard_page(ascii_only=ascii_only)
        if word is None:
            write_rules(page, summaries())
        else:
            rule = _rule(word)
            write_explanation(page, rule, explanation(rule))
        return
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if word is None:
        sys.stdout.write("".join(f"{rule}\t{summary}\n" for rule, summary in summaries().items()))
    else:
        sys.stdout.write(explanation(_rule(word)))


def _rule(word: str) -> str:
    """The rule that a word names or is the only beginning of. Raises UsageError."""
    from asyncdemo.findings import RULES

    name = normal(word)
    if name in RULES:
        return name
    found = complete_rule(name)
    if len(found) > 1:
        raise UsageError(f"{name!r} can be {' or '.join(found)}: type more of it")
    if not found:
        raise UsageError(unknown_rule(name, RULES))
    return found[0]
