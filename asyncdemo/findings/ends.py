"""What happens to tasks that are still there when main has returned: cancelled-at-exit."""

import ast
import re

from asyncdemo.finding import Finding
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.leftovers import Leftover, leftovers, stood_at
from asyncdemo.findings.source import Function, inside
from asyncdemo.findings.wording import task_name
from asyncdemo.spans import Task

_ENDLESS = re.compile(r"serve_forever|Event\(\)\.wait|Future\(\)|sleep_forever|sleep\((?:float\(|math\.inf)")


def cancelled_at_exit(evidence: Evidence) -> list[Finding]:
    """main returned first, and asyncio.run() cancelled a task that could have come to its end."""
    cancelled = [left for left in leftovers(evidence) if left.task.end == "cancelled"]
    groups: dict[Place, list[Leftover]] = {}
    for left in cancelled:
        place = stood_at(evidence, left)
        if place is not None:
            groups.setdefault(place, []).append(left)
    return [_cancelled(place, left) for place, left in groups.items() if _would_end(evidence, place, left[0].task)]


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
