"""Objects in the wrong place: of another loop, used by two tasks at once, or never closed.

wrong-loop, shared-stream, unclosed-resource.
"""

import ast
import re

from asyncdemo.analysis.standstill_words import at_line
from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.evidence import Evidence, Place, at, rule
from asyncdemo.findings.python_messages import Report
from asyncdemo.findings.source import Source, called, last_name, last_of
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import WAITING, Task

_BOUND = re.compile(r"RuntimeError: <(?P<what>[\w.]+) .*is bound to a different event loop$")
_ATTACHED = re.compile(r"(?:RuntimeError|ValueError): .*(?:attached to a different loop|belong to a different loop)")
_NO_LOOP = re.compile(r"RuntimeError: There is no current event loop in thread (?P<thread>'.+?')")
_AGAIN = "make it in the coroutine that uses it, or call asyncio.run() only once"


def is_wrong_loop(error: str) -> bool:
    """True of an error that says that something belongs to another event loop, or that there is none."""
    return any(form.match(error) for form in (_BOUND, _ATTACHED, _NO_LOOP))


@rule("wrong-loop", 70, said=True)
def wrong_loop(evidence: Evidence) -> list[Finding]:
    """Something was used in another event loop than the one to which it belongs, or where there is none."""
    found: dict[Place | None, Finding] = {}
    for report in evidence.errors:
        if is_wrong_loop(report.error):
            place = evidence.innermost(report.frames)
            found.setdefault(place, _wrong(evidence, place, report))
    return list(found.values())


def _wrong(evidence: Evidence, place: Place | None, report: Report) -> Finding:
    none, bound = _NO_LOOP.match(report.error), _BOUND.match(report.error)
    if none is not None:
        message = f"There is no event loop in thread {none['thread']} here, and get_event_loop() makes none."
        advice, beside = "asyncio.run(main()), and get_running_loop() in its coroutines", "no event loop here"
    else:
        name, first = _first_use(evidence, place)
        what = (
            f"{name} (a {last_of(bound['what'])})"
            if bound and name
            else f"The {last_of(bound['what'])}"
            if bound
            else name
        )
        where = f", in which it was first used ({at_line(first, place[0] if place else None)})" if first else ""
        message = f"{what or 'Something here'} belongs to another event loop{where}."
        advice, beside = _AGAIN, "belongs to another event loop"
    return Finding(
        "wrong-loop", "error", *at(place), message=message, advice=advice, beside=((place[1], beside),) if place else ()
    )


def _first_use(evidence: Evidence, place: Place | None) -> tuple[str | None, Place | None]:
    """The name of the object that a line uses, and where the first function that ran in another loop uses it."""
    source = evidence.text(place[0] if place is not None else None)
    if place is None:
        return None, None
    here = source.around(place[1])
    mains = sorted((task for task in evidence.tasks.values() if task.parent is None), key=lambda task: task.created)
    for used in _used(source, place[1]):
        name = last_name(used)
        for function in (each for main in mains for each in source.named(main.coroutine)):
            uses = [use.lineno for use in source.uses_of(name) if source.around(use.lineno) is function]
            if function is not here and uses:
                return source.text_of(used), (place[0], min(uses))
        return source.text_of(used), None
    return None, None


def _used(source: Source, line: int) -> list[ast.expr]:
    """The objects whose methods a line calls, or that it enters by `async with`."""
    called_on = [
        call.func.value
        for call in source.calls_in(line)
        if isinstance(call.func, ast.Attribute) and source.receiver(call) not in (None, "?")
    ]
    entered = [
        item.context_expr
        for node in source.nodes
        if isinstance(node, ast.AsyncWith) and node.lineno == line
        for item in node.items
        if isinstance(item.context_expr, ast.Name | ast.Attribute)
    ]
    return [*called_on, *entered]


_SHARED = re.compile(
    r"called while another coroutine is already waiting for incoming data"
    r"|cannot call \w+ while another coroutine is already running"
    r"|Concurrent call to receive\(\) is not allowed"
    r"|another operation is in progress"
    r"|BusyResourceError: |Another task is already (?:reading|receiving|writing|sending)"
)


def is_shared(error: str) -> bool:
    """True of an error that says that two tasks have used something at the same time."""
    return _SHARED.search(error) is not None


@rule("shared-stream", 120, said=True)
def shared_stream(evidence: Evidence) -> list[Finding]:
    """Two tasks used one stream or connection at the same time."""
    found: dict[Place | None, Finding] = {}
    for report in evidence.errors:
        if is_shared(report.error):
            place = evidence.innermost(report.frames)
            found.setdefault(place, _shared(evidence, place))
    return list(found.values())


def _shared(evidence: Evidence, place: Place | None) -> Finding:
    other = _waits_there(evidence, place)
    who = (
        f": {task_name(other[0])} already waited for it ({at_line(other[1], place[0] if place else None)})"
        if other
        else ""
    )
    return Finding(
        "shared-stream",
        "error",
        *at(place),
        message=f"Two tasks used one stream or connection at the same time{who}.",
        advice="let one task read and hand on through a queue, or hold an asyncio.Lock from request to answer",
        beside=((place[1], "another task was using it"),) if place else (),
        tasks=(other[0].id,) if other else (),
    )


