"""The one thing to do about what holds a loop or starts a second one: code that works where it is put, or words."""

import ast
import builtins
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, inside, last_name, parameters

# What these modules connect to belongs to the thread that has opened it, or can do one thing at a time.
_MODULES = ("sqlite3", "psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql", "oracledb", "cx_Oracle", "pyodbc")
_GIVE_ONE = {"connect", "Connection", "cursor", "execute", "executemany", "executescript"}  # a connection or a cursor


def uses_database(source: Source, first: int, last: int) -> bool:
    """True if something between two lines, with both of them, is a database's module, connection or cursor."""
    if not any(map(source.uses, _MODULES)):
        return False
    names = _names(source)
    return any(
        first <= node.lineno <= last and last_name(node) in names
        for node in source.nodes
        if isinstance(node, ast.Name | ast.Attribute)
    )


def _names(source: Source) -> set[str]:
    """The names of all that is a connection or a cursor, anywhere in the script, and of the modules."""
    names = source.imported_from(_MODULES)
    bound = list(_bindings(source))
    while more := {name for name, value in bound if name not in names and _is_one(value, names)}:
        names |= more
    return names


def _bindings(source: Source) -> Iterator[tuple[str, ast.expr]]:
    """What each name may be: by assignment, by `with`, by `for`, by a call, by what a function returns."""
    for node in source.nodes:
        if isinstance(node, ast.Assign):
            yield from ((last_name(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield last_name(node.target), node.value
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield last_name(node.optional_vars), node.context_expr
        elif isinstance(node, ast.Return) and node.value is not None:
            yield from ((each.name, node.value) for each in source.parents(node) if isinstance(each, FUNCTIONS))
        elif isinstance(node, ast.Call):
            yield from (pair for function in source.named(called(node)) for pair in _given(function, node))


def _given(function: Function, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    places = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    is_method = isinstance(call.func, ast.Attribute) and places[:1] == ["self"]
    yield from zip(places[is_method:], call.args, strict=False)
    yield from ((each.arg, each.value) for each in call.keywords if each.arg in parameters(function))


def _is_one(value: ast.expr, names: set[str]) -> bool:
    """True if an expression is a connection or a cursor, where these names are."""
    match value:
        case ast.Name() | ast.Attribute():
            return last_name(value) in names
        case ast.Call(func=ast.Attribute(value=owner, attr=attribute)) if attribute in _GIVE_ONE:
            return _is_one(owner, names)
        case ast.Call(func=ast.Name(id="closing") | ast.Attribute(attr="closing"), args=[given]):
            return _is_one(given, names)
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in names
    return False


_THREADS = {"asyncio": "asyncio.to_thread", "anyio": "anyio.to_thread.run_sync", "trio": "trio.to_thread.run_sync"}
LONGEST = 100  # characters of advice that is code
_DEEPEST = 20  # plain functions that call one another
_QUICK = {"bool", "bytes", "float", "int", "len", "repr", "str"}  # builtins in arguments, which do not block
_WAITS_ITSELF = {"requests", "httpx"}  # what a call of these gives is there by then: `.json()` behind it is quick

_IN_ONE_THREAD = "open the database and ask it in one function, and give that to {}"
_IN_HANDLER = "logging.handlers.QueueHandler here, and a QueueListener that writes in a thread"


class _At(NamedTuple):
    """A call in a coroutine, and the file in which it is."""

    path: str
    source: Source
    call: ast.Call


def library(evidence: Evidence, kind: str) -> str:
    """The library that a person would turn to for a task of this kind: the one that the script imports."""
    used = [name for name in (kind, "anyio", "trio") if evidence.source.uses(name)]
    return used[0] if used else kind


def instead_of_blocking(
    evidence: Evidence, place: Place | None, kind: str, coroutine: str = "", through: Sequence[Place] = ()
) -> str:
    """What to do about a blocking call at a line, for the library that runs the task, whose first function is given.

    `through` are the lines that have called one another down to it, the outermost first, where they were seen.
    """
    used = library(evidence, kind)
    thread = _thread(evidence, used)
    in_words = f"call it from a coroutine, in a thread: {thread}"
    source = evidence.text(place[0] if place is not None else None)
    if place is None:
        return f"call it in a thread: await {thread}" if coroutine else in_words
    if not source.known:
        return in_words
    if uses_database(source, place[1], place[1]):
        return _IN_ONE_THREAD.format(thread)
    chain = [place, *reversed(through)]
    if any(_is_handler(evidence.text(path), line) for path, line in chain):
        return _IN_HANDLER
    call = _blocking_call(source, place[1])
    if call is not None and is_in_coroutine(source, call):
        found: _At | None = _At(place[0], source, call)
    else:
        found = _call_in_chain(evidence, chain) if through else _call_above(evidence, place, coroutine)
        if found is not None and _moves_database(evidence, found, place):
            return _IN_ONE_THREAD.format(thread)
    moved = None if found is None else _moved(found, place, used, thread)
    if moved is None and call is not None and is_in_coroutine(source, call):
        name = source.text_of(call.func)
        in_words = (
            f"await it in a thread: {thread}({name}{', ...' * bool(call.args or call.keywords)})"
            if name and len(name) < LONGEST / 2
            else in_words
        )
    return moved or in_words


def _moved(found: _At, place: Place, used: str, thread: str) -> str | None:
    """The call as one that does not hold the loop, with where that stands if it is not the line of the finding."""
    made = _in_thread(found.source, found.call, used, thread)
    if made is None:
        return None
    code, node = made
    imports = ""
    if not fits(found.source, node, code):
        if not fits(found.source, node, code, frozenset({used})):
            return None
        imports = f"import {used} at the top, and "
    if (found.path, node.lineno) == place:
        return f"{imports}here: {code}" if imports else code
    where = f"line {node.lineno}" + ("" if found.path == place[0] else f" of {PurePath(found.path).name}")
    return f"{imports}{where}: {_statement(found.source, node, code)}"


def _statement(source: Source, node: ast.expr, code: str) -> str:
    """The whole statement with code in place of an expression, where that is its value: `user = await ...`."""
    outer = next(source.parents(node), None)
    whole = code
    if isinstance(outer, ast.Return):
        whole = f"return {code}"
    elif isinstance(outer, ast.Assign) and outer.value is node and (to := source.text_of(outer.targets[0])):
        whole = f"{to} = {code}" if len(outer.targets) == 1 else code
    return whole if len(whole) <= LONGEST else code


def instead_of_blocking_in_callback(evidence: Evidence, place: Place | None, kind: str) -> str:
    """What to do about a blocking call at a line of a callback, in which nothing can be awaited.

    `kind` is that of the loop.
    """
    used, source = library(evidence, kind), evidence.text(place[0] if place is not None else None)
    thread, line = _thread(evidence, used), place[1] if place is not None else 0
    if uses_database(source, line, line):
        return _IN_ONE_THREAD.format(thread)
    if _is_handler(source, line):
        return _IN_HANDLER
    call = _blocking_call(source, line)
    made = None if call is None else _in_thread(source, call, used, thread)
    waits = made[0].removeprefix("await ") if made is not None and len(made[0]) <= LONGEST else thread
    start = "start a task in it, by asyncio.create_task" if used == "asyncio" else "have a task do this"
    return f"a callback cannot wait: {start}, and there use {waits}"


def instead_of_computing(evidence: Evidence, place: Place | None, kind: str) -> str:
    """Where to compute, for the library that runs the task: nothing can be moved into a process as it stands."""
    used = library(evidence, kind)
    if place is not None and uses_database(evidence.text(place[0]), place[1], place[1]):
        return _IN_ONE_THREAD.format(_thread(evidence, used))
    if used == "asyncio":
        return "compute in a function of its own, and run that in a ProcessPoolExecutor"
    return "compute in a function of its own, and run that with anyio.to_process.run_sync"


def instead_of_nesting(evidence: Evidence, place: Place | None) -> str:
    """What to write in place of a call that starts a loop inside of another."""
    source = evidence.text(place[0] if place is not None else None)
    for call in source.calls_in(place[1]) if place is not None else ():
        if called(call) not in ("run", "run_until_complete") or not call.args:
            continue
        given = call.args[0]
        code = source.text_of(given) or ""
        if not isinstance(given, ast.Call) and called(call) == "run" and ast.unparse(call.func) != "asyncio.run":
            code = call_of(source, given, call.args[1:]) or ""
        awaited = in_place(source, call, f"await {code}")
        if code and is_in_coroutine(source, call) and fits(source, awaited[1], awaited[0]):
            return awaited[0]
        function = source.around(call.lineno)
        if function is not None and not source.is_async(function):
            return f"make {function.name} an async def, and await the coroutine in it"
    return "await the coroutine; in a notebook too"


def fits(source: Source, node: ast.expr, code: str, imported: frozenset[str] = frozenset()) -> bool:
    """True if code can stand in place of an expression of a file: it compiles there, and its names are known.

    `imported` are names that the file is to import first.
    """
    text = source.with_other(node, code)
    if text is None or len(code) > LONGEST:
        return False
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if source.awaits_outside else 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<advice>", "exec", flags=flags, dont_inherit=True)
            parts = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    bound = {part.arg for part in parts if isinstance(part, ast.arg)}
    bound |= {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return all(source.knows(each, node) or hasattr(builtins, each) for each in names - bound - imported)


def _thread(evidence: Evidence, used: str) -> str:
    version = evidence.run.python.version or ""
    return "loop.run_in_executor" if used == "asyncio" and version.startswith("3.8.") else _THREADS[used]


def _moves_database(evidence: Evidence, found: _At, place: Place) -> bool:
    """True if a connection to a database would get into another thread, were a call made there that leads to a line."""
    inner = evidence.text(place[0])
    moved = [(found.source, found.call), (inner, inner.around(place[1]))]
    moved += [(inner, each) for each in inner.named(called(found.call))]
    return any(node is not None and uses_database(text, node.lineno, node.end_lineno or 0) for text, node in moved)


def is_in_coroutine(source: Source, node: ast.expr) -> bool:
    """True if an await can stand in place of an expression: in an `async def`, and not in something that runs later."""
    for parent in source.parents(node):
        if isinstance(parent, FUNCTIONS):
            return isinstance(parent, ast.AsyncFunctionDef) and _is_in_body(parent, node)
        if isinstance(parent, ast.Lambda | ast.ClassDef | ast.GeneratorExp):
            return False
    return False


def _is_in_body(function: Function, node: ast.expr) -> bool:
    return function.body[0].lineno <= node.lineno or function.lineno == function.body[0].lineno


def _blocking_call(source: Source, line: int) -> ast.Call | None:
    """The only call in a line; of several in one another, the one that is known to wait, if the others are quick."""
    calls = source.calls_in(line)
    known = [call for call in calls if _root(call) in _WAITS_ITSELF & source.imported_from(_WAITS_ITSELF)]
    outer = [call for call in calls if not any(call in list(ast.walk(each))[1:] for each in calls)]
    if len(outer) != 1:
        return None
    inner = [part for each in (*outer[0].args, outer[0].func) for part in ast.walk(each) if isinstance(part, ast.Call)]
    inner = [part for part in inner if not (isinstance(part.func, ast.Name) and part.func.id in _QUICK)]
    return outer[0] if not inner else known[0] if len(known) == 1 else None


def only_call(source: Source, line: int) -> int | None:
    """The line of the only call in a coroutine that is not awaited, and is of no builtin; None if there are others."""
    function = source.around(line)
    calls = [node for node in inside(function) if isinstance(node, ast.Call)] if function is not None else []
    plain = [call for call in calls if not source.is_awaited(call) and not hasattr(builtins, called(call))]
    return plain[0].lineno if len(plain) == 1 else None


def _root(call: ast.Call) -> str:
    """The name with which a dotted name of a function begins: `requests` of `requests.get`."""
    root: ast.expr = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    return root.id if isinstance(root, ast.Name) else ""


def _call_in_chain(evidence: Evidence, chain: Sequence[Place]) -> _At | None:
    """The call in the innermost coroutine of those that were seen to call one another, the innermost line first."""
    for (path, line), (outer_path, outer_line) in pairwise(chain):
        function, outer = evidence.text(path).around(line), evidence.text(outer_path)
        around = outer.around(outer_line)
        if function is None or around is None:
            return None
        if outer.is_async(around):
            call = _call_at(outer, outer_line, _called_as(evidence.text(path), function))
            return None if call is None or not is_in_coroutine(outer, call) else _At(outer_path, outer, call)
    return None


def _called_as(source: Source, function: Function) -> str:
    """The name by which a function is called: of an `__init__` that of its class."""
    owner = next(source.parents(function), None)
    return owner.name if function.name == "__init__" and isinstance(owner, ast.ClassDef) else function.name


def _call_at(source: Source, line: int, name: str) -> ast.Call | None:
    """The only call of that name in a line, else the only call that is not an argument of another."""
    calls = [node for node in source.nodes if isinstance(node, ast.Call)]
    calls = [call for call in calls if call.lineno <= line <= (call.end_lineno or 0)]
    named = [call for call in calls if called(call) == name]
    if not named:
        named = [call for call in calls if not any(call in list(ast.walk(each))[1:] for each in calls)]
    return named[0] if len(named) == 1 else None


def _call_above(evidence: Evidence, place: Place, coroutine: str) -> _At | None:
    """The only call, in a coroutine, of the plain function that a line is in, or of the one that calls that."""
    source = evidence.text(place[0])
    function = source.around(place[1])
    for _ in range(_DEEPEST):
        if function is None or source.is_async(function) or len(source.named(function.name)) > 1:
            return None
        calls = source.every_call(function.name)
        homes = {id(home): home for call in calls if (home := source.around(call.lineno)) is not None}
        if len(homes) > 1:
            homes = {key: home for key, home in homes.items() if home.name == coroutine}
        inside = [call for call in calls if id(source.around(call.lineno)) in homes]
        if len(homes) != 1 or not inside:
            return None
        if len(inside) == 1 and is_in_coroutine(source, inside[0]):
            return _At(place[0], source, inside[0])
        function = next(iter(homes.values()))
    return None


def _in_thread(source: Source, call: ast.Call, used: str, thread: str) -> tuple[str, ast.expr] | None:
    """A call as one that does not hold the loop, and the expression in place of which that is put."""
    if source.text_of(call.func) in source.names_of("time", "sleep") and len(call.args) == 1 and not call.keywords:
        given = source.text_of(call.args[0])
        return None if given is None else in_place(source, call, f"await {used}.sleep({given})")
    given_on = arguments(source, call.args, call.keywords)
    function = source.text_of(call.func)
    if given_on is None or function is None or thread.startswith("loop."):
        return None
    if used != "asyncio" and call.keywords:
        return None  # these hand on arguments by place only
    return in_place(source, call, f"await {thread}({', '.join([function, *given_on])})")


def arguments(source: Source, given: Iterable[ast.expr], keywords: Iterable[ast.keyword] = ()) -> list[str] | None:
    """Arguments as they stand in the source."""
    texts = [source.text_of(each) for each in given]
    for each in keywords:
        text = source.text_of(each.value)
        texts.append(None if text is None else f"{each.arg}={text}" if each.arg else f"**{text}")
    return None if None in texts else [text for text in texts if text is not None]


def call_of(source: Source, function: ast.expr, given: Iterable[ast.expr]) -> str | None:
    """The code that calls a function with these arguments; None of a lambda."""
    name, texts = source.text_of(function), arguments(source, given)
    return None if name is None or texts is None or isinstance(function, ast.Lambda) else f"{name}({', '.join(texts)})"


def in_place(source: Source, node: ast.expr, code: str) -> tuple[str, ast.expr]:
    """An await, with brackets and what follows where something is done with its result at once: `(await f()).value`.

    Where what follows is awaited, and is no call, that await is what the person has meant: it goes.
    """
    outer: ast.AST | None = None
    inner: ast.AST = node
    for parent in source.parents(node):
        follows = (isinstance(parent, ast.Attribute | ast.Subscript) and parent.value is inner) or (
            isinstance(parent, ast.Call) and parent.func is inner
        )
        if not follows:
            break
        outer = inner = parent
    above = next(source.parents(node), None)
    if outer is None and isinstance(above, ast.Await) and code.startswith("await "):
        return code, above  # it was awaited, and is nothing that can be
    whole, part = source.text_of(outer) if outer is not None else None, source.text_of(node)
    if outer is None or not isinstance(outer, ast.expr):
        return code, node
    if whole is None or part is None or not whole.startswith(part):
        return f"({code})", node
    above = next(source.parents(outer), None)
    is_all = isinstance(above, ast.Await) and not isinstance(outer, ast.Call)
    return f"({code}){whole[len(part) :]}", above if is_all and isinstance(above, ast.Await) else outer


def _is_handler(source: Source, line: int) -> bool:
    """True if a line is what a handler of logging does: whoever logs anything calls it."""
    function = source.around(line)
    owner = next(source.parents(function), None) if function is not None else None
    named = function is not None and function.name in ("emit", "handle")
    return named and isinstance(owner, ast.ClassDef) and derives(owner, "Handler")


def derives(owner: ast.ClassDef, ending: str) -> bool:
    """True if the name of one of a class's bases ends so."""
    return any(ast.unparse(base).endswith(ending) for base in owner.bases)
