"""Where the text of a script tells that somebody looks at the error of a task, or means to let it pass.

An error counts as looked at where the task's own code catches it, does something and raises again, or where the tasks
that were handed to a gather are used for more than that.
"""

import ast
import builtins
import re
from collections.abc import Iterator

from asyncdemo.findings.evidence import Evidence
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, caught, inside, last_name, last_of
from asyncdemo.model.spans import Task

_CLOSING = re.compile(r"_*(a?close|stop|shutdown|cancel|disconnect|terminate|wait_closed)(_\w+)?")
_KEEP = ("append", "add")
_EXITS = {"__exit__", "__aexit__"}
_DEEPEST = 20  # calls of functions of the script in one another


def closes(name: str) -> bool:
    """True of the name of a function that ends something: that is often done as far as it can be."""
    return _CLOSING.fullmatch(last_of(name)) is not None


def seen_by_themselves(evidence: Evidence, tasks: list[Task]) -> set[int]:
    """The numbers of those failed tasks that may have looked at their errors by themselves."""
    alike: dict[tuple[str, int, str, str], list[Task]] = {}
    for task in tasks:
        assert task.raised is not None
        alike.setdefault((task.path, task.line, task.coroutine, task.raised.error), []).append(task)
    return {task.id for some in alike.values() if _has_seen_itself(evidence, some[0]) for task in some}


def _has_seen_itself(evidence: Evidence, task: Task) -> bool:
    """True if what a task runs may catch its error, do something about it, and raise again."""
    assert task.raised is not None
    ended = {task.raised.error}
    for source, function in _run_by(evidence, task):
        if any(isinstance(node, ast.Try | ast.TryStar) and _notes(node, ended) for node in inside(function)):
            return True
        withs = (node for node in inside(function) if isinstance(node, ast.With | ast.AsyncWith))
        if any(_has_exit(evidence, source, item.context_expr) for node in withs for item in node.items):
            return True
    return False


def _run_by(evidence: Evidence, task: Task) -> Iterator[tuple[Source, Function]]:
    """The functions of the user's files that a task runs, as far as their names tell."""
    place = evidence.place(task.path, task.line)
    named: dict[str, list[tuple[Source, Function]]] = {}
    for source in evidence.files.values():
        for function in source.functions:
            named.setdefault(function.name, []).append((source, function))
    found = [each for each in named.get(last_of(task.coroutine), []) if place is None or each[1].lineno == place[1]]
    found = found or named.get(last_of(task.coroutine), [])
    known = {id(function) for _, function in found}
    for source, function in found:
        yield source, function
        names = {called(node) for node in inside(function) if isinstance(node, ast.Call)}
        names |= {last_name(each) for each in function.decorator_list}
        more = [each for name in names for each in named.get(name, []) if id(each[1]) not in known]
        known |= {id(each) for _, each in more}
        found += more


def _notes(node: ast.Try | ast.TryStar, ended: set[str]) -> bool:
    """True if an error that passes is caught, something is done, and it or another in its place is raised."""
    for handler in node.handlers:
        raises = [part for part in ast.walk(handler) if isinstance(part, ast.Raise)]
        does = [each for each in handler.body if not isinstance(each, ast.Raise | ast.Pass)]
        again = any(each.exc is None or last_name(each.exc) == handler.name for each in raises)
        others = {_kind(each.exc) for each in raises if each.exc is not None}
        if does and raises and ((again and _catches(handler, ended)) or ended & others):
            return True
    return False


def _kind(raised: ast.expr) -> str:
    return called(raised) if isinstance(raised, ast.Call) else last_name(raised)


def _catches(handler: ast.ExceptHandler, errors: set[str]) -> bool:
    """True if a handler catches one of the errors, or one of which is not known what it is may be among its kinds."""
    return any(_may_be(error, kind) for error in errors for kind in caught(handler.type))


def _may_be(error: str, kind: str) -> bool:
    if kind in ("CancelledError", "KeyboardInterrupt", "SystemExit", "GeneratorExit"):
        return False
    known, base = getattr(builtins, last_of(error), None), getattr(builtins, kind, None)
    if isinstance(known, type) and isinstance(base, type):
        return issubclass(known, base)
    return known is None or last_of(error) == kind


def _has_exit(evidence: Evidence, source: Source, context: ast.expr) -> bool:
    """True if a context is, or may be, of a class of the script that is told of the error that passes."""
    classes = {
        node.name
        for text in evidence.files.values()
        for node in text.nodes
        if isinstance(node, ast.ClassDef)
        and any(isinstance(part, FUNCTIONS) and part.name in _EXITS for part in node.body)
    }
    if isinstance(context, ast.Call):
        return called(context) in classes
    name = last_name(context)
    assigned = (node for node in source.nodes if isinstance(node, ast.Assign))
    return any(
        isinstance(node.value, ast.Call)
        and called(node.value) in classes
        and name in {last_name(target) for target in node.targets}
        for node in assigned
    )


def are_used(source: Source, names: set[str], call: ast.Call) -> bool:
    """True if the tasks of a gather, by their names, are used for more than to keep, count or cancel them."""
    function = source.around(call.lineno)
    for name in names:
        uses = source.uses_of(name)
        if function is not None and _is_own(function, name):
            uses = [use for use in uses if source.around(use.lineno) is function]
        if not all(_says_nothing(source, use, call) for use in uses):
            return True
    return False


def _is_own(function: Function, name: str) -> bool:
    nodes = list(inside(function))
    if any(isinstance(node, ast.Global | ast.Nonlocal) and name in node.names for node in nodes):
        return False
    return any(isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name for node in nodes)


def _says_nothing(source: Source, use: ast.expr, call: ast.Call) -> bool:
    """True of a use that is the gather itself, or one that keeps, counts or cancels."""
    outer, *around = source.parents(use)
    if outer is call or call in around:
        return True
    if isinstance(outer, ast.Attribute) and outer.attr in _KEEP:
        return True
    if isinstance(outer, ast.Call) and called(outer) == "len":
        return True
    return cancels(source, use)


def cancels(source: Source, use: ast.expr) -> bool:
    """True if a task, or each one of several, is cancelled there and no more."""
    outer = next(source.parents(use), None)
    if isinstance(outer, ast.Attribute):
        return outer.attr == "cancel"
    if not isinstance(outer, ast.For) or outer.iter is not use:
        return False
    return all(
        isinstance(each, ast.Expr) and isinstance(each.value, ast.Call) and called(each.value) == "cancel"
        for each in outer.body
    )
