"""`doctor`: a row for each thing that was tried, with what to do where something is amiss."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from asyncdemo.catalogue.names import listed
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import wrapped

_STYLES = {"ok": "good", "note": "warn", "bad": "bad"}
_INDENT = 19

State = Literal["ok", "note", "bad"]


class Check(NamedTuple):
    """One thing that was tried: "note" where something works less well, "bad" where it does not; `advice` for these."""

    name: str
    state: State
    said: str
    advice: str = ""


def write_checks(page: Page, checks: Sequence[Check]) -> None:
    """Write the checks, then in a sentence what they come to."""
    for check in checks:
        head = (f"{check.state:<5}", _STYLES[check.state]), (f"{check.name:<14}", "title")
        for row in wrapped(page.shown(check.said), page.width - 1 - _INDENT):
            page.row(*head, row.strip())
            head = ("", "plain"), (" " * _INDENT, "plain")
        if check.advice:
            for index, row in enumerate(wrapped(page.shown(check.advice), page.width - 1 - _INDENT - 3)):
                page.row(" " * _INDENT, ("Do " if not index else "   ", "dim"), row.strip())
    page.row()
    bad, noted = (list(dict.fromkeys(each.name for each in checks if each.state == state)) for state in ("bad", "note"))
    if bad:
        page.row((f"Not ready: {', '.join(bad)}.", "bad"))
    else:
        page.row((f"Ready; see the note on {listed(noted, 'and')}." if noted else "Ready.", "good"))
