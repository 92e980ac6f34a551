"""Where asyncio was given something else than what it runs: a list of coroutines, or a function that was not called.

Python says so in an error, and what it says is known for each function. The line is that of the call, and the
coroutines that were never awaited because of it are no findings of their own.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from asyncdemo.findings.advice import fits
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.source import Source, called, last_name

_IN_A_LIST = re.compile(
    r"TypeError: .*unhashable type: '(?:list|set|dict)'|TypeError: An asyncio\.Future, a coroutine or"
)
_NO_TASKS = re.compile(r"TypeError: Passing coroutines is forbidden")
_A_FUNCTION = re.compile(
    r"(?:TypeError|ValueError): (?:a coroutine was expected, got <(?:function|bound method) "
    r"|object (?:function|method) can't be used in 'await' expression|'(?:function|method)' object can't be awaited"
    r"|An asyncio\.Future, a coroutine or)"
)
_GENERATOR = re.compile(
    r"TypeError: .*(?:'async_generator' object is not iterable|object async_generator can't be used)"
)
_TAKES_MANY = ("gather",)
_TAKES_ONE = (
    "create_task",
    "ensure_future",
    "run",
    "run_until_complete",
    "wait_for",
    "shield",
    "run_coroutine_threadsafe",
)


class Misgiven(NamedTuple):
    """What was wrong at a line, in words, and what to write there; `names` are the coroutines that never ran by it."""

    place: Place
    message: str
    advice: str
    beside: str
    names: frozenset[str]


def misgiven(evidence: Evidence) -> list[Misgiven]:
    """Each of them once, in the order in which their errors came."""
    found: dict[Place, Misgiven] = {}
    for report in evidence.reports:
        place = evidence.innermost(report.frames) if report.kind in ("raised", "never-retrieved") else None
        if place is not None and place not in found:
            for each in _at(evidence, place, report.error):
                found.setdefault(place, each)
    return list(found.values())


def _at(evidence: Evidence, place: Place, error: str) -> Iterator[Misgiven]:
    source = evidence.text(place[0])
    names = frozenset(each.name for each in evidence.reports if each.kind == "never-awaited")
    for call in source.calls_in(place[1]):
        given = call.args[0] if call.args else None
        if given is None or isinstance(given, ast.Starred):
            continue
        if called(call) in _TAKES_MANY and len(call.args) == 1 and _IN_A_LIST.match(error):
            told = "gather() takes coroutines one by one, and got one list of them: none of them has run."
            yield Misgiven(place, told, _spread(source, call, given), "got a list of coroutines", names)
        elif called(call) == "wait" and _NO_TASKS.match(error):
            told = "asyncio.wait() takes tasks, and got coroutines: none of them has run."
            yield Misgiven(place, told, _with_tasks(source, given), "got coroutines, and wants tasks", names)
        elif called(call) in _TAKES_ONE and _A_FUNCTION.match(error):
            yield from _not_called(evidence, source, place, given)
    if _GENERATOR.match(error):
        yield from _not_iterated(evidence, source, place)
    if "await" in error:
        awaits = (node for node in source.nodes if isinstance(node, ast.Await) and node.lineno == place[1])
        for node in awaits:
            yield from _not_called(evidence, source, place, node.value)


def _not_iterated(evidence: Evidence, source: Source, place: Place) -> Iterator[Misgiven]:
    """An asynchronous generator that was iterated, or awaited, as if it were something else."""
    for call in source.calls_in(place[1]):
        functions = [each for text in evidence.files.values() for each in text.named(called(call))]
        if any(source.is_async(each) for each in functions):
            name, code = called(call), source.text_of(call)
            loop = next(
                (each for each in source.parents(call) if isinstance(each, ast.For) and each.iter is call), None
            )
            to = ast.unparse(loop.target) if loop is not None else "each"
            told = f"{name}() makes an asynchronous generator, which only async for can go through."
            yield Misgiven(place, told, f"async for {to} in {code}:", f"{name}() wants async for", frozenset())


def _spread(source: Source, call: ast.Call, given: ast.expr) -> str:
    function, code = source.text_of(call.func), source.text_of(given)
    keywords = "".join(f", {each.arg}={source.text_of(each.value)}" for each in call.keywords if each.arg)
    spread = f"{function}(*{code}{keywords})"
    return spread if fits(source, call, spread) else "put a star before the list: gather(*jobs)"


def _with_tasks(source: Source, given: ast.expr) -> str:
    code = None
    if isinstance(given, ast.ListComp | ast.SetComp):
        made = f"asyncio.create_task({source.text_of(given.elt)})"
        code = f"[{made} {' '.join(ast.unparse(each).strip() for each in given.generators)}]"
    elif isinstance(given, ast.List | ast.Set):
        code = f"[{', '.join(f'asyncio.create_task({source.text_of(each)})' for each in given.elts)}]"
    return code if code is not None and fits(source, given, code) else "make a task of each: asyncio.create_task(...)"


def _not_called(evidence: Evidence, source: Source, place: Place, given: ast.expr) -> Iterator[Misgiven]:
    """A function that was given where its coroutine was wanted."""
    name = last_name(given)
    functions = [each for text in evidence.files.values() for each in text.named(name)] if name else []
    if not functions or not any(isinstance(each, ast.AsyncFunctionDef) for each in functions):
        return
    code = f"{source.text_of(given)}()"
    every = functions[0].args
    needed = len(every.posonlyargs) + len(every.args) - len(every.defaults)
    takes = needed - (bool(every.args) and every.args[0].arg in ("self", "cls"))
    advice = code if takes <= 0 and fits(source, given, code) else f"call it: {name}(...) makes the coroutine"
    told = f"{name} is a function, and was not called: its coroutine is wanted here."
    yield Misgiven(place, told, advice, f"{name} was not called", frozenset())
