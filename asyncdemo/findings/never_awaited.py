"""never-awaited: a coroutine object that nothing ran, and where asyncio was given something else than what it runs.

Of the latter Python says so in an error, and what it says is known for each function. The line is that of the call, and
the coroutines that were never awaited because of it are no findings of their own.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from asyncdemo.findings.advice import fits
from asyncdemo.findings.blocking import nested
from asyncdemo.findings.evidence import Evidence, Place, at, rule
from asyncdemo.findings.python_messages import Frame, Report
from asyncdemo.findings.running_advice import handed_over, instead_of_never_awaiting
from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, last_name, last_of
from asyncdemo.model.recording import Finding

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
    for report in evidence.errors:
        place = evidence.innermost(report.frames)
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
    if _call(evidence, dropped, report.name) is not None:
        return dropped
    misused = _misused_at(evidence, report)
    return dropped if misused is None and _calls_what_it_got(evidence.text(dropped[0]), dropped[1]) else misused


def _calls_what_it_got(source: Source, line: int) -> bool:
    """True if a line calls a parameter and drops what that gives, as the plain wrapper of a decorator does."""
    for call in source.calls_in(line):
        outer, *around = source.parents(call)
        if isinstance(outer, ast.Expr) and isinstance(call.func, ast.Name):
            scopes = [each.args for each in around if isinstance(each, FUNCTIONS)]
            if any(call.func.id == each.arg for scope in scopes for each in (*scope.posonlyargs, *scope.args)):
                return True
    return False


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
