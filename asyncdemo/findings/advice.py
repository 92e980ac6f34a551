"""The one thing to do about a finding: code that works where it is put, or words."""

import ast
import builtins
import warnings
from collections.abc import Iterable, Iterator

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.handed import IN_THREAD, LATER
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, last_name, last_of, parameters

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
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LONGEST = 100  # characters of advice that is code
_ASYNCIO = frozenset({"asyncio"})
_DEEPEST = 20  # plain functions that call one another

_IN_ONE_THREAD = "open the database and ask it in one function, and give that to {}"


def library(evidence: Evidence, kind: str) -> str:
    """The library that a person would turn to for a task of this kind: the one that the script imports."""
    used = [name for name in (kind, "anyio", "trio") if evidence.source.uses(name)]
    return used[0] if used else kind


def instead_of_blocking(evidence: Evidence, place: Place | None, kind: str, coroutine: str = "") -> str:
    """What to do about a blocking call at a line, for the library that runs the task, whose first function is given."""
    used, source = library(evidence, kind), evidence.source
    thread = _thread(evidence, used)
    in_words = f"call it from a coroutine, in a thread: {thread}"
    if place is None or not evidence.in_script(place[0]):
        return in_words
    if uses_database(source, place[1], place[1]):
        return _IN_ONE_THREAD.format(thread)
    if _is_handler(source, place[1]):
        return "logging.handlers.QueueHandler here, and a QueueListener that writes in a thread"
    call = _blocking_call(source, place[1])
    above = call if call is not None and _is_in_coroutine(source, call) else _call_above(source, place[1], coroutine)
    if above is not None and above is not call and _moves_database(source, above, place[1]):
        return _IN_ONE_THREAD.format(thread)
    code = None if above is None else _in_thread(source, above, used, thread)
    if above is None or code is None or not fits(source, above, code):
        return in_words
    return code if above is call else f"line {above.lineno}: {code}"


def instead_of_computing(evidence: Evidence, place: Place | None, kind: str) -> str:
    """Where to compute, for the library that runs the task: nothing can be moved into a process as it stands."""
    used = library(evidence, kind)
    if place is not None and evidence.in_script(place[0]) and uses_database(evidence.source, place[1], place[1]):
        return _IN_ONE_THREAD.format(_thread(evidence, used))
    if used == "asyncio":
        return "compute in a function of its own, and run that in a ProcessPoolExecutor"
    return "compute in a function of its own, and run that with anyio.to_process.run_sync"


def instead_of_never_awaiting(evidence: Evidence, place: Place | None, name: str) -> str:
    """How to run the coroutine that was made, or ought to be made, at a line; `name` is its function's."""
    source = evidence.source
    if place is None or not evidence.in_script(place[0]):
        return "await the coroutine"
    if _is_test(source, name):
        return "derive the class from unittest.IsolatedAsyncioTestCase"
    made = _made_at(source, place[1], name)
    for node in made:
        for code, target in _running(evidence, node):
            if fits(source, target, code):
                return code
            if code.startswith("asyncio.run(") and not source.uses("asyncio") and fits(source, target, code, _ASYNCIO):
                return f"import asyncio at the top, and here: {code}"
    return _running_in_words(source, place[1], source.text_of(made[0]) if made else None)


def instead_of_nesting(evidence: Evidence, place: Place | None) -> str:
    """What to write in place of a call that starts a loop inside of another."""
    source = evidence.source
    if place is not None and evidence.in_script(place[0]):
        for call in source.calls_in(place[1]):
            if called(call) not in ("run", "run_until_complete") or not call.args:
                continue
            given = call.args[0]
            code = source.text_of(given) or ""
            if not isinstance(given, ast.Call) and called(call) == "run" and source.receiver_text(call) != "asyncio":
                code = _call_of(source, given, call.args[1:]) or ""
            awaited = _in_place(source, call, f"await {code}")
            if code and _is_in_coroutine(source, call) and fits(source, awaited[1], awaited[0]):
                return awaited[0]
            function = source.around(call.lineno)
            if function is not None and not source.is_async(function):
                return f"make {function.name} an async def, and await the coroutine in it"
    return "await the coroutine; in a notebook too"


def fits(source: Source, node: ast.expr, code: str, imported: frozenset[str] = frozenset()) -> bool:
    """True if code can stand in place of an expression of the script: it compiles there, and its names are known.

    `imported` are names that the script is to import first.
    """
    text = source.with_other(node, code)
    if text is None or len(code) > _LONGEST or "\n" in code:
        return False
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if source.awaits_outside else 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<advice>", "exec", flags=flags, dont_inherit=True)
            parts = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    bound = {part.arg for part in parts if isinstance(part, ast.arg)}
    return all(source.knows(each, node) or hasattr(builtins, each) for each in names - bound - imported)


