"""Tables of a terminal: the lines that took a program's time, and who waited where for what when it was stopped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from asyncdemo.analysis.critical_path import Share, critical_path, shares
from asyncdemo.analysis.held_loop import Held
from asyncdemo.analysis.standstill_words import at_line, chain, in_order, wait_of, why
from asyncdemo.analysis.standstills import Stand, stand_of
from asyncdemo.analysis.task_names import common_name, kind_of_work, names, shown_tasks
from asyncdemo.analysis.wait_times import WaitTime
from asyncdemo.model.recording import Run, Subject
from asyncdemo.views import line_tables, wording
from asyncdemo.views.terminal.page import Page, Part, Row, text_of
from asyncdemo.views.terminal.text import cells, wrapped

_LEAST, _LEAST_SAID = 14, 8  # cells for a line, and for what is said of it
_ROOMY = 72  # cells of a page, from which on numbers have more room
_STATE = 11  # cells
_SMALL = 0.005  # of the path: lines that contribute less are summed up

_Item = TypeVar("_Item")
_Line = tuple[str, Sequence[str], Part, Part]  # where, the numbers, and what is said of it in two parts


def held_rows(page: Page, rows: Sequence[Held], subject: Subject, most: int | None) -> list[Row]:
    """What held the loop: `most` of the lines (None: all) with what is said of the others."""
    found: list[_Line] = [
        (place, numbers, (state.ljust(_STATE), "bad" if state == "blocked" else "warn"), call)
        for _, place, state, call, *numbers in line_tables.held_the_loop(_first(rows, most), subject)
    ]
    late = max(6, *(1 + len(line[1][3]) for line in found))
    heads = {"times": 7, "total": 9, "longest": 9, "late": late}
    return [*_table(page, "held the loop", heads, found), *_rest(page, len(rows) - len(found))]


def wait_rows(page: Page, rows: Sequence[WaitTime], subject: Subject, most: int | None) -> list[Row]:
    """Where it waited: `most` of the lines (None: all) with how many others there are."""
    some = _first(rows, most)
    found: list[_Line] = [
        (place, numbers, "", (wait, "dim" if row.for_tasks else "plain"))
        for row, (_, place, wait, *numbers) in zip(some, line_tables.waited(some, subject), strict=True)
    ]
    widths = (7, 9, 9, 9) if page.width >= _ROOMY else (6, 7, 8, 8)
    heads = dict(zip(("times", "total", "longest", "at once"), widths, strict=True))
    return [*_table(page, "where it waited", heads, found), *_rest(page, len(rows) - len(found))]


def critical_rows(page: Page, run: Run, most: int | None) -> list[Row]:
    """The critical path, `most` lines of it at most (None: all); no rows where there is no path."""
    path = [] if run.timeline is None else shares(critical_path(run.timeline))
    whole = sum(share.seconds for share in path)
    if not whole:
        return []
    some = [share for share in path if share.seconds >= _SMALL * whole][:most]
    found: list[_Line] = [
        (place, numbers, "", f"{doing}, {who}")
        for _, place, doing, who, *numbers in line_tables.deciding(some, run, whole)
    ]
    rest = wording.seconds(whole - sum(share.seconds for share in some))
    others = f"{page.glyphs['more']} {len(path) - len(some)} more lines, {rest} together"
    table = _table(page, "critical path", {"times": 7, "total": 9, "share": 7}, found)
    return [*table, *([((others, "dim"),)] if len(some) < len(path) else [])]


def decisive_rows(page: Page, run: Run, found: Sequence[Share]) -> list[Row]:
    """What decided how long it took, in a row: the lines of the critical path that contribute most."""
    if run.timeline is None or not found:
        return []
    lines = line_tables.deciding(found, run, 1.0)
    told = [(f"{took} at {_arrowed(place)}", doing, who) for _, place, doing, who, _, took, _ in lines]
    forms = (
        ", ".join(f"{place} ({doing}, {who})" for place, doing, who in told),
        ", ".join(f"{place} ({who})" for place, _, who in told),
        ", ".join(place for place, _, _ in told),
    )
    head = "critical path  "
    room = page.width - 1 - len(head)
    text = next((text for text in forms if cells(page.shown(text)) <= room), forms[-1])
    return [((head, "title"), page.cut(text, room))]


def _first(rows: Sequence[_Item], most: int | None) -> Sequence[_Item]:
    return rows if most is None or len(rows) <= most else rows[: max(1, most - 1)]


def _rest(page: Page, number: int) -> list[Row]:
    return [page.more(number, "lines")] if number else []


def _table(page: Page, title: str, heads: Mapping[str, int], found: Sequence[_Line]) -> list[Row]:
    """The lines below their heading: of a place the end tells most, of what is said the beginning."""
    room = page.width - 1 - sum(heads.values()) - 3 - max(cells(text_of(line[2])) for line in found)
    longest = max(cells(page.shown(_arrowed(line[0]))) for line in found)
    column = min(max(_LEAST, longest), max(_LEAST, room - _LEAST))
    table: list[Row] = [((title.ljust(column + 1), "title"), (_aligned(heads, heads.values()), "dim"))]
    for place, numbers, lead, said in found:
        name, left = _end(page, _arrowed(place), column), room - column
        gap = " " * (column + 1 - cells(name))
        text, style = (said, "plain") if isinstance(said, str) else said
        rest: Part = (page.cut(text, left) if left >= _LEAST_SAID else "", style)
        table.append((name + gap, f"{_aligned(numbers, heads.values())}  ", lead, rest))
    return table


def _arrowed(place: str) -> str:
    """A chain of lines with an arrow that every terminal has."""
    return place.replace(" → ", " > ")


def _aligned(texts: Iterable[str], widths: Iterable[int]) -> str:
    return "".join(f"{text:>{width}}" for text, width in zip(texts, widths, strict=True))


def _end(page: Page, place: str, width: int) -> str:
    """As much of the end of a place as there is room for."""
    place, more = page.shown(place), page.glyphs["more"]
    if cells(place) <= width:
        return place
    while cells(place) > width - len(more):
        place = place[1:]
    return more + place


_HANGING = {"deadlock", "stuck"}
_NAME, _PLACE = 18, 30  # cells at most
_LEAST_WORDS = 20  # cells for what is said

_MANY_ALIKE = 4  # tasks that have one row: of fewer each is named
_MOST_ERRORS = 2  # rows of tasks that had failed


class _Told(NamedTuple):
    """A row: who, where, and what is said of these `tasks`."""

    name: str
    place: str
    said: str
    tasks: int


def standing_rows(page: Page, run: Run, most: int | None) -> list[Row]:
    """The table in `most` rows at most (None: as many as it needs); none where nobody waited for anybody."""
    stand = stand_of(run)
    heading = None if stand is None or not stand.waiters else _heading(run, stand)
    if stand is None or heading is None:
        return []
    near = run.subject.ran or run.subject.path
    told = [*_waiting(run, stand, near), *_failed(run, stand, near)]
    who = [page.cut(each.name, _NAME) for each in told]
    places = [page.cut(each.place, _PLACE) for each in told]
    first, second = (max(map(cells, column)) for column in (who, places))
    rows: list[Row] = [((heading, "title"),)]
    for name, place, each in zip(who, places, told, strict=True):
        room = max(_LEAST_WORDS, page.width - 1 - first - second - 6)
        lines = list(wrapped(page.shown(each.said), room))
        head = f" {name}{' ' * (first - cells(name))}   {place}{' ' * (second - cells(place))}  "
        table: list[Row] = [(head, lines[0].strip())]
        table += [(" " * (first + second + 6), line.strip()) for line in lines[1:]]
        if most is not None and len(rows) + len(table) >= most and each is not told[-1]:
            left = sum(other.tasks for other in told[told.index(each) :])
            return [*rows, page.more(left, "tasks")]
        rows += table
    return rows


def _heading(run: Run, stand: Stand) -> str | None:
    """What the table is of; None where there is none: it did not hang, and no task waited for another one."""
    if any(finding.rule in _HANGING for finding in run.findings or ()):
        return f"nothing moved since {wording.seconds(max(0.0, stand.since - (run.seconds.zero or 0.0)))}"
    stopped = run.outcome.kind == "timed-out" or (run.outcome.kind == "interrupted" and run.outcome.after is None)
    among = any(each.needs for each in stand.waiters)
    return "when it was stopped" if stopped and among and run.subject.scenario is None else None


def _waiting(run: Run, stand: Stand, near: str | None) -> list[_Told]:
    """A row for each task that waited, many together where they are alike."""
    works = {} if run.timeline is None else {task.id: kind_of_work(task) for task in run.timeline.tasks}
    since = max(0.0, (run.seconds.total or 0.0) - stand.at)  # what was ignored for no longer, stopping it has asked for
    ignored = run.timeline.unheeded if run.timeline is not None else ()
    went_on = {each.task for each in ignored if each.waited > since}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in in_order(stand):
        said = ", ".join(filter(None, (wait_of(stand, each, near), why(stand, each, near))))
        said += ", cancelled before and went on" if each.task in went_on else ""
        key = works.get(each.task, each.name), chain(each, near) if each.chain else at_line(None), said
        alike.setdefault(key, []).append(each.name)
    rows = []
    for (work, place, said), who in alike.items():
        if len(who) < _MANY_ALIKE:
            rows += [_Told(name, place, said, 1) for name in who]
        else:
            rows.append(_Told(f"{common_name(who, work)} x{len(who)}", place, said, len(who)))
    return rows


def _failed(run: Run, stand: Stand, near: str | None) -> list[_Told]:
    """A row for each error that tasks had ended with before, if no other row tells of that."""
    if run.timeline is None:
        return []
    known = {each.task for waiter in stand.waiters for each in waiter.ended}
    called = names(shown_tasks(run.timeline, full=False))
    alike: dict[tuple[str, str], list[str]] = {}
    for task in run.timeline.tasks:
        if task.raised is None or task.id in known or task.id not in called or (task.ended or 0.0) > stand.at:
            continue
        place = None if task.raised.path is None or task.raised.line is None else (task.raised.path, task.raised.line)
        alike.setdefault((at_line(place, near), f"ended with {task.raised.error}"), []).append(called[task.id])
    rows = [
        _Told(who[0] if len(who) == 1 else f"{who[0]} and {len(who) - 1} more", place, said, len(who))
        for (place, said), who in alike.items()
    ]
    return rows[:_MOST_ERRORS]