def _waits_there(evidence: Evidence, place: Place | None) -> tuple[Task, Place] | None:
    """The only task that was waiting for a stream when another one failed in a line."""
    failed = [
        task.ended
        for task in evidence.tasks.values()
        if task.raised is not None and evidence.place(task.raised.path, task.raised.line) == place
    ]
    spans, found = evidence.spans, dict[int, Place]()
    for index, state in enumerate(spans.states):
        if state == WAITING and any(
            end is not None and spans.starts[index] <= end <= spans.ends[index] for end in failed
        ):
            reason = spans.reasons.get(spans.where[index])
            where = evidence.place(*spans.places[spans.where[index]]) if spans.where[index] >= 0 else None
            if where is not None and reason is not None and reason.wait in ("stream.read", "socket", "receive"):
                found[spans.tasks[index]] = where
    tasks = [key for key in found if key in evidence.tasks]
    return (evidence.tasks[tasks[0]], found[tasks[0]]) if len(tasks) == 1 else None


_UNCLOSED = re.compile(
    r"^(?:(?P<path>(?:(?<!\w)[A-Za-z]:(?=[\\/]))?[^\s:][^:\n]*):(?P<line>\d+): ResourceWarning: )?"
    r"(?:[Uu]nclosed (?P<what>client session|connector|transport|event loop|connection)"
    r"|unclosed (?P<object><(?:socket\.socket|asyncio\.\w+|_\w+Transport)\b))"
)
_MAKERS = {
    "client session": ("ClientSession",),
    "connection": ("connect",),
    "transport": ("open_connection", "open_unix_connection", "create_connection"),
}
_WROTE = ("loop", "warning", "shown", "python")


@rule("unclosed-resource", 250, said=True)
def unclosed_resource(evidence: Evidence) -> list[Finding]:
    """A session or a transport was thrown away that nothing had closed, as aiohttp or Python says."""
    found: dict[str, Finding] = {}
    until = evidence.stopped_at
    for output in evidence.run.output:
        if output.stream != "stderr" or output.writer not in _WROTE or (until is not None and output.at >= until):
            continue
        for line in output.text.splitlines():
            told = _UNCLOSED.match(line)
            if told is not None:
                what = told["what"] or told["object"].strip("<>").rpartition(".")[2].lstrip("_")
                found.setdefault(what, _unclosed(evidence, what))
    for outer, inner in (("client session", "connector"), ("transport", "socket")):  # the one has the other
        if outer in found:
            found.pop(inner, None)
    return list(found.values())


def _unclosed(evidence: Evidence, what: str) -> Finding:
    place = _made(evidence, what)
    session = what == "client session"
    code = "async with aiohttp.ClientSession() as session: once, around all requests"
    return Finding(
        "unclosed-resource",
        "warning",
        *at(place),
        message=f"A {what} was thrown away that nothing had closed: its connections stay open until then.",
        advice=code if session else "close it in a finally, and await its wait_closed() where it has one",
        beside=((place[1], f"this {what} was never closed"),) if place else (),
    )


def _made(evidence: Evidence, what: str) -> Place | None:
    """The only call that makes such an object and gives it to a name that nothing closes, and not in a `with`."""
    calls = [
        (path, source, call)
        for path, source in evidence.files.items()
        for name in _MAKERS.get(what, ())
        for call in source.every_call(name)
        if not _is_closed(source, call)
    ]
    places = {(path, call.lineno) for path, _, call in calls}
    handed_on = any(_is_handed_on(source, call) for _, source, call in calls)
    return places.pop() if len(places) == 1 and not handed_on else None


_ENTERS = (
    "enter_async_context",
    "enter_context",
    "push_async_exit",
    "aclosing",
    "closing",
)  # close what they are given
_SAME = (ast.Await, ast.IfExp, ast.BoolOp)  # give on what they are made of


def _taker(source: Source, node: ast.AST) -> ast.AST | None:
    """What takes the value of an expression."""
    return next((parent for parent in source.parents(node) if not isinstance(parent, _SAME)), None)


def _closes(taker: ast.AST | None) -> bool:
    return isinstance(taker, ast.withitem) or (isinstance(taker, ast.Call) and called(taker) in _ENTERS)


def _targets(taker: ast.AST | None) -> list[ast.Name | ast.Attribute | ast.Subscript]:
    """All that a value is assigned to."""
    match taker:
        case ast.Assign(targets=targets):
            pass
        case ast.AnnAssign(target=target) | ast.NamedExpr(target=target):
            targets = [target]
        case _:
            targets = []
    every = (node for target in targets for node in ast.walk(target))
    places = (node for node in every if isinstance(node, ast.Name | ast.Attribute | ast.Subscript))
    return [node for node in places if isinstance(node.ctx, ast.Store)]


def _uses(source: Source, call: ast.Call) -> list[ast.expr]:
    """Where the file reads a name, in the function of the call, or an attribute, to which its value is assigned."""
    function = source.around(call.lineno)
    return [
        use
        for name in map(ast.unparse, _targets(_taker(source, call)))
        for use in source.uses_of(last_of(name))
        if ast.unparse(use) == name and (isinstance(use, ast.Attribute) or source.around(use.lineno) is function)
    ]


def _is_closed(source: Source, call: ast.Call) -> bool:
    """True if what a call gives is closed, or entered, at once or by its name."""
    takers = [_taker(source, each) for each in (call, *_uses(source, call))]
    return any(
        _closes(each) or (isinstance(each, ast.Attribute) and each.attr in ("close", "aclose")) for each in takers
    )


def _is_handed_on(source: Source, call: ast.Call) -> bool:
    """True if others get what a call gives before it has a name, or as what a function returns: they may close it."""
    taker = _taker(source, call)
    if not isinstance(taker, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.Expr):
        return True
    if any(isinstance(target, ast.Subscript) for target in _targets(taker)):
        return True
    return any(isinstance(_taker(source, use), ast.Return | ast.Yield) for use in _uses(source, call))
