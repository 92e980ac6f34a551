"""How to run a coroutine that nothing has awaited: code that works where it is put, or words."""

import ast
from collections.abc import Iterator
from itertools import takewhile
from typing import TypeGuard

from asyncdemo.findings.advice import LONGEST, arguments, call_of, derives, fits, in_place, is_in_coroutine, library
from asyncdemo.findings.evidence import Evidence, Place, has_run, seen_lines
from asyncdemo.findings.source import Function, Source, called, last_of

LATER = {"call_soon", "call_later", "call_at", "call_soon_threadsafe"}  # run a plain function in the loop
IN_THREAD = {"run_in_executor", "to_thread", "run_sync", "submit"}  # give back what it returns
MAPS = {"map"}  # give one after the other what it returns
ON_LOOP = LATER | {"add_done_callback", "add_signal_handler", "add_reader", "add_writer"}


def handed_over(evidence: Evidence, name: str) -> list[Place]:
    """The lines that hand a coroutine function to what only calls it: the only one, or those sure to have run."""
    found = [
        (path, source, use)
        for path, source in evidence.files.items()
        for use in source.uses_of(last_of(name))
        if _is_only_called(source, use)
    ]
    if len(found) > 1:
        seen = seen_lines(evidence)
        found = [each for each in found if has_run(*each[1:], seen.get(each[0], set()))]
    return sorted({(path, use.lineno) for path, _, use in found})


def _is_partial(outer: ast.AST, use: ast.expr) -> TypeGuard[ast.Call]:
    """True if functools.partial makes a function of this one, whose arguments are all given in their order."""
    return isinstance(outer, ast.Call) and called(outer) == "partial" and outer.args[:1] == [use] and not outer.keywords


def _is_only_called(source: Source, use: ast.expr) -> bool:
    """True if what takes a function calls it and nothing awaits what it returns."""
    outer, *around = source.parents(use)
    if _is_partial(outer, use):
        use, outer, *around = outer, *around
    if not isinstance(outer, ast.Call) or use not in outer.args:
        return False
    if called(outer) in ON_LOOP or (called(outer) in MAPS and isinstance(outer.func, ast.Name)):
        is_gathered = isinstance(around[0], ast.Starred)  # all that it gives is awaited together
        return called(outer) not in MAPS or not is_gathered
    return called(outer) in IN_THREAD and not _is_awaited_later(source, around)


