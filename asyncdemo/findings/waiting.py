"""Waits that come one after another while nothing else goes on, and which of them could overlap: sequential-awaits."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.advice import library
from asyncdemo.findings.evidence import Evidence, Place, rule, seconds
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, inside, last_name, parameters
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import WAITING, Span, Task

_DEEPEST = 20  # calls of functions of the script in one another

# Calls that wait for others, perhaps for many at once, or for the answer on a connection that has one at a time.
_FOR_OTHERS = re.compile(
    r"gather|wait(_closed)?|acquire|join|put|shield|serve_forever|anext|a?send\w*|athrow|a?close|recv\w*|receive\w*|read\w*|write\w*"
    r"|drain|flush|connect\w*|start\w*|stop\w*|open\w*|execute\w*|commit|rollback|communicate|sock_\w+|__a\w+__"
)
_INDEPENDENT = re.compile(
    r"_*(get|head|fetch|load|download|request)(_\w+)?"
)  # methods that one object can have twice at once
_ONE_AT_A_TIME = re.compile(
    r"_*(\w*conn\w*|\w*cursor|db|database|sock\w*|\w*stream|\w*reader|\w*writer|channel|ws|pipe)"
)
_CHANGES = {
    *("append", "appendleft", "extend", "insert", "add", "update", "setdefault"),
    *("pop", "popleft", "popitem", "remove", "discard", "clear", "put_nowait"),
}
_LOOPS = (ast.While, ast.For, ast.AsyncFor)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_PLAIN_DECORATORS = {"staticmethod", "classmethod", "override"}


def is_one_of_many(source: Source, line: int) -> bool:
    """True if what is awaited in a line begins there, and is neither a loop's rhythm, cleaning up, nor up to others."""
    calls = [awaited for awaited in _awaits(source, line) if isinstance(awaited, ast.Call)]
    if len(calls) != 1 or _waits_for_others(source, calls[0]) or _is_pause(source, calls[0]):
        return False
    return not _comes_after(source, calls[0])


class Unit(NamedTuple):
    """A function whose calls could be at the same time; `in_order`: what it awaits cannot, it needs one for another."""

    function: Function
    in_order: bool


def unit(source: Source, line: int) -> Unit | None:
    """The unit that an await in a line belongs to; None where the calls may depend on one another, too."""
    function = source.around(line)
    chain = callers(source, function) if function is not None else []
    if not all(_is_open(source, each) for each in chain) or _is_recursive(source, chain):
        return None
    for _ in range(_DEEPEST):
        if function is None:
            return None
        above = _callers(source, function)
        if not above and _needs_results(source, function):
            return None
        in_order = [caller for caller in above if _needs_results(source, caller)]
        if not in_order:
            return Unit(function, _needs_results(source, function))
        function = in_order[0] if len(above) == 1 and in_order[0] is not function else None
    return None


def callers(source: Source, function: Function) -> list[Function]:
    """A function and all functions of the script that call it, by its name, or call one that does."""
    found = [function]
    for each in found:
        found += [caller for caller in _callers(source, each) if caller not in found]
    return found


def _callers(source: Source, function: Function) -> list[Function]:
    some = (source.around(call.lineno) for call in source.every_call(function.name))
    return list({caller.lineno: caller for caller in some if caller is not None}.values())


def _is_open(source: Source, function: Function) -> bool:
    """True if all who call a function can be seen, and none of them lets one call come after another."""
    calls = source.every_call(function.name)
    return not (
        function.name.startswith("__")
        # In a generator, what comes after a yield is for the next turn of a loop, or an exit.
        or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside(function))
        or any(last_name(each) not in _PLAIN_DECORATORS for each in function.decorator_list)
        or len(source.named(function.name)) > 1
        or _keeps_state(function)
        or _is_handed_over(source, function.name)
        or any(_comes_after(source, call) or _is_in_turn(source, call) for call in calls)
    )


def _is_recursive(source: Source, chain: list[Function]) -> bool:
    return any(each in callers(source, above) for each in chain for above in _callers(source, each))


