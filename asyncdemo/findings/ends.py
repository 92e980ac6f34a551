"""What happens to tasks that are still there when main has returned: cancelled-at-exit and swallowed-cancellation."""

import ast
import re

from asyncdemo.finding import Finding
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.leftovers import Leftover, leftovers
from asyncdemo.findings.source import Function, inside
from asyncdemo.findings.wording import task_name
from asyncdemo.spans import Task

_ENDLESS = re.compile(r"serve_forever|Event\(\)\.wait|Future\(\)|sleep_forever|sleep\((?:float\(|math\.inf)")


def cancelled_at_exit(evidence: Evidence) -> list[Finding]:
    """main returned first, and asyncio.run() cancelled a task that could have come to its end."""
    cancelled = [left for left in leftovers(evidence) if left.task.end == "cancelled"]
    groups = _by_place(evidence, cancelled)
    return [_cancelled(place, left) for place, left in groups.items() if _would_end(evidence, place, left[0].task)]


def swallowed_cancellation(evidence: Evidence) -> list[Finding]:
    """A task was cancelled when main had returned, and went on waiting all the same."""
    source = evidence.source.text
    if "run_until_complete" in source or "run_forever" in source:
        return []  # then main's end does not cancel anything
    least = evidence.thresholds["swallowed-cancellation"]
    went_on = [left for left in leftovers(evidence) if left.task.end != "cancelled" and left.waited_again >= least]
    return [_swallowed(place, left) for place, left in _by_place(evidence, went_on).items()]


def _by_place(evidence: Evidence, left: list[Leftover]) -> dict[Place, list[Leftover]]:
    """Those that stood at the same line when main returned."""
    groups: dict[Place, list[Leftover]] = {}
    for each in left:
        stood = None if each.stood is None else evidence.spans[each.stood]
        known = None if stood is None else evidence.place(stood.path, stood.line)
        place = known or evidence.place(each.task.path, each.task.line)
        if place is not None:
            groups.setdefault(place, []).append(each)
    return groups


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


def _cancelled(place: Place, left: list[Leftover]) -> Finding:
    tasks = [each.task for each in left]
    main, names = task_name(left[0].main), list(dict.fromkeys(map(task_name, tasks)))
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


def _swallowed(place: Place, left: list[Leftover]) -> Finding:
    tasks = [each.task for each in left]
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
