"""Findings below a run: what is wrong and where, why that is so, and one thing to do."""

from collections.abc import Sequence
from pathlib import PurePath

from asyncdemo.model.recording import Finding, Run, Subject
from asyncdemo.views import wording
from asyncdemo.views.shown_modules import file_name
from asyncdemo.views.terminal.common_rows import labelled, paragraph
from asyncdemo.views.terminal.page import Page, Row
from asyncdemo.views.terminal.text import cells

FEWEST = 3  # rows in which something can be said of any number of findings
BRIEF = 2  # rows in which one finding can be told: what it is, and the message
_WEIGHTS = "error", "warning", "note"
_SIGNS = {"error": ("!", "bad"), "warning": ("!", "bad"), "note": ("i", "accent")}
_WHY = 37  # the column in which the way to the explanation stands, if there is room


def finding_rows(page: Page, runs: Sequence[Run], most: int | None) -> list[Row]:
    """The findings of runs in `most` rows at most (FEWEST or more; None: as many as they need).

    Each has BRIEF rows before one of them has more. Where there is no room for that, notes and warnings at the end are
    only named, and errors last. Of several runs the file and the code of each line is told, too.
    """
    found = [(finding, run.subject) for run in runs for finding in run.findings or ()]
    names = [_name(*each, several=len(runs) > 1) for each in found]
    told = _told([finding for finding, _ in found], most)
    named = [name for index, name in enumerate(names) if index not in told]
    rows: list[Row] = []
    for place, index in enumerate(told, 1):
        finding, subject = found[index]
        lines = (subject.source or "").splitlines() if finding.path in (subject.path, subject.ran) else []
        code = lines[finding.line - 1].strip() if finding.line is not None and finding.line <= len(lines) else ""
        first = _heading(page, finding, names[index], code if len(runs) > 1 else "")
        forms = _forms(page, finding, first)
        room = None if most is None else most - len(rows) - BRIEF * (len(told) - place) - bool(named)
        rows += next((form for form in forms if room is None or len(form) <= room), forms[-1])
    count = f"{page.glyphs['more']} {len(named)} more: {page.unfold}   "
    rest = page.cut("; ".join(named), page.width - 1 - cells(count))
    return [*rows, ((count, "dim"), rest)] if named else rows


def _told(found: Sequence[Finding], most: int | None) -> list[int]:
    """The places of the findings for which there is room, errors before warnings and these before notes."""
    if most is None or BRIEF * len(found) <= most:
        return [*range(len(found))]
    by_weight = sorted(range(len(found)), key=lambda index: _WEIGHTS.index(found[index].severity))
    return sorted(by_weight[: (most - 1) // BRIEF])


def _name(finding: Finding, subject: Subject, *, several: bool) -> str:
    if finding.line is None:
        return finding.rule
    own = finding.path is None or finding.path in (subject.path, subject.ran)
    if own and not several:
        return f"{finding.rule}, line {finding.line}"
    path = PurePath(finding.path or "").name if own else file_name(finding.path or "", subject)
    return f"{finding.rule}   {path}:{finding.line}"


def _heading(page: Page, finding: Finding, name: str, code: str) -> Row:
    """The row that names a finding and its line, and how often and how long it was seen."""
    how_often = wording.how_often(finding.times, finding.seconds)
    sign, style = _SIGNS[finding.severity]
    name = page.cut(f"{sign} {name}", page.width - 1)
    rest = [f"   {part}" for part in (page.shown(code), how_often) if part]
    while rest and cells(name) + sum(map(cells, rest)) >= page.width:
        rest.pop(0)
    return (name, style), *rest


def _forms(page: Page, finding: Finding, first: Row) -> list[list[Row]]:
    """The finding as whole as it can be said, then with less and less: what is wrong goes before what to do."""
    said = page.shown(finding.message)
    short: list[Row] = [("  ", page.cut(said, page.width - 1 - 2))]
    whole = [first, *paragraph(page, said, indent=2)]
    todo, why = _todo(page, finding)
    return [[*whole, *todo, *why], [*whole, *todo], whole, [first, *short, *todo[:1]], [first, *short]]


def _todo(page: Page, finding: Finding) -> tuple[list[Row], list[Row]]:
    """What to do, and where it is explained: in one row if there is room."""
    advice, command = page.shown(finding.advice), f"asyncdemo explain {finding.rule}"
    if not advice:
        return [], labelled(page, "Why", command, indent=2)
    gap = max(_WHY - 7 - cells(advice), 3)
    if 7 + cells(advice) + gap + 6 + cells(command) < page.width:
        return [(("  Fix  ", "dim"), advice, " " * gap, ("Why   ", "dim"), command)], []
    first, *others = paragraph(page, advice, indent=7)
    return [(("  Fix  ", "dim"), *first[1:]), *others], labelled(page, "Why", command, indent=2)
