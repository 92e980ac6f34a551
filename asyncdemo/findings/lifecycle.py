"""What becomes of coroutines, tasks and generators at the end.

cancelled-at-exit, unfinished-async-generator, never-awaited.
"""

import ast
import re
from collections.abc import Callable, Iterable

from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.advice import fits
from asyncdemo.findings.blocking import nested
from asyncdemo.findings.evidence import Evidence, Place, at, rule
from asyncdemo.findings.handed import handed_over
from asyncdemo.findings.leftovers import Leftover, dropped_gather, leftovers, stood_at
from asyncdemo.findings.lost_errors import GENERATOR
from asyncdemo.findings.misgiven import Misgiven, misgiven
from asyncdemo.findings.python_messages import Frame, Report
from asyncdemo.findings.running_advice import instead_of_never_awaiting
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, inside, last_of
from asyncdemo.model.recording import Finding

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
    """How many tasks the loop made to close generators: they have no file of their own, and no parent."""
    return sum(
        task.coroutine == "aclose" and not task.path and task.kind == "asyncio" and task.parent not in evidence.tasks
        for task in evidence.tasks.values()
    )


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
        for node in source.loops()
        if any(call.lineno == node.lineno for call in source.every_call(name)) and _can_be_left(node)
    ]
    return path, loops[0] if len(loops) == 1 else function.lineno


def _can_be_left(loop: ast.AsyncFor) -> bool:
    return any(isinstance(part, ast.Break | ast.Return | ast.Raise) for part in ast.walk(loop))


_NO_LOOP = "no running event loop"  # then it is what was never awaited that needs one
# What Python says where a coroutine object is used as if it were what the function returns: it is the cause of that.
_ABOUT_COROUTINE = re.compile(
    r"^(?:TypeError|AttributeError): .*(?:'coroutine'|\"coroutine\"|non-iterable coroutine|coroutine found"
    r"|(?:type|got|not) coroutine\b|coroutine\.__format__)"
    r"|^KeyError: <coroutine object |^AttributeError: __a?(?:enter|exit)__$"
)


@rule("never-awaited", 80, said=True)
def never_awaited(evidence: Evidence) -> list[Finding]:
    """Python warned of a coroutine that was never awaited, and not because something else had gone wrong before."""
    groups: dict[tuple[Place | None, str], int] = {}
    unsure: list[Report] = []
    given = misgiven(evidence)
    told = frozenset[str]().union(*(each.names for each in given))
    for report in _unexplained(evidence):
        if report.name in told:
            continue
        place = _made_at(evidence, report)
        if place is None:
            unsure.append(report)
        else:
            groups[place, report.name] = groups.get((place, report.name), 0) + 1
    for report in unsure:
        for place in _guessed(evidence, report, {place for place, _ in groups}):
            groups[place, report.name] = groups.get((place, report.name), 0) + 1
    found = [_never_awaited(evidence, place, name, times) for (place, name), times in groups.items()]
    return [*map(_misgiven, given), *found]


def _misgiven(given: Misgiven) -> Finding:
    line = given.place[1]
    return Finding(
        "never-awaited",
        "error",
        *given.place,
        message=given.message,
        advice=given.advice,
        beside=((line, given.beside),),
    )


def _unexplained(evidence: Evidence) -> list[Report]:
    """The warnings that are not the consequence of something else that is told."""
    follows = [report for _, some in nested(evidence) for report in some]
    broken_off = [each for each in evidence.reports if each.kind == "raised" and not _is_consequence(each)]
    thrown_away = {last_of(report.name) for report in evidence.reports if report.kind == "destroyed"}
    reports = [each for each in evidence.reports if each.kind == "never-awaited" and each not in follows]
    lineless = [each for each in reports if evidence.place(each.path, each.line) is None]
    return [
        each
        for each in reports
        if (each not in lineless or last_of(each.name) not in thrown_away)
        and not any(_was_broken_off(evidence, each, other) for other in broken_off)
    ]


def _is_consequence(raised: Report) -> bool:
    """True if an error follows from a coroutine that is not awaited, and not the other way round."""
    return raised.error.endswith(_NO_LOOP) or _ABOUT_COROUTINE.match(raised.error) is not None


