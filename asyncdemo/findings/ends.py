"""What happens to tasks that are still there when main has returned: cancelled-at-exit."""

import ast
import re

from asyncdemo.findings.advice import fits
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.leftovers import Leftover, dropped_gather, leftovers, stood_at
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, inside
from asyncdemo.findings.wording import task_name
from asyncdemo.model.recording import Finding

_ENDLESS = re.compile(r"serve_forever|Event\(\)\.wait|Future\(\)|sleep_forever|sleep\((?:float\(|math\.inf)")
_COUNTERS = {"count", "cycle", "repeat"}  # iterators of itertools that have no end


def cancelled_at_exit(evidence: Evidence) -> list[Finding]:
    """main returned first, and asyncio.run() cancelled a task that could have come to its end."""
    cancelled = [
        left for left in leftovers(evidence) if left.task.end == "cancelled" and not _on_purpose(evidence, left)
    ]
    groups: dict[tuple[Place, bool], list[Leftover]] = {}
    gathers: dict[int, tuple[ast.Call, list[Leftover]]] = {}
    for left in cancelled:
        place = stood_at(evidence, left)
        if place is None or not _would_end(evidence, place, left):
            continue
        gather = dropped_gather(evidence, left)
        if gather is not None:
            gathers.setdefault(gather.lineno, (gather, []))[1].append(left)
        else:
            groups.setdefault((place, _had_begun(left)), []).append(left)
    found = [_not_awaited(evidence, gather, some) for gather, some in gathers.values()]
    return found + [_cancelled(evidence, place, left) for (place, _), left in groups.items()]


def _had_begun(left: Leftover) -> bool:
    """Whether it had made a step before main returned: after that it has waited."""
    return left.stood is not None


def _on_purpose(evidence: Evidence, left: Leftover) -> bool:
    """Whether the script may have cancelled it itself.

    That is seen of a task that waits, as it is woken before main returns. Of one that has not begun nothing shows it,
    nor of a cancellation that the loop is asked for, and which comes when main has returned.
    """
    source = evidence.source
    uses = source.uses_of("cancel")
    if not _had_begun(left):
        return bool(uses)
    return any(_is_put_off(source, use) for use in uses)


def _is_put_off(source: Source, use: ast.expr) -> bool:
    parents = list(source.parents(use))
    if not (parents and isinstance(parents[0], ast.Call) and parents[0].func is use):
        return True
    around = next((each for each in parents if isinstance(each, (*FUNCTIONS, ast.Lambda))), None)
    return isinstance(around, ast.Lambda | ast.FunctionDef)


def _would_end(evidence: Evidence, place: Place, left: Leftover) -> bool:
    """Whether it could have come to an end by itself, as far as the code tells."""
    source = evidence.source
    if not evidence.in_script(place[0]) or (_had_begun(left) and _ENDLESS.search(source.line(place[1]))):
        return False
    first = source.around(left.task.line)
    return not any(_is_endless(source, each) for each in _functions(source, place, first))


def _functions(source: Source, place: Place, first: Function | None) -> list[Function]:
    """The functions that a task goes through: its first one, what that awaits, and the one in which it stood."""
    stood = source.around(place[1])
    found = [] if first is None else [first]
    for function in found:
        awaited = (part for node in inside(function) if isinstance(node, ast.Await) for part in ast.walk(node))
        calls = (part for part in awaited if isinstance(part, ast.Call) and called(part))
        found += [each for call in calls for each in source.named(called(call)) if each not in found]
    return found + ([stood] if stood is not None and stood not in found else [])


def _is_endless(source: Source, function: Function) -> bool:
    """Whether it has a loop that nothing leaves, or waits for what never comes."""
    for node in inside(function):
        if isinstance(node, ast.While | ast.For) and _goes_on(node) and not _is_left(node):
            return True
        if isinstance(node, ast.Await) and _ENDLESS.search(source.line(node.lineno)):
            return True
    return False


def _goes_on(loop: ast.While | ast.For) -> bool:
    """Whether a loop has no end of its own."""
    if isinstance(loop, ast.While):
        return isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return isinstance(loop.iter, ast.Call) and called(loop.iter) in _COUNTERS


def _is_left(loop: ast.While | ast.For) -> bool:
    """Whether something in a loop's body leaves it: a return, or a break that is not of a loop within it."""
    nodes: list[tuple[ast.AST, bool]] = [(each, True) for each in loop.body]
    while nodes:
        node, of_loop = nodes.pop()
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break) and of_loop):
            return True
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            inner = of_loop and not isinstance(node, ast.While | ast.For | ast.AsyncFor)
            nodes += [(child, inner) for child in ast.iter_child_nodes(node)]
    return False


def _not_awaited(evidence: Evidence, gather: ast.Call, left: list[Leftover]) -> Finding:
    tasks = [each.task for each in left]
    main, names = task_name(left[0].main), list(dict.fromkeys(map(task_name, tasks)))
    which = f"{len(tasks)} task{'s' if len(tasks) > 1 else ''} ({', '.join(names[:3])}{', ...' if names[3:] else ''})"
    code = f"await {evidence.source.text_of(gather)}"
    return Finding(
        "cancelled-at-exit",
        "warning",
        evidence.script(),
        gather.lineno,
        message=f"Nothing awaits this gather: {main} returned, and its {which} were cancelled, not finished.",
        advice=code if fits(evidence.source, gather, code) else "await the gather",
        times=len(tasks),
        tasks=tuple(task.id for task in tasks),
        beside=((gather.lineno, "was not awaited"),),
    )


def _cancelled(evidence: Evidence, place: Place, left: list[Leftover]) -> Finding:
    tasks = [each.task for each in left]
    main, names = task_name(left[0].main), list(dict.fromkeys(map(task_name, tasks)))
    several = f"{len(tasks)} tasks ({', '.join(names[:3])}{', ...' if names[3:] else ''})"
    which = names[0] if len(tasks) == 1 else several
    if _had_begun(left[0]):
        message = f"{main} returned while {which} waited here: cancelled, not finished."
        beside = "was cancelled here: main had returned"
    else:
        message = f"{main} returned before {which} had started: cancelled, and not one line of it has run."
        beside = "never started: main had returned"
    return Finding(
        "cancelled-at-exit",
        "warning",
        *place,
        message=message,
        advice=_advice(evidence, place, left, main),
        times=len(tasks),
        tasks=tuple(task.id for task in tasks),
        beside=((place[1], beside),),
    )


def _advice(evidence: Evidence, place: Place, left: list[Leftover], main: str) -> str:
    """To await it, but only if it is sure to end; of a loop that goes on until something is so nobody knows."""
    it, ends = ("it", "it ends by itself") if len(left) == 1 else ("them", "they end by themselves")
    functions = _functions(evidence.source, place, evidence.source.around(left[0].task.line))
    if any(isinstance(node, ast.While | ast.AsyncFor) for function in functions for node in inside(function)):
        return f"await {it} before {main} returns if {ends}, else cancel {it}"
    return f"await {it} before {main} returns"