def _keeps_state(function: Function) -> bool:
    """True if it changes what outlives it: its next call may go on from there."""
    stored = (node for node in inside(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    local = {node.id for node in stored} - parameters(function)
    for node in inside(function):
        if isinstance(node, ast.Global | ast.Nonlocal):
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            return True
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del) and not _base(node) & local:
            return True
        if isinstance(node, ast.Call) and _changes_other(node, local):
            return True
    return False


def _changes_other(call: ast.Call, local: set[str]) -> bool:
    """True if a call changes a collection that outlives the function, other than by what an await there has given."""
    if not isinstance(call.func, ast.Attribute) or called(call) not in _CHANGES or _awaits_in(call):
        return False
    base = _base(call.func.value)
    return bool(base) and not base & local


def _is_handed_over(source: Source, name: str) -> bool:
    """True if a function is used other than by a call or by something that runs a loop: who calls it, and when?"""
    for node in source.uses_of(name):
        parent = next(source.parents(node), None)
        runs = isinstance(parent, ast.Call) and (
            parent.func is node or (called(parent) == "run" and parent.args[:1] == [node])
        )
        if not runs:
            return True
    return False


def _is_in_turn(source: Source, call: ast.Call) -> bool:
    """True if it is a call of a method of an object that may do one thing at a time."""
    receiver = source.receiver(call)
    if receiver is None or receiver in ("self", "cls"):
        return False
    return bool(_ONE_AT_A_TIME.fullmatch(receiver)) or not _INDEPENDENT.fullmatch(called(call))


def _awaits(source: Source, line: int) -> Iterator[ast.expr | None]:
    """What is awaited in a line: None where that is not said as an expression, as by `async with` and `async for`."""
    function = source.around(line)
    for node in inside(function) if function is not None else ():
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
        if isinstance(node, ast.Await) and first <= line <= last:
            yield node.value
        elif isinstance(node, ast.AsyncWith | ast.AsyncFor) and first <= line < node.body[0].lineno:
            yield None
            return


def _waits_for_others(source: Source, call: ast.Call) -> bool:
    """True if a call is about what others do, what does one thing at a time, or something that was handed in."""
    name = called(call)
    if _FOR_OTHERS.fullmatch(name) or (name == "get" and not call.args) or _is_in_turn(source, call):
        return True
    functions = (part.func for part in ast.walk(call) if isinstance(part, ast.Call))
    return not all(
        each.id not in source.variables if isinstance(each, ast.Name) else isinstance(each, ast.Attribute)
        for each in functions
    )


def _is_pause(source: Source, call: ast.Call) -> bool:
    """True if it is a sleep between two steps of the program's first function, and so meant to be one after another."""
    function = source.around(call.lineno)
    whole = any(isinstance(node, ast.Expr) for node in list(source.parents(call))[1:2])
    return called(call) == "sleep" and whole and function is not None and not _callers(source, function)


def _comes_after(source: Source, call: ast.Call) -> bool:
    """True if a call comes after what went before it: cleaning up, inside of a lock, or in a loop that needs its turns.

    Of what stands in a lambda nobody knows when it is called.
    """
    inner: ast.AST = call
    used = _names(call)
    for node in source.parents(call):
        if isinstance(node, FUNCTIONS):
            return False
        if isinstance(node, ast.Lambda | ast.ExceptHandler) or (
            isinstance(node, ast.Try | ast.TryStar) and inner in node.finalbody
        ):
            return True
        if isinstance(node, ast.AsyncWith) and any(_excludes(source, item.context_expr) for item in node.items):
            return True
        if isinstance(node, _LOOPS) and inner in node.body and _needs_turns(node, used):
            return True
        if isinstance(node, _COMPREHENSIONS) and not any(
            _names(generator.target) & used for generator in node.generators if not generator.is_async
        ):
            return True
        inner = node
    return False


def _excludes(source: Source, context: ast.expr) -> bool:
    """True if a context may let in only one at a time, such as a lock or a transaction."""
    if not isinstance(context, ast.Call):
        return True
    receiver = source.receiver(context)
    return receiver is not None and not _INDEPENDENT.fullmatch(called(context))


def _needs_turns(loop: ast.While | ast.For | ast.AsyncFor, used: set[str]) -> bool:
    """True if a loop goes on until something is so, pauses, or repeats a call that it hands nothing: not for each."""
    if not isinstance(loop, ast.For) or not _names(loop.target) & used or _pauses(loop):
        return True
    return any(isinstance(part, ast.Break | ast.Return | ast.Raise) for each in loop.body for part in ast.walk(each))


def _pauses(loop: ast.For) -> bool:
    """True if a loop waits for a moment each turn, whatever the turn is about: it means to be no faster."""
    awaited = (
        each.value.value for each in loop.body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Await)
    )
    calls = (each for each in awaited if isinstance(each, ast.Call) and called(each) == "sleep")
    return any(not _names(call) & _names(loop.target) for call in calls)