def _thread(evidence: Evidence, used: str) -> str:
    version = evidence.run.python.version or ""
    return "loop.run_in_executor" if used == "asyncio" and version.startswith("3.8.") else _THREADS[used]


def _moves_database(source: Source, call: ast.Call, line: int) -> bool:
    """Whether a connection to a database would get into another thread, were a call made there that leads to a line."""
    moved = [call, source.around(line), *source.named(called(call))]
    return any(each is not None and uses_database(source, each.lineno, each.end_lineno or 0) for each in moved)


def _is_in_coroutine(source: Source, node: ast.expr) -> bool:
    """Whether an await can stand in place of an expression: in an `async def`, and not in something that runs later."""
    for parent in source.parents(node):
        if isinstance(parent, FUNCTIONS):
            return isinstance(parent, ast.AsyncFunctionDef) and _is_in_body(parent, node)
        if isinstance(parent, ast.Lambda | ast.ClassDef | ast.GeneratorExp):
            return False
    return False


def _is_in_body(function: Function, node: ast.expr) -> bool:
    return function.body[0].lineno <= node.lineno or function.lineno == function.body[0].lineno


def _blocking_call(source: Source, line: int) -> ast.Call | None:
    """The only call in a line; of several in one another, the inner ones give the outer one its arguments."""
    calls = source.calls_in(line)
    outer = [call for call in calls if not any(call in list(ast.walk(each))[1:] for each in calls)]
    if len(outer) != 1:
        return None
    inner = [part for each in (*outer[0].args, outer[0].func) for part in ast.walk(each) if isinstance(part, ast.Call)]
    return outer[0] if not inner else None


def _call_above(source: Source, line: int, coroutine: str) -> ast.Call | None:
    """The only call, in a coroutine, of the plain function that a line is in, or of the one that calls that."""
    function = source.around(line)
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
        if len(inside) == 1 and _is_in_coroutine(source, inside[0]):
            return inside[0]
        function = next(iter(homes.values()))
    return None


def _in_thread(source: Source, call: ast.Call, used: str, thread: str) -> str | None:
    """A call as one that does not hold the loop."""
    if source.text_of(call.func) in source.names_of("time", "sleep") and len(call.args) == 1 and not call.keywords:
        given = source.text_of(call.args[0])
        return None if given is None else _in_place(source, call, f"await {used}.sleep({given})")[0]
    arguments = _arguments(source, call.args, call.keywords)
    function = source.text_of(call.func)
    if arguments is None or function is None or thread.startswith("loop."):
        return None
    if used != "asyncio" and call.keywords:
        return None  # these hand on arguments by place only
    return _in_place(source, call, f"await {thread}({', '.join([function, *arguments])})")[0]


def _arguments(source: Source, given: Iterable[ast.expr], keywords: Iterable[ast.keyword] = ()) -> list[str] | None:
    """Arguments as they stand in the source."""
    texts = [source.text_of(each) for each in given]
    for each in keywords:
        text = source.text_of(each.value)
        texts.append(None if text is None else f"{each.arg}={text}" if each.arg else f"**{text}")
    return None if None in texts else [text for text in texts if text is not None]


def _call_of(source: Source, function: ast.expr, arguments: Iterable[ast.expr]) -> str | None:
    name, given = source.text_of(function), _arguments(source, arguments)
    return None if name is None or given is None or isinstance(function, ast.Lambda) else f"{name}({', '.join(given)})"


def _is_handler(source: Source, line: int) -> bool:
    """Whether a line is what a handler of logging does: whoever logs anything calls it."""
    function = source.around(line)
    owner = next(source.parents(function), None) if function is not None else None
    named = function is not None and function.name in ("emit", "handle")
    return named and isinstance(owner, ast.ClassDef) and _derives(owner, "Handler")


def _derives(owner: ast.ClassDef, ending: str) -> bool:
    return any(ast.unparse(base).endswith(ending) for base in owner.bases)


def _is_test(source: Source, name: str) -> bool:
    """Whether it is a test that unittest calls, as the class of it does not await."""
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


