"""`check` for a person: a row for each chapter, then what is not as promised, with differences, then a sentence."""

from collections.abc import Sequence
from itertools import groupby

from asyncdemo.expectations.fault import Fault
from asyncdemo.expectations.verdict import Report, Verdict, sentence, summary
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import paragraph, write_next, write_title
from asyncdemo.views.terminal.text import cells, cut, wrapped

_STYLES = {"-": "bad", "+": "good", " ": "plain", "~": "dim"}


def write_report(page: Page, report: Report) -> None:
    """Write it all."""
    verdicts = report.verdicts
    counted = summary(verdicts)
    what = f"{counted.total} {report.noun}{'' if counted.total == 1 else 's'} on {report.python}"
    write_title(page, "check", what, f"{report.took:.1f} s")
    if counted.total > 1:
        _write_chapters(page, verdicts)
    failed = [verdict for verdict in verdicts if verdict.status == "failed"]
    for verdict in failed:
        page.row()
        _write_failed(page, verdict)
    _write_said(page, [verdict for verdict in verdicts if verdict.said])
    page.row()
    if report.interrupted:
        page.row(("interrupted: the others were not checked", "warn"))
    for row in paragraph(page, sentence(counted, report.python), style="bad" if failed else "good"):
        page.row(*row)
    printing = [fault.path for verdict in failed if verdict.scenario for fault in verdict.faults if fault.rows]
    if printing:
        write_next(page, ("right as it is now?", f"asyncdemo check {printing[0]} --update"))


def _write_chapters(page: Page, verdicts: Sequence[Verdict]) -> None:
    chapters = [(title, summary(group)) for title, group in groupby(verdicts, lambda each: each.chapter) if title]
    titles = [cut(page.shown(title), page.width // 2, page.glyphs["more"]) for title, _ in chapters]
    widest = max(map(cells, titles), default=0)
    for title, (_, counted) in zip(titles, chapters, strict=True):
        left_out = counted.total - counted.ready - len(counted.failed)
        parts = [(f"{counted.ready} ready", "good" if counted.ready else "dim")]
        parts += [(f"   {len(counted.failed)} not", "bad")] if counted.failed else []
        parts += [(f"   {left_out} skipped", "dim")] if left_out else []
        page.row((title, "title"), " " * (widest - cells(title) + 3), *parts)


def _write_failed(page: Page, verdict: Verdict) -> None:
    page.row(("! ", "bad"), (verdict.target, "title"))
    for fault in verdict.faults:
        for row in paragraph(page, f"{fault.place}: {fault.message}", indent=2):
            page.row(*row)
        _write_rows(page, fault)


def _write_rows(page: Page, fault: Fault) -> None:
    if not fault.rows:
        return
    width = max(len(str(row.line)) for row in fault.rows if row.line is not None) if _numbered(fault) else 0
    page.row("  ", ("- promised   + printed", "dim"))
    for row in fault.rows:
        number = "" if row.line is None else str(row.line)
        sign = " " if row.sign == "~" else row.sign
        text = f"({row.text})" if row.sign == "~" else row.text
        for index, part in enumerate(wrapped(page.shown(text), page.width - 1 - 5 - width)):
            head = f"  {number:>{width}} {sign} " if not index else " " * (width + 5)
            page.row(head, (part, _STYLES[row.sign]))


def _numbered(fault: Fault) -> bool:
    return any(row.line is not None for row in fault.rows)


def _write_said(page: Page, verdicts: Sequence[Verdict]) -> None:
    """Write what else there is to say: skipped, or only at another try. What is said of several is said once."""
    if verdicts:
        page.row()
    for said, group in groupby(sorted(verdicts, key=lambda each: str(each.said)), lambda each: each.said):
        same = list(group)
        what = "skipped" if same[0].status == "skipped" else "note"
        text = f"{', '.join(each.target for each in same)}: {said}"
        for index, row in enumerate(wrapped(page.shown(text), page.width - 1 - 10)):
            page.row((f"{what:<10}" if not index else " " * 10, "dim"), row.strip())
