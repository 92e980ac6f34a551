"""What happens to tasks that are still there when main has returned: cancelled-at-exit and swallowed-cancellation."""

import ast
import re
from collections.abc import Iterator

from asyncdemo.finding import Finding
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.source import Function, inside
from asyncdemo.findings.wording import task_name
from asyncdemo.own_code import is_own
from asyncdemo.spans import Span, Task

_AT_ONCE = 0.05  # seconds: asyncio.run() cancels what is left over as soon as main has returned
_ENDLESS = re.compile(r"serve_forever|Event\(\)\.wait|Future\(\)|sleep_forever|sleep\((?:float\(|math\.inf)")


def cancelled_at_exit(evidence: Evidence) -> list[Finding]:
    """main returned first, and asyncio.run() cancelled a task that could have come to its end."""
    groups: dict[Place, list[Task]] = {}
    for task, spans in _left_over(evidence):
        if task.end == "cancelled" and (place := _suspended(evidence, task, spans)) is not None:
            groups.setdefault(place, []).append(task)
    return [
        _cancelled(evidence, place, tasks) for place, tasks in groups.items() if _would_end(evidence, place, tasks[0])
    ]


def swallowed_cancellation(evidence: Evidence) -> list[Finding]:
    """A task was cancelled when main had returned, and went on waiting all the same."""
    source = evidence.source.text
    if "run_until_complete" in source or "run_forever" in source:
        return []  # then main's end does not cancel anything
    groups: dict[Place, list[Task]] = {}
    for task, spans in _left_over(evidence):
        after = _after_wake(spans, _main(evidence, task))
        again = sum(span.end - span.start for span in after if span.state == "waiting")
        place = _suspended(evidence, task, spans)
        if task.end != "cancelled" and again >= evidence.thresholds["swallowed-cancellation"] and place is not None:
            groups.setdefault(place, []).append(task)
    return [_swallowed(place, tasks) for place, tasks in groups.items()]


def _left_over(evidence: Evidence) -> Iterator[tuple[Task, list[Span]]]:
    """The person's own tasks that were woken because main had returned, with all their spans."""
    if not evidence.complete:
        return
    left = {}
    for task in evidence.tasks.values():
        main = _main(evidence, task)
        if main.id != task.id and task.kind == "asyncio" and is_own(task.path) and _outlives(task, main):
            left[task.id] = task
    spans: dict[int, list[Span]] = {key: [] for key in left}
    if left:
        for index, key in enumerate(evidence.spans.tasks):
            if key in left:
                spans[key].append(evidence.spans[index])
    for key, task in left.items():
        own = sorted(spans[key], key=lambda span: span.start)
        if _woken_by_end(own, task, _main(evidence, task)):
            yield task, own


def _main(evidence: Evidence, task: Task) -> Task:
    """The first task of its line: the one that was given to asyncio.run()."""
    while task.parent is not None and task.parent in evidence.tasks:
        task = evidence.tasks[task.parent]
    return task


def _outlives(task: Task, main: Task) -> bool:
    return main.end == "returned" and main.ended is not None and (task.ended is None or task.ended > main.ended)


def _woken_by_end(spans: list[Span], task: Task, main: Task) -> bool:
    """Whether its first turn after main's end came just then, and not because of anything before."""
    ended = main.ended or 0.0
    ready = [span for span in spans if span.state == "ready" and span.end > ended]
    if not ready or not spans or ready[0].start > ended + _AT_ONCE:
        return False
    return ready[0].start >= ended or ready[0].start == task.created


def _after_wake(spans: list[Span], main: Task) -> list[Span]:
    """What it did after it had been cancelled."""
    steps = [span.end for span in spans if span.state in ("running", "blocked") and span.start >= (main.ended or 0.0)]
    return [span for span in spans if steps and span.start >= steps[0]]


def _suspended(evidence: Evidence, task: Task, spans: list[Span]) -> Place | None:
    """Where it stood when main returned."""
    ended = _main(evidence, task).ended or 0.0
    there = [span for span in spans if span.state == "waiting" and span.start < ended]
    known = evidence.place(there[-1].path, there[-1].line) if there else None
    return known or evidence.place(task.path, task.line)


def _would_end(evidence: Evidence, place: Place, task: Task) -> bool:
    """Whether it could have come to an end by itself, as far as the code tells."""
    if not evidence.in_script(place[0]) or _ENDLESS.search(evidence.source.line(place[1])):
        return False
    functions = [evidence.source.around(place[1]), evidence.source.around(task.line)]
    return not any(function is not None and _is_endless(function) for function in functions)


def _is_endless(function: Function) -> bool:
    """Whether it has a loop that nothing leaves."""
    for node in inside(function):
        forever = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value
        if forever and not any(isinstance(part, ast.Break | ast.Return) for part in ast.walk(node)):
            return True
    return False


def _cancelled(evidence: Evidence, place: Place, tasks: list[Task]) -> Finding:
    main, names = task_name(_main(evidence, tasks[0])), list(dict.fromkeys(map(task_name, tasks)))
    several = f"{len(tasks)} tasks ({', '.join(names[:3])}{', ...' if names[3:] else ''})"
    which, them = (names[0], "it") if len(tasks) == 1 else (several, "them")
    return Finding(
        "cancelled-at-exit",
        "warning",
        *place,
        message=f"{main} returned while {which} waited here: cancelled, not finished.",
        advice=f"await {them} before {main} returns, or use asyncio.TaskGroup",
        times=len(tasks),
        tasks=tuple(task.id for task in tasks),
        beside=((place[1], "was cancelled here: main had returned"),),
    )


def _swallowed(place: Place, tasks: list[Task]) -> Finding:
    return Finding(
        "swallowed-cancellation",
        "error",
        *place,
        message=f"{task_name(tasks[0])} was cancelled here and went on: something in it catches CancelledError and "
        "does not raise it again.",
        advice="except asyncio.CancelledError: clean up, then raise",
        times=len(tasks),
        tasks=tuple(task.id for task in tasks),
        beside=((place[1], "was cancelled here, and went on"),),
    )