def _needs_results(source: Source, function: Function) -> bool:
    """True if anything that a function awaits depends on what an await of it has given, or on its having failed."""
    given = _given(function)
    for node in inside(function):
        if isinstance(node, ast.Await) and _names(node.value) & given:
            return True
        if isinstance(node, ast.If | ast.IfExp) and _depends(node.test, given) and _decides(node):
            return True
        if isinstance(node, ast.While) and _depends(node.test, given):
            return True
        if isinstance(node, ast.BoolOp) and _awaits_in(node):
            return True
        if isinstance(node, ast.Match) and _depends(node.subject, given):
            return True
        if isinstance(node, ast.Try) and _leaves_on_error(node):
            return True
    return _shares_receiver(source, function)


def _decides(node: ast.If | ast.IfExp) -> bool:
    """True if an await, or what comes after, is left out where a test says so."""
    parts = (part for each in ast.iter_child_nodes(node) if each is not node.test for part in ast.walk(each))
    return any(isinstance(part, ast.Await | ast.Return | ast.Break | ast.Continue | ast.Raise) for part in parts)


def _shares_receiver(source: Source, function: Function) -> bool:
    """True if it awaits different methods of one object: the second may be about what the first has done to it."""
    methods: dict[str, set[str]] = {}
    for node in inside(function):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            receiver = source.receiver(node.value)
            if receiver is not None and receiver not in ("self", "cls"):
                methods.setdefault(receiver, set()).add(called(node.value))
    return any(len(some) > 1 for some in methods.values())


def _leaves_on_error(node: ast.Try) -> bool:
    """True if what follows an await happens only where that has not failed."""
    leaves = (
        isinstance(part, ast.Return | ast.Break | ast.Continue) for each in node.handlers for part in ast.walk(each)
    )
    return any(map(_awaits_in, node.body)) and (bool(node.orelse) or any(leaves))


def _given(function: Function) -> set[str]:
    """The names whose values are made from what an await of the function has given, over any number of steps."""
    given: set[str] = set()
    pairs = [pair for node in inside(function) for pair in _assigned(node)]
    for _ in range(_DEEPEST):
        more = {name for target, value in pairs if _depends(value, given) for name in target}
        if more <= given:
            break
        given |= more
    return given


def _assigned(node: ast.AST) -> Iterator[tuple[set[str], ast.AST]]:
    """Which names get something of which expression."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield set[str]().union(*map(_base, targets)), value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield _base(target), value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield _base(target), value
        case ast.For(target=target, iter=value):
            yield _base(target), value
        case ast.AsyncFor(target=target):
            yield _base(target), ast.Await(ast.Constant(None))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield _base(item.optional_vars), item.context_expr
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver), args=arguments)) if arguments:
            yield _base(receiver), ast.Tuple(arguments)  # it may be kept there, as by append


def _depends(value: ast.AST, given: set[str]) -> bool:
    return _awaits_in(value) or bool(_names(value) & given)


def _awaits_in(value: ast.AST) -> bool:
    return any(isinstance(part, ast.Await) for part in ast.walk(value))


def _base(node: ast.AST) -> set[str]:
    """The names that are given something where a target is: of `results[name]` that is `results`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Tuple | ast.List):
        return set[str]().union(*map(_base, node.elts))
    return {node.id} if isinstance(node, ast.Name) else set()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


