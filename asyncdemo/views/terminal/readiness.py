"""True if all is ready: what `check` found out about scenarios and documents, and `doctor` about the machine."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from asyncdemo.catalogue.names import listed
from asyncdemo.expectations.check_result import CheckResult, Mismatch, Report, sentence, summary
from asyncdemo.views.terminal.common_rows import paragraph, write_next, write_title
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells, wrapped

_STATE_STYLES = {"ok": "good", "note": "warn", "bad": "bad"}
_INDENT = 19

_FEW = 3  # so many names are told; more are counted

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
        head = (f"{check.state:<5}", _STATE_STYLES[check.state]), (f"{check.name:<14}", "title")
        for row in wrapped(page.shown(check.said), page.width - 1 - _INDENT):
            page.row(*head, row.strip())
            head = ("", "plain"), (" " * _INDENT, "plain")
        if check.advice:
            for index, row in enumerate(wrapped(page.shown(check.advice), page.width - 1 - _INDENT - 3)):
                page.row(" " * _INDENT, ("Fix  " if not index else "     ", "dim"), row.strip())
    page.row()
    bad, noted = (list(dict.fromkeys(each.name for each in checks if each.state == state)) for state in ("bad", "note"))
    if bad:
        page.row((f"Not ready: {', '.join(bad)}.", "bad"))
    else:
        page.row((f"Ready; see the note on {listed(noted, 'and')}." if noted else "Ready.", "good"))


_DIFF_STYLES = {"-": "bad", "+": "good", " ": "plain", "~": "dim"}


def write_report(page: Page, report: Report) -> None:
    """Write it all."""
    results = report.results
    counted = summary(results, report.unfinished)
    what = f"{counted.total} {report.noun}{'' if counted.total == 1 else 's'} on {report.python}"
    write_title(page, "check", what, f"{report.took:.1f} s")
    if counted.total > 1:
        _write_chapters(page, report)
    failed = [result for result in results if result.status == "failed"]
    for result in failed:
        page.row()
        _write_failed(page, result)
    _write_said(page, [result for result in results if result.said])
    page.row()
    if report.interrupted:
        page.write(paragraph(page, _interrupted(report.unfinished), style="warn"))
    page.write(paragraph(page, sentence(counted, report.python), style="bad" if failed else "good"))
    printing = [
        mismatch.path for result in failed if result.scenario for mismatch in result.mismatches if mismatch.rows
    ]
    if printing:
        write_next(page, ("to accept the new output", f"asyncdemo check {printing[0]} --update"))


def _interrupted(unfinished: Sequence[str]) -> str:
    if len(unfinished) <= _FEW:
        names = listed(unfinished, "and")
        return f"interrupted: {names or 'the rest'} {'was' if len(unfinished) < 2 else 'were'} not checked to the end"
    return f"interrupted: {len(unfinished)} scenarios were not checked to the end"


def _write_chapters(page: Page, report: Report) -> None:
    grouped = groupby(report.results, lambda each: each.chapter)
    chapters = [
        (title, summary(group, (each.scenario for each in group if each.scenario in report.unfinished)))
        for title, group in ((title, list(group)) for title, group in grouped)
        if title
    ]
    titles = [page.cut(title, page.width // 2) for title, _ in chapters]
    widest = max(map(cells, titles), default=0)
    for title, (_, counted) in zip(titles, chapters, strict=True):
        left_out = counted.total - counted.ready - len(counted.failed)
        parts = [(f"{counted.ready} passed", "good" if counted.ready else "dim")]
        parts += [(f"   {len(counted.failed)} failed", "bad")] if counted.failed else []
        parts += [(f"   {left_out} skipped", "dim")] if left_out else []
        page.row((title, "title"), " " * (widest - cells(title) + 3), *parts)


def _write_failed(page: Page, result: CheckResult) -> None:
    page.row(("! ", "bad"), (result.target, "title"))
    for mismatch in result.mismatches:
        page.write(paragraph(page, f"{mismatch.place}: {mismatch.message}", indent=2))
        write_difference(page, mismatch)


def write_difference(page: Page, mismatch: Mismatch) -> None:
    """Write what was expected and what was printed, where texts differ."""
    if not mismatch.rows:
        return
    width = max((len(str(row.line)) for row in mismatch.rows if row.line is not None), default=0)
    page.row("  ", ("- expected   + printed", "dim"))
    for row in mismatch.rows:
        number = "" if row.line is None else str(row.line)
        sign = " " if row.sign == "~" else row.sign
        text = f"({row.text})" if row.sign == "~" else row.text
        for index, part in enumerate(wrapped(page.shown(text), page.width - 1 - 5 - width)):
            head = f"  {number:>{width}} {sign} " if not index else " " * (width + 5)
            page.row(head, (part, _DIFF_STYLES[row.sign]))


def _write_said(page: Page, results: Sequence[CheckResult]) -> None:
    """Write what else there is to say: skipped, or only at another try. What is said of several is said once."""
    if results:
        page.row()
    for said, group in groupby(sorted(results, key=lambda each: str(each.said)), lambda each: each.said):
        same = list(group)
        what = "skipped" if same[0].status == "skipped" else "note"
        text = f"{', '.join(each.target for each in same)}: {said}"
        for index, row in enumerate(wrapped(page.shown(text), page.width - 1 - 10)):
            page.row((f"{what:<10}" if not index else " " * 10, "dim"), row.strip())