def _was_broken_off(evidence: Evidence, report: Report, raised: Report) -> bool:
    """True if an exception has ended the very statement that was about to use the coroutine object."""
    dropped = evidence.place(report.path, report.line)
    return any(
        _calls(report, frame) and dropped in (None, evidence.place(frame.path, frame.line)) for frame in raised.frames
    )


def _calls(report: Report, frame: Frame) -> bool:
    """True if the coroutine function is called in the code of a frame."""
    return re.search(rf"\b{re.escape(last_of(report.name))}\(", frame.code) is not None


def _misused_at(evidence: Evidence, report: Report) -> Place | None:
    """The line of the call, where an error followed from using what it gives."""
    for raised in evidence.reports:
        if raised.kind == "raised" and _ABOUT_COROUTINE.match(raised.error):
            places = [evidence.place(frame.path, frame.line) for frame in raised.frames if _calls(report, frame)]
            if (place := next((place for place in reversed(places) if place is not None), None)) is not None:
                return place
    return None


def _made_at(evidence: Evidence, report: Report) -> Place | None:
    """The line of the call, if Python has named it."""
    made = evidence.innermost(report.created)
    dropped = evidence.place(report.path, report.line)
    if made is not None or dropped is None or not evidence.text(dropped[0]).known:
        return made or dropped
    return dropped if _call(evidence, dropped, report.name) is not None else _misused_at(evidence, report)


def _guessed(evidence: Evidence, report: Report, known: set[Place | None]) -> list[Place | None]:
    """The only other line in which the call can have been, or those that handed the function to what only calls it.

    Python warns once where it warns of the same several times, so that one warning may be about several lines. Else it
    is where the object was dropped, else the function's line.
    """
    dropped = evidence.place(report.path, report.line)
    if evidence.script() is None and not evidence.files:
        return [dropped]
    calls = _places(evidence, lambda source: source.calls(report.name))
    for some in (calls - known, _places(evidence, lambda source: source.statements(report.name)) - known):
        if len(some) == 1:
            return [some.pop()]
    if dropped is None and not calls and (handed := handed_over(evidence, report.name)):
        return [*handed]
    functions = _places(evidence, lambda source: source.named(report.name))
    return [dropped or (functions.pop() if len(functions) == 1 else None)]


def _places(evidence: Evidence, found: Callable[[Source], Iterable[ast.expr | Function]]) -> set[Place | None]:
    """The lines of what is found in any file of user code."""
    return {(path, node.lineno) for path, source in evidence.files.items() for node in found(source)}


def _never_awaited(evidence: Evidence, place: Place | None, name: str, times: int) -> Finding:
    call = _call(evidence, place, name)
    beside: list[tuple[int, str]] = []
    if place is not None:
        uses = evidence.text(place[0]).uses_of(last_of(name))
        handed = not call and any(use.lineno == place[1] for use in uses)
        other = f"{last_of(name)} is only called from here" if handed else f"{last_of(name)}() was never awaited"
        what = "created a coroutine object but never ran it" if call else other
        beside.append((place[1], what))
        beside += [(line, "never ran") for line in _never_ran(evidence, place[0], name)]
    return Finding(
        "never-awaited",
        "error",
        *at(place),
        message=f"{last_of(name)}() only creates a coroutine object; not one line of its body has run.",
        advice=instead_of_never_awaiting(evidence, place, name),
        times=times,
        beside=tuple(beside),
    )


def _call(evidence: Evidence, place: Place | None, name: str) -> ast.Call | None:
    calls = evidence.text(place[0]).calls(name) if place is not None else []
    return (
        None
        if place is None
        else next((call for call in calls if call.lineno <= place[1] <= (call.end_lineno or 0)), None)
    )


def _never_ran(evidence: Evidence, path: str, name: str) -> list[int]:
    """The first line of a function's body, where this was its only call and nothing was printed from it."""
    functions = evidence.text(path).named(name)
    calls = sum(len(source.every_call(name)) for source in evidence.files.values())
    if len(functions) != 1 or calls != 1:
        return []
    function = functions[0]
    first, last = function.body[0].lineno, function.end_lineno or function.body[-1].lineno
    if first == function.lineno or any(first <= line <= last for line in evidence.lines_that_printed(path)):
        return []
    return [_after_docstring(function)]


def _after_docstring(function: Function) -> int:
    """The line of the first statement that does something."""
    body = function.body[1:] if ast.get_docstring(function) is not None else []
    return (body or function.body)[0].lineno