_Wait = tuple[Place, Span]


@rule("sequential-awaits", 260, least=0.1)
def sequential_awaits(evidence: Evidence) -> list[Finding]:
    """One task at a time waits, several times, in a program in which nothing ever overlaps."""
    if not evidence.complete or evidence.run.outcome.kind != "exited" or not evidence.source.known:
        return []
    if not evidence.long[WAITING] or _anything_overlaps(evidence):
        return []
    roots = sorted((task for task in evidence.tasks.values() if task.parent is None), key=lambda task: task.created)
    starts = [root.created for root in roots]
    waits = [wait for index in evidence.long[WAITING] if (wait := _wait(evidence, evidence.spans[index])) is not None]
    waits.sort(key=lambda wait: wait[1].start)
    found = []
    for number, group in groupby(waits, lambda wait: bisect_right(starts, wait[1].start)):
        if number:
            found += _sequence(evidence, roots[number - 1], list(group))
    return found


def _anything_overlaps(evidence: Evidence) -> bool:
    """True if at any moment two tasks were there of which neither was started by the other, or by what it started."""
    # What came to be and ended at the same moment has overlapped with nothing.
    tasks = [task for task in evidence.tasks.values() if task.ended is None or task.ended > task.created]
    lives = [(task.created, 1, task) for task in tasks]
    lives += [(task.ended, 0, task) for task in tasks if task.ended is not None]
    running: list[int] = []  # each started by the one before
    for _, begins, task in sorted(lives, key=lambda life: life[:2]):
        if not begins:
            running.remove(task.id)
        elif running and task.parent != running[-1]:
            return True
        else:
            running.append(task.id)
    return False


def _wait(evidence: Evidence, span: Span) -> _Wait | None:
    """A wait that could have been at the same time as others, as far as the code tells."""
    place = evidence.place(span.path, span.line)
    if place is None or not evidence.in_script(place[0]) or _is_for_children(evidence, span):
        return None
    return (place, span) if is_one_of_many(evidence.source, place[1]) else None


def _is_for_children(evidence: Evidence, span: Span) -> bool:
    """True if a task that it has started was there for most of it."""
    children = evidence.children.get(span.task, [])
    with_them = sum(
        max(0.0, min(span.end, child.ended or span.end) - max(span.start, child.created)) for child in children
    )
    return with_them > (span.end - span.start) / 2


def _sequence(evidence: Evidence, root: Task, waits: list[_Wait]) -> list[Finding]:
    """A finding about the waits of a task and all that it has started, if overlapping would save enough."""
    lengths = _one_by_one(evidence, waits)
    total, longest = sum(lengths), max(lengths, default=0.0)
    if len(lengths) < 2 or total - longest < evidence.thresholds["sequential-awaits"]:
        return []
    places = {place: sum(span.end - span.start for at, span in waits if at == place) for place, _ in waits}
    place = max(places, key=lambda each: places[each])
    asyncio = library(evidence, root.kind) == "asyncio"
    return [
        Finding(
            "sequential-awaits",
            "note",
            *place,
            message=f"{task_name(root)} waited {len(lengths)} times in a row; if they are independent, "
            f"running them together saves {seconds(total - longest)}.",
            advice="start them together, with asyncio.gather or a task group"
            if asyncio
            else "start each in a nursery or a task group",
            seconds=total,
            times=len(lengths),
            tasks=tuple(dict.fromkeys(span.task for _, span in waits)),
            beside=tuple((at[1], f"waited {seconds(spent)}, alone") for at, spent in places.items()),
        )
    ]


def _one_by_one(evidence: Evidence, waits: list[_Wait]) -> list[float]:
    """How long each of the waits took that could overlap; those of one call that need one another count as one.

    None at all where the code does not tell.
    """
    lengths: list[float] = []
    before, lines = None, set[int]()
    for (_, line), span in waits:
        of = unit(evidence.source, line)
        if of is None:
            return []
        if of.in_order and of == before and line not in lines:
            lengths[-1] += span.end - span.start
        else:
            lengths.append(span.end - span.start)
            lines = set()
        before = of
        lines.add(line)
    return lengths
