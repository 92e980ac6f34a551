"""The table of who waited where for what, when a run was stopped: one row a task, and who could have helped."""

from typing import NamedTuple

from asyncdemo.analysis.standstill_words import at_line, chain, in_order, wait_of, why
from asyncdemo.analysis.standstills import Stand, Waiter, stand_of
from asyncdemo.analysis.task_names import common_name, kind_of_work, shown_tasks
from asyncdemo.analysis.task_names import names as names_of
from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut, wrapped

_HANGING = {"deadlock", "stuck"}
_NAME, _PLACE = 18, 30  # cells at most
_LEAST = 20  # cells for what is said

_MANY_ALIKE = 4  # tasks that have one row: of fewer each is named
_MOST_ERRORS = 2  # rows of tasks that had failed

Row = tuple[Part, ...]


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
    names = [cut(page.shown(each.name), _NAME, page.glyphs["more"]) for each in told]
    places = [cut(page.shown(each.place), _PLACE, page.glyphs["more"]) for each in told]
    first, second = (max(map(cells, column)) for column in (names, places))
    rows: list[Row] = [((heading, "title"),)]
    for name, place, each in zip(names, places, told, strict=True):
        room = max(_LEAST, page.width - 1 - first - second - 6)
        lines = list(wrapped(page.shown(each.said), room))
        head = f" {name}{' ' * (first - cells(name))}   {place}{' ' * (second - cells(place))}  "
        table: list[Row] = [(head, lines[0].strip())]
        table += [(" " * (first + second + 6), line.strip()) for line in lines[1:]]
        if most is not None and len(rows) + len(table) >= most and each is not told[-1]:
            left = sum(other.tasks for other in told[told.index(each) :])
            return [*rows, ((f"{page.glyphs['more']} {left} more tasks: {page.unfold}", "dim"),)]
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
    went_on = set() if run.timeline is None else {each.task for each in run.timeline.unheeded}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in in_order(stand):
        said = _said(stand, each, near) + (", cancelled before and went on" if each.task in went_on else "")
        key = works.get(each.task, each.name), _place(each, near), said
        alike.setdefault(key, []).append(each.name)
    rows = []
    for (work, place, said), names in alike.items():
        if len(names) < _MANY_ALIKE:
            rows += [_Told(name, place, said, 1) for name in names]
        else:
            rows.append(_Told(f"{common_name(names, work)} x{len(names)}", place, said, len(names)))
    return rows


def _failed(run: Run, stand: Stand, near: str | None) -> list[_Told]:
    """A row for each error that tasks had ended with before, if no other row tells of that."""
    if run.timeline is None:
        return []
    known = {each.task for waiter in stand.waiters for each in waiter.ended}
    called = names_of(shown_tasks(run.timeline, full=False))
    alike: dict[tuple[str, str], list[str]] = {}
    for task in run.timeline.tasks:
        if task.raised is None or task.id in known or task.id not in called or (task.ended or 0.0) > stand.at:
            continue
        place = None if task.raised.path is None or task.raised.line is None else (task.raised.path, task.raised.line)
        alike.setdefault((at_line(place, near), f"ended with {task.raised.error}"), []).append(called[task.id])
    rows = [
        _Told(names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more", place, said, len(names))
        for (place, said), names in alike.items()
    ]
    return rows[:_MOST_ERRORS]


def _place(waiter: Waiter, near: str | None) -> str:
    return chain(waiter, near) if waiter.chain else at_line(None)


def _said(stand: Stand, waiter: Waiter, near: str | None) -> str:
    """For what it waits, and who could end that."""
    known, words = why(stand, waiter, near), wait_of(stand, waiter, near)
    return f"{words}, {known}" if known else words
