"""What becomes of tasks and generators at the end: cancelled-at-exit, unfinished-async-generator.

Tasks are left over that were still there when main had returned, and were woken by that: asyncio.run() cancels them.
"""

import ast
import re
from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.advice import fits
from asyncdemo.findings.blocking import ancestors
from asyncdemo.findings.evidence import Evidence, Place, at, rule
from asyncdemo.findings.python_messages import GENERATOR, is_pytest
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, inside, last_of
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import READY, WAITING, Spans, Task
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


def leftovers(evidence: Evidence) -> list[Leftover]:
    """All of them; none where the trace is not complete."""
    mains = {task.id: _main(evidence, task) for task in evidence.tasks.values()} if evidence.complete else {}
    left = [(evidence.tasks[key], main) for key, main in mains.items() if _is_left(evidence, evidence.tasks[key], main)]
    found = (_leftover(evidence.spans, task, main) for task, main in left)
    return [each for each in found if each is not None]


def _leftover(spans: Spans, task: Task, main: Task) -> Leftover | None:
    """What a task did after main's end; None where its first turn after that did not come just because of that."""
    ended, stood, woken, cancelled, again = main.ended or 0.0, None, None, False, dict[int, float]()
    for index in spans.of(task.id):
        start, end, state = spans.starts[index], spans.ends[index], spans.states[index]
        if state == WAITING and start < ended:
            stood = index
        elif state == WAITING and cancelled:
            again[spans.where[index]] = again.get(spans.where[index], 0.0) + end - start
        elif state == READY and end > ended and woken is None:
            woken = start
        elif state not in (READY, WAITING) and woken is not None:
            cancelled = True
    at_once = woken is not None and woken <= ended + _AT_ONCE and (woken >= ended or woken == task.created)
    return Leftover(task, main, stood, again) if at_once else None


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


_ENDLESS = re.compile(r"serve_forever|Event\(\)\.wait|Future\(\)|sleep_forever|sleep\((?:float\(|math\.inf)")
_COUNTERS = {"count", "cycle", "repeat"}  # iterators of itertools that have no end


@rule("cancelled-at-exit", 230)
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
    """True if it had made a step before main returned: after that it has waited."""
    return left.stood is not None


def _on_purpose(evidence: Evidence, left: Leftover) -> bool:
    """True if the script may have cancelled it itself.

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
    """True if it could have come to an end by itself, as far as the code tells."""
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
    """True if it has a loop that nothing leaves, or waits for what never comes."""
    for node in inside(function):
        if isinstance(node, ast.While | ast.For) and _goes_on(node) and not _has_way_out(node):
            return True
        if isinstance(node, ast.Await) and _ENDLESS.search(source.line(node.lineno)):
            return True
    return False


def _goes_on(loop: ast.While | ast.For) -> bool:
    """True if a loop has no end of its own."""
    if isinstance(loop, ast.While):
        return isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return isinstance(loop.iter, ast.Call) and called(loop.iter) in _COUNTERS


def _has_way_out(loop: ast.While | ast.For) -> bool:
    """True if something in a loop's body leaves it: a return, or a break that is not of a loop within it."""
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


@rule("unfinished-async-generator", 240)
def unfinished_async_generator(evidence: Evidence) -> list[Finding]:
    """A generator's clean-up ran late or went wrong, because nobody had closed it when it was left."""
    told = _told(evidence)
    late = _closed_late(evidence) if not told else 0
    if late and (function := _only_candidate(evidence)) is not None:
        return [_unfinished(evidence, function.name, function, late)]
    return told


def _told(evidence: Evidence) -> list[Finding]:
    """What Python said of it: closing it failed, or it was thrown away before it was closed."""
    found: list[Finding] = []
    for report in evidence.reports:
        if report.kind != "generator" and not report.name.startswith(GENERATOR):
            continue
        name = last_of(report.name) if report.kind == "generator" else ""
        functions = evidence.source.named(name) if name else []
        function = functions[0] if len(functions) == 1 else _only_candidate(evidence)
        raised = evidence.innermost(report.frames)
        if function is None and raised is None:
            continue
        finding = _unfinished(evidence, name or (function.name if function else "it"), function, 1)
        if function is None and raised is not None:
            finding = finding._replace(path=raised[0], line=raised[1], beside=())
        if not any(other[:4] == finding[:4] for other in found):
            found.append(finding)
    return found


def _closed_late(evidence: Evidence) -> int:
    """How many tasks the loop made to close generators: they have no file of their own, and no parent.

    Not those that it made as the run was told to end: what was left then, stopping it has driven out.
    """
    until = inf if evidence.run.stopped is None else evidence.run.stopped
    tasks = (task for task in evidence.tasks.values() if task.coroutine == "aclose" and task.created < until)
    return sum(not task.path and task.kind == "asyncio" and task.parent not in evidence.tasks for task in tasks)


def _only_candidate(evidence: Evidence) -> Function | None:
    """The only generator of the script that has something to clean up."""
    candidates = [function for function in evidence.source.functions if _cleans_up(function)]
    return candidates[0] if len(candidates) == 1 else None


def _cleans_up(function: Function) -> bool:
    """True if it is an asynchronous generator with a yield inside of a `try ... finally` or a `with`."""
    if not isinstance(function, ast.AsyncFunctionDef):
        return False
    for node in inside(function):
        guarded = isinstance(node, ast.With | ast.AsyncWith) or (isinstance(node, ast.Try) and node.finalbody)
        if guarded and any(isinstance(part, ast.Yield) for part in ast.walk(node)):
            return True
    return False


def _unfinished(evidence: Evidence, name: str, function: Function | None, times: int) -> Finding:
    place = _place(evidence, name, function)
    return Finding(
        "unfinished-async-generator",
        "warning",
        *at(place),
        message=f"{name}() was left unfinished: its clean-up runs later, in another task.",
        advice="enter it with contextlib.aclosing, which closes it on the spot",
        times=times,
        beside=((place[1], f"left {name}() open"),) if place else (),
    )


def _place(evidence: Evidence, name: str, function: Function | None) -> Place | None:
    """The only loop over it that can be left early, else the generator itself."""
    path, source = evidence.script(), evidence.source
    if path is None or function is None:
        return None
    loops = [
        node.lineno
        for node in source.nodes
        if isinstance(node, ast.AsyncFor)
        and any(call.lineno == node.lineno for call in source.every_call(name))
        and _can_be_left(node)
    ]
    return path, loops[0] if len(loops) == 1 else function.lineno


def _can_be_left(loop: ast.AsyncFor) -> bool:
    return any(isinstance(part, ast.Break | ast.Return | ast.Raise) for part in ast.walk(loop))