def _is_awaited_later(source: Source, around: list[ast.AST]) -> bool:
    """True if the coroutine that comes back from a thread is awaited after all: at once, or by its name."""
    awaits = list(takewhile(lambda each: isinstance(each, ast.Await), around))
    if len(awaits) > 1:
        return True
    given = ast.walk(around[len(awaits)])
    names = {part.id for part in given if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return bool(names & source.awaited_names)


_ASYNCIO = frozenset({"asyncio"})
_SERVERS = ("fastapi", "starlette", "aiohttp", "quart", "sanic", "litestar", "uvicorn", "hypercorn")  # run the loop
_KEPT = " (and keep the task)"
_Placed = tuple[str, ast.expr]  # code, and the expression in place of which it is to be put
# What Python calls by itself and cannot await, and what there is in its place.
_ASYNC_TWINS = {
    "__enter__": "__aenter__, used by async with",
    "__exit__": "__aexit__, used by async with",
    "__iter__": "__aiter__, used by async for",
    "__next__": "__anext__, used by async for",
    "__del__": "an async method, close(), that its user awaits",
}


def instead_of_never_awaiting(evidence: Evidence, place: Place | None, name: str) -> str:
    """How to run the coroutine that was made, or ought to be made, at a line; `name` is its function's."""
    source = evidence.text(place[0] if place is not None else None)
    if place is None or not source.known:
        return "await the coroutine"
    if _is_test(source, name):
        return "derive the class from unittest.IsolatedAsyncioTestCase"
    if last_of(name) == "__init__":
        return (
            f"give {name.rpartition('.')[0] or 'the class'} a classmethod, async def create: __init__ cannot be async"
        )
    made = _made_at(source, place[1], name) or _made_by_library(evidence, source, place[1], name)
    for node in made:
        for code, target in _running(evidence, place[0], node):
            if fits(source, target, code):
                return code + _KEPT if "create_task(" in code else code
            if code.startswith("asyncio.run(") and not source.uses("asyncio") and fits(source, target, code, _ASYNCIO):
                return f"import asyncio at the top, and here: {code}"
    return _in_words(source, place[1], made[0] if made else None)


def _is_test(source: Source, name: str) -> bool:
    """True if it is a test that unittest calls, as the class of it does not await."""
    for function in source.named(name):
        owner = next(source.parents(function), None)
        if (
            isinstance(owner, ast.ClassDef)
            and function.name.startswith("test")
            and not source.every_call(function.name)
        ):
            return any(ast.unparse(base).rpartition(".")[2] == "TestCase" for base in owner.bases)
    return False


def _made_at(source: Source, line: int, name: str) -> list[ast.expr]:
    """What makes the coroutine in a line: a call, else a property, else a call that the function is handed to."""
    short = last_of(name)
    calls = [call for call in source.calls(name) if call.lineno <= line <= (call.end_lineno or 0)]
    uses = [use for use in source.uses_of(short) if use.lineno == line and not source.is_called(use)]
    return [*calls, *uses]


def _made_by_library(evidence: Evidence, source: Source, line: int, name: str) -> list[ast.expr]:
    """The call that is a whole line, where the coroutine is of a library's function that the line does not name."""
    if any(each.named(name) for each in evidence.files.values()):
        return []
    statements = [node for node in source.nodes if isinstance(node, ast.Expr) and node.lineno == line]
    return [node.value for node in statements if isinstance(node.value, ast.Call)]


def _running(evidence: Evidence, path: str, node: ast.expr) -> Iterator[_Placed]:
    """Code that runs a coroutine, and where it is to be put; the best first."""
    source = evidence.text(path)
    code = source.text_of(node)
    parents = list(source.parents(node))
    outer = parents[0] if parents else None
    if code is None:
        return
    is_property = isinstance(node, ast.Attribute) and _is_property(source, node.attr)
    if isinstance(outer, ast.Call) and node in outer.args and not is_property:
        given = outer.args.index(node)
        if _is_partial(outer, node) and isinstance(parents[1], ast.Call) and outer in parents[1].args:
            call = call_of(source, node, outer.args[1:])
            if call is not None and called(parents[1]) in ON_LOOP | IN_THREAD:
                yield from _called_too_soon(source, outer, parents[1], call)
            return
        if isinstance(node, ast.Call) and called(outer) == "start_soon" and given == 0 and not node.keywords:
            handed = arguments(source, [node.func, *node.args])
            if handed is not None:
                yield f"{source.text_of(outer.func)}({', '.join(handed)})", outer
                return
        if not isinstance(node, ast.Call):
            yield from _handed_over(source, node, outer, given)
            return
        if called(outer) in ON_LOOP | IN_THREAD:
            yield from _called_too_soon(source, node, outer, code)
            return
    if not isinstance(node, ast.Call) and not is_property:
        return
    is_asyncio = library(evidence, "asyncio") == "asyncio"
    if isinstance(outer, ast.Lambda) and _is_for_later(source, outer) and is_asyncio:
        yield f"{ast.unparse(ast.Lambda(outer.args, ast.Constant(0)))[:-1]}asyncio.create_task({code})", outer
    elif isinstance(outer, ast.ListComp | ast.GeneratorExp) and outer.elt is node and is_asyncio:
        yield from _gathered(source, outer)
    elif is_in_coroutine(source, node) or (source.awaits_outside and source.around(node.lineno) is None):
        yield in_place(source, node, f"await {code}")
    elif source.around(node.lineno) is None:
        if not any(isinstance(each, ast.Lambda | ast.ClassDef) for each in parents) and _may_run(evidence, path):
            yield _run(evidence, node, code), node
    elif is_asyncio and isinstance(outer, ast.Expr) and _runs_on_loop(evidence, source, source.around(node.lineno)):
        yield f"asyncio.create_task({code})", node


def _called_too_soon(source: Source, node: ast.Call, outer: ast.Call, code: str) -> Iterator[_Placed]:
    """A coroutine that was given, in place of a function, to what calls functions."""
    parent = next(source.parents(outer), None)
    if called(outer) in IN_THREAD:
        if isinstance(parent, ast.Await) and is_in_coroutine(source, outer):
            yield f"await {code}", parent
    elif called(outer) == "add_done_callback":
        yield f"lambda done: asyncio.create_task({code})", node
    else:
        yield f"lambda: asyncio.create_task({code})", node


def _gathered(source: Source, many: ast.ListComp | ast.GeneratorExp) -> Iterator[_Placed]:
    """All coroutines of a comprehension, awaited together; in a call whose only argument it is with its brackets."""
    outer = next(source.parents(many), None)
    code = source.text_of(many)
    if code is None or (isinstance(outer, ast.Starred) and outer.value is many):
        return
    code = code if code.startswith(("(", "[")) else f"({code})"
    if is_in_coroutine(source, many):
        alone = isinstance(many, ast.GeneratorExp) and isinstance(outer, ast.Call)
        yield (f"(await asyncio.gather(*{code}))" if alone else f"await asyncio.gather(*{code})"), many


def _may_run(evidence: Evidence, path: str) -> bool:
    """True if a loop may be started outside of functions: in the script, if it is not what a server loads."""
    return evidence.in_script(path) and not any(map(evidence.source.uses, _SERVERS))


def _run(evidence: Evidence, node: ast.expr, code: str) -> str:
    """A call that starts a loop, outside of functions."""
    used = library(evidence, "asyncio")
    if used != "asyncio" and isinstance(node, ast.Call) and not node.keywords:
        handed = arguments(evidence.source, [node.func, *node.args]) or []
        return f"{used}.run({', '.join(handed)})"
    return f"asyncio.run({code})"


def _handed_over(source: Source, node: ast.expr, outer: ast.Call, given: int) -> Iterator[_Placed]:
    """A coroutine function that was given to something that calls plain functions."""
    call = call_of(source, node, outer.args[given + 1 :])
    parent = next(source.parents(outer), None)
    if call is None or outer.keywords:
        return
    if called(outer) in IN_THREAD:
        if isinstance(parent, ast.Await) and is_in_coroutine(source, outer):
            yield f"await {call}", parent
    elif called(outer) == "call_soon" and is_in_coroutine(source, outer):
        yield f"asyncio.create_task({call})", outer
    elif called(outer) in LATER:
        before = arguments(source, outer.args[:given]) or []
        yield f"{source.text_of(outer.func)}({', '.join([*before, f'lambda: asyncio.create_task({call})'])})", outer
    elif called(outer) in MAPS and isinstance(outer.func, ast.Name) and is_in_coroutine(source, outer):
        whole = isinstance(parent, ast.Call) and called(parent) in ("list", "tuple") and len(parent.args) == 1
        target = parent if whole and isinstance(parent, ast.Call) else outer
        yield f"await asyncio.gather(*{source.text_of(outer)})", target


def _is_for_later(source: Source, function: ast.Lambda) -> bool:
    """True if the loop calls a lambda, so that it runs then."""
    outer = next(source.parents(function), None)
    return isinstance(outer, ast.Call) and called(outer) in (*LATER, "add_done_callback")


def _runs_on_loop(evidence: Evidence, source: Source, function: Function | None) -> bool:
    """True if a plain function is called by the loop: it is given to that as a callback, or a protocol's method."""
    if function is None or source.is_async(function):
        return False
    owner = next(source.parents(function), None)
    if isinstance(owner, ast.ClassDef) and derives(owner, "Protocol"):
        return True
    for text in evidence.files.values():
        for use in text.uses_of(function.name):
            outer = next(text.parents(use), None)
            if isinstance(outer, ast.Call) and use in outer.args and called(outer) in ON_LOOP:
                return True
    return False


def _is_property(source: Source, name: str) -> bool:
    some = source.named(name)
    return bool(some) and all("property" in ast.unparse(each) for function in some for each in function.decorator_list)


def _in_words(source: Source, line: int, made: ast.expr | None) -> str:
    """What to do where no code is sure to be right."""
    code = source.text_of(made) if made is not None else None
    if (callback := _done_callback(source, line)) is not None:
        return callback
    what = code if code is not None and len(code) <= LONGEST else "the coroutine"
    function = source.around(line)
    in_lambda = made is not None and any(isinstance(each, ast.Lambda) for each in source.parents(made))
    if function is None or source.is_async(function) or in_lambda:
        return f"await {what} in a coroutine, or make a task of it there"
    owner = next(source.parents(function), None)
    if isinstance(owner, ast.ClassDef) and function.name == "__init__":
        return f"give {owner.name} a classmethod, async def create, that makes the object and awaits {what}"
    if function.name.startswith("__") and function.name.endswith("__"):
        twin = _ASYNC_TWINS.get(function.name)
        return f"move it into {twin}" if twin else f"await {what} beforehand: {function.name} cannot"
    if any("property" in ast.unparse(each) for each in function.decorator_list):
        return f"make {function.name} a method, async def, instead of a property, and await {what} in it"
    if isinstance(owner, ast.ClassDef) and derives(owner, "TestCase") and not derives(owner, "IsolatedAsyncioTestCase"):
        return f"derive {owner.name} from unittest.IsolatedAsyncioTestCase, and await {what} in an async def"
    return f"make {function.name} an async def, and await {what} in it"


def _done_callback(source: Source, line: int) -> str | None:
    """What to do with a coroutine function that was to be a done-callback."""
    for call in source.calls_in(line):
        if called(call) == "add_done_callback" and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
            task, function = source.text_of(call.func.value), source.text_of(call.args[0])
            named = isinstance(call.func.value, ast.Name) and isinstance(call.args[0], ast.Name)
            then = f"await {task}, then await {function}({task})" if named else "await the task, then do what follows"
            return f"a done-callback is a plain function: {then}"
    return None