def _running(evidence: Evidence, node: ast.expr) -> Iterable[tuple[str, ast.expr]]:
    """Code that runs a coroutine, and the expression in place of which it is to be put; the best first."""
    source = evidence.source
    code = source.text_of(node)
    parents = list(source.parents(node))
    outer = parents[0] if parents else None
    if code is None:
        return
    is_property = isinstance(node, ast.Attribute) and _is_property(source, node.attr)
    if isinstance(outer, ast.Call) and node in outer.args and not is_property:
        given = outer.args.index(node)
        if isinstance(node, ast.Call) and called(outer) == "start_soon" and given == 0 and not node.keywords:
            handed = _arguments(source, [node.func, *node.args])
            if handed is not None:
                yield f"{source.text_of(outer.func)}({', '.join(handed)})", outer
                return
        if not isinstance(node, ast.Call):
            yield from _handed_over(source, node, outer, given)
            return
    if not isinstance(node, ast.Call) and not is_property:
        return
    if isinstance(outer, ast.Lambda) and _is_for_later(source, outer) and library(evidence, "asyncio") == "asyncio":
        yield f"{ast.unparse(ast.Lambda(outer.args, ast.Constant(0)))[:-1]}asyncio.create_task({code})", outer
    elif _is_in_coroutine(source, node) or (source.awaits_outside and source.around(node.lineno) is None):
        yield _in_place(source, node, f"await {code}")
    elif source.around(node.lineno) is None and not any(
        isinstance(each, ast.Lambda | ast.ClassDef) for each in parents
    ):
        yield _run(evidence, node, code), node


def _run(evidence: Evidence, node: ast.expr, code: str) -> str:
    """A call that starts a loop, outside of functions."""
    used = library(evidence, "asyncio")
    if used != "asyncio" and isinstance(node, ast.Call) and not node.keywords:
        handed = _arguments(evidence.source, [node.func, *node.args]) or []
        return f"{used}.run({', '.join(handed)})"
    return f"asyncio.run({code})"


def _in_place(source: Source, node: ast.expr, code: str) -> tuple[str, ast.expr]:
    """An await, with brackets and what follows where something is done with its result at once: `(await f()).value`."""
    outer = next(source.parents(node), None)
    follows = (isinstance(outer, ast.Attribute | ast.Subscript) and outer.value is node) or (
        isinstance(outer, ast.Call) and outer.func is node
    )
    whole, part = source.text_of(outer) if follows and isinstance(outer, ast.expr) else None, source.text_of(node)
    if whole is None or part is None or not isinstance(outer, ast.expr):
        return (f"({code})" if follows else code), node
    return f"({code}){whole[len(part) :]}", outer


def _handed_over(source: Source, node: ast.expr, outer: ast.Call, given: int) -> Iterable[tuple[str, ast.expr]]:
    """A coroutine function that was given to something that calls plain functions."""
    call = _call_of(source, node, outer.args[given + 1 :])
    parent = next(source.parents(outer), None)
    if call is None or outer.keywords:
        return
    if called(outer) in IN_THREAD:
        if isinstance(parent, ast.Await) and _is_in_coroutine(source, outer):
            yield f"await {call}", parent
    elif called(outer) == "call_soon" and _is_in_coroutine(source, outer):
        yield f"asyncio.create_task({call})", outer
    elif called(outer) in LATER:
        before = _arguments(source, outer.args[:given]) or []
        yield f"{source.text_of(outer.func)}({', '.join([*before, f'lambda: asyncio.create_task({call})'])})", outer


def _is_for_later(source: Source, function: ast.Lambda) -> bool:
    """Whether the loop calls a lambda, so that it runs then."""
    outer = next(source.parents(function), None)
    return isinstance(outer, ast.Call) and called(outer) in (*LATER, "add_done_callback")


def _is_property(source: Source, name: str) -> bool:
    some = source.named(name)
    return bool(some) and all("property" in ast.unparse(each) for function in some for each in function.decorator_list)


def _running_in_words(source: Source, line: int, code: str | None) -> str:
    """What to do where no code is sure to be right."""
    function = source.around(line)
    if (callback := _done_callback(source, line)) is not None:
        return callback
    what = code if code is not None and len(code) <= _LONGEST else "the coroutine"
    if function is not None and not source.is_async(function):
        return f"make {function.name} an async def, and await {what} in it"
    return f"await {what} in a coroutine, or make a task of it there"


def _done_callback(source: Source, line: int) -> str | None:
    """What to do with a coroutine function that was to be a done-callback."""
    for call in source.calls_in(line):
        if called(call) == "add_done_callback" and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
            task, function = source.text_of(call.func.value), source.text_of(call.args[0])
            named = isinstance(call.func.value, ast.Name) and isinstance(call.args[0], ast.Name)
            then = f"await {task}, then await {function}({task})" if named else "await the task, then do what follows"
            return f"a done-callback is a plain function: {then}"
    return None
