"""spinning: a task asks again and again whether it may go on, in place of waiting until somebody says so.

Seen are the steps: the same task suspended at the same line thousands of times, each step short, no wait between two of
them, and hardly a step of anybody else. So does a loop that works in small pieces and lets others run in between: the
text tells these apart. Where it cannot, what ended it does: a task that asks goes on just after the step of another.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.evidence import Evidence, Place, rule, seconds
from asyncdemo.findings.source import Source, inside
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Spans

_TIMES = 1000  # steps in one go: to be fair to others, nobody lets them run so often in so short a time
_SHORT = 0.0002  # seconds: a step in which nothing is done but to ask
_MOSTLY = 0.9  # of the steps
_ALONE = 0.2  # of the time: if steps of others took more of it, there was somebody to let run
_MOST = 5  # lines that are looked at
_UNBROKEN = re.compile(rb"[^%c]+" % WAITING, re.DOTALL)


class _Chain(NamedTuple):
    """Steps of one task without a wait between; `before` and `last` are when the last two of them began."""

    task: int
    place: Place
    start: float
    end: float
    steps: int
    before: float
    last: float


@rule("spinning", 200, least=0.2)
def spinning(evidence: Evidence) -> list[Finding]:
    """A task polled without a pause, and kept a loop from being idle that had nothing else to do."""
    groups: dict[tuple[int | None, Place], list[_Chain]] = {}
    for chain in _chains(evidence):
        place = evidence.place(*chain.place)
        if place is not None and chain.end - chain.start >= evidence.thresholds["spinning"]:
            groups.setdefault((evidence.tasks[chain.task].thread, place), []).append(chain)
    by_time = sorted(groups.items(), key=lambda item: max(chain.start - chain.end for chain in item[1]))
    found = (_finding(evidence, thread, place, chains) for (thread, place), chains in by_time[:_MOST])
    return [finding for finding in found if finding is not None]


def _chains(evidence: Evidence) -> Iterator[_Chain]:
    """All steps that were made in one go and look like asking, of one task at one line each."""
    spans = evidence.spans
    for task in evidence.tasks:
        own = spans.of(task)
        if len(own) >= _TIMES:
            states = bytes(map(spans.states.__getitem__, own))
            for unbroken in _UNBROKEN.finditer(states):
                chain = _chain(spans, task, own[unbroken.start() : unbroken.end()])
                if chain is not None:
                    yield chain


def _chain(spans: Spans, task: int, own: Sequence[int]) -> _Chain | None:
    """The steps among the spans of a task that has not waited meanwhile, if they look like asking."""
    steps = [index for index in own if spans.states[index] != READY]
    if len(steps) < _TIMES:
        return None
    short = sum(spans.ends[index] - spans.starts[index] < _SHORT for index in steps)
    asked = [index for index in own if spans.states[index] == READY and index > steps[0]]
    places = {spans.places[spans.where[index]] for index in asked if spans.where[index] >= 0}
    if short < _MOSTLY * len(steps) or len(places) != 1:
        return None
    first, before, last = (spans.starts[steps[index]] for index in (0, -2, -1))
    return _Chain(task, places.pop(), first, spans.ends[steps[-1]], len(steps), before, last)


def _finding(evidence: Evidence, thread: int | None, place: Place, chains: list[_Chain]) -> Finding | None:
    asks = asks_at(evidence.text(place[0]), place[1])
    start, end = min(chain.start for chain in chains), max(chain.end for chain in chains)
    others, ended_it = _others(evidence, thread, chains, start, end)
    if asks is False or (asks is None and not ended_it) or others > _ALONE * (end - start):
        return None
    steps = sum(chain.steps for chain in chains)
    tasks = tuple(dict.fromkeys(chain.task for chain in chains))
    who = task_name(evidence.tasks[tasks[0]]) + (f" and {len(tasks) - 1} more" if len(tasks) > 1 else "")
    total = sum(chain.end - chain.start for chain in chains)
    return Finding(
        "spinning",
        "warning",
        *place,
        message=f"{who} asked {steps:,} times in {seconds(end - start)}, without a pause and with nothing else to do: "
        "the event loop was busy and never idle.",
        advice=_INSTEAD[evidence.tasks[tasks[0]].kind],
        seconds=total,
        times=len(chains),
        tasks=tasks,
        beside=((place[1], f"asked {steps:,} times in {seconds(end - start)}"),),
    )


_INSTEAD = {
    "asyncio": "wait for it by an asyncio.Event, a Future or a Queue; where nothing can tell, by asyncio.sleep(0.05)",
    "trio": "wait for it by a trio.Event or a memory channel; where nothing can tell, by trio.sleep(0.05)",
}


def _others(
    evidence: Evidence, thread: int | None, chains: list[_Chain], start: float, end: float
) -> tuple[float, bool]:
    """Seconds that steps of others took in a stretch, and whether one of those came just before the last time."""
    spans, own = evidence.spans, {chain.task for chain in chains}
    ends = [(chain.before, chain.last) for chain in chains]
    took, ended_it = 0.0, False
    others = (task.id for task in evidence.tasks.values() if task.thread == thread and task.id not in own)
    for index in (index for task in others for index in spans.of(task)):
        since, until = spans.starts[index], spans.ends[index]
        if spans.states[index] in (RUNNING, BLOCKED) and since < end and until > start:
            took += min(until, end) - max(since, start)
            ended_it = ended_it or any(before < since < last for before, last in ends)
    return took, ended_it


def asks_at(source: Source, line: int) -> bool | None:
    """True if a line is in a loop that only asks; None where the text cannot tell.

    A loop asks if nothing is done in it but to test and to pause. A `for` has an end.
    """
    around = source.around(line)
    loops = [node for node in source.nodes if isinstance(node, ast.While | ast.For | ast.AsyncFor) and _in(node, line)]
    loop = max(loops, key=lambda node: node.lineno, default=None)
    if around is None or loop is None or not _in(around, loop.lineno):
        return None
    if not isinstance(loop, ast.While):
        return False
    if any(isinstance(node, ast.ExceptHandler) and _in(node, line) for node in inside(loop)):
        return True  # nothing was there
    return not _works(loop, line)


def _in(node: ast.stmt | ast.ExceptHandler, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def _names(test: ast.expr) -> Iterator[str]:
    """The names that a test is about, each with its attributes as far as they are not called."""
    for node in ast.walk(test):
        if isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node)):
            yield name


def _works(loop: ast.While, line: int) -> bool:
    """True if a loop does something each time, apart from its tests and the pause in the line.

    A branch that leaves the loop is gone through once; and to count how often one has asked is no work.
    """
    nodes = list(inside(loop))
    ifs = [node for node in nodes if isinstance(node, ast.If)]
    tests = [loop.test, *(node.test for node in ifs)]
    if any(isinstance(part, ast.NamedExpr) for test in tests for part in ast.walk(test)):
        return True
    asked = {name for test in tests for name in _names(test)}
    branches = (branch for node in ifs for branch in (node.body, node.orelse) if branch)
    left = [each for branch in branches if isinstance(branch[-1], _LEAVES) for each in branch]
    pauses = [node for node in nodes if isinstance(node, ast.Await) and node.lineno == line]
    counts = [node.target for node in nodes if isinstance(node, ast.AugAssign) and _counts(node, asked)]
    idle = {id(part) for node in (*tests, *left, *pauses, *counts, *loop.orelse) for part in ast.walk(node)}
    return any(_does(node) for node in nodes if id(node) not in idle)


_LEAVES = (ast.Break, ast.Return, ast.Raise)
_LOOPS = (ast.While, ast.For, ast.AsyncFor)


def _does(node: ast.AST) -> bool:
    """True if something is called, handed on, or kept there; what a loop in the loop does, nobody follows."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return isinstance(node.ctx, ast.Store | ast.Del)
    return isinstance(node, (ast.Call, ast.Yield, *_LOOPS))


def _counts(node: ast.AugAssign, asked: set[str]) -> bool:
    """True if a name that no test is about goes up by a number."""
    name = _dotted(node.target)
    return isinstance(node.value, ast.Constant) and bool(name) and not any(_same(each, name) for each in asked)


def _same(name: str, other: str) -> bool:
    """True if two dotted names are the same thing, or one is a part of the other."""
    return bool(other) and (name == other or name.startswith(f"{other}.") or other.startswith(f"{name}."))
