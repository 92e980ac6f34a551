"""Tasks that were still there when main had returned, and were woken by that: asyncio.run() cancels them then."""

import ast
from collections.abc import Mapping
from typing import NamedTuple

from asyncdemo.findings.blocking import ancestors
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.python_messages import is_pytest
from asyncdemo.findings.source import last_of
from asyncdemo.model.spans import READY, WAITING, Task
from asyncdemo.model.user_code import is_own

_AT_ONCE = 0.05  # seconds: it does so as soon as main has returned


class Leftover(NamedTuple):
    """A task of the person's own that was left over.

    `main` is the first task of its line, `stood` the place among all spans of its last wait before main's end. `again`
    is for how many seconds it has waited after the step in which it was cancelled, by the number of the line.
    """

    task: Task
    main: Task
    stood: int | None
    again: Mapping[int, float]


class _Rest:
    """What a task did after main's end, while its spans are read in order."""

    __slots__ = ("again", "cancelled", "stood", "woken")

    def __init__(self) -> None:
        self.stood: int | None = None
        self.woken: float | None = None  # when it was ready for its first turn
        self.cancelled = False  # whether it has had that turn
        self.again: dict[int, float] = {}


def leftovers(evidence: Evidence) -> list[Leftover]:
    """All of them; none where the trace is not complete."""
    mains = {task.id: _main(evidence, task) for task in evidence.tasks.values()} if evidence.complete else {}
    left = {key: main for key, main in mains.items() if _is_left(evidence, evidence.tasks[key], main)}
    rests = _read(evidence, left) if left else {}
    found = []
    for key, rest in rests.items():
        task, main = evidence.tasks[key], left[key]
        if rest.woken is not None and _is_at_once(rest.woken, task, main):
            found.append(Leftover(task, main, rest.stood, rest.again))
    return found


def stood_at(evidence: Evidence, left: Leftover) -> Place | None:
    """The line at which it stood when main returned, else that of its coroutine, if it is the person's own."""
    stood = None if left.stood is None else evidence.spans[left.stood]
    known = None if stood is None else evidence.place(stood.path, stood.line)
    return known or evidence.place(left.task.path, left.task.line)


def dropped_gather(evidence: Evidence, left: Leftover) -> ast.Call | None:
    """The only call of gather that can have started the task, if nothing is done with what that call gives."""
    source, task = evidence.source, left.task
    if not evidence.in_script((evidence.place(task.path, task.line) or ("", 0))[0]):
        return None
    starts = source.every_call(last_of(task.coroutine))
    gathers = [call for call in source.every_call("gather") if any(start in list(ast.walk(call)) for start in starts)]
    if len(starts) != 1 or len(gathers) != 1 or gathers[0] not in source.statements("gather"):
        return None
    return gathers[0]


def _main(evidence: Evidence, task: Task) -> Task:
    """The first task of its line: the one that was given to asyncio.run()."""
    before = (evidence.tasks[each] for each in ancestors(evidence, task.id))
    return next((each for each in before if each.parent not in evidence.tasks), task)


def _is_left(evidence: Evidence, task: Task, main: Task) -> bool:
    libraries = evidence.run.python.libraries
    own = task.kind == "asyncio" and task.id != main.id and is_own(task.path, libraries)
    if is_pytest(evidence.run) and not is_own(main.path, libraries):
        return False  # a plugin's task, in which it runs one test after the other
    returned = main.end == "returned" and main.ended is not None
    return own and returned and (task.ended is None or task.ended > (main.ended or 0.0))


def _read(evidence: Evidence, left: dict[int, Task]) -> dict[int, _Rest]:
    """Go through the spans once."""
    rests = {key: _Rest() for key in left}
    ends = {key: main.ended or 0.0 for key, main in left.items()}
    spans = evidence.spans
    for index, key in enumerate(spans.tasks):
        if key not in ends:
            continue
        rest, start, end, state = rests[key], spans.starts[index], spans.ends[index], spans.states[index]
        if state == WAITING:
            if start < ends[key]:
                rest.stood = index
            elif rest.cancelled:
                where = spans.where[index]
                rest.again[where] = rest.again.get(where, 0.0) + end - start
        elif state == READY and end > ends[key] and rest.woken is None:
            rest.woken = start
        elif state != READY and rest.woken is not None:
            rest.cancelled = True
    return rests


def _is_at_once(woken: float, task: Task, main: Task) -> bool:
    """True if its first turn after main's end came just then, and not because of anything before."""
    ended = main.ended or 0.0
    return woken <= ended + _AT_ONCE and (woken >= ended or woken == task.created)
