"""Programs that do not end: deadlock, stuck, endless-step, self-wait, blocked-exit, pool-exhausted."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from asyncdemo.analysis import standstill_words as words
from asyncdemo.analysis.standstill_words import at_line
from asyncdemo.analysis.standstills import OUTSIDE, Circle, Stand, Threads, Waiter
from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.advice import instead_of_blocking, instead_of_computing
from asyncdemo.findings.evidence import Evidence, Place, at, rule, seconds
from asyncdemo.findings.source import FUNCTIONS, last_of
from asyncdemo.model.recording import Finding, Severity
from asyncdemo.model.spans import BLOCKED, RUNNING
from asyncdemo.model.traces import Place as Frame
from asyncdemo.model.traces import StandingLoop, StandingTask, StandingThread

NOTHING = "nothing can wake this program: no timer, no input, no thread"
_NOTHING = f"{NOTHING[0].upper()}{NOTHING[1:]}."
_PART = 0.5  # of the time up to then: what stood still for so long has stood still for most of the run
_LOST = 0.1  # seconds for which a task has waited whose workers have all failed: it is no matter of a moment
_LEAST = 0.3  # seconds that it has to have stood still all the same

_ADVICE = {
    "lock": "release it on every path: hold it by async with",
    "semaphore": "release each permit: hold it by async with",
    "event": "call its set() on every path, also after an error",
    "condition": "call its notify() or notify_all() after each change",
    "barrier": "start as many tasks as the barrier waits for",
    "queue.get": "put in as many items as are taken out, or a last one that says stop",
    "queue.put": "get from the queue in a task that stays alive, or make the queue larger",
    "queue.join": "call task_done() once for each item, in a finally",
    "receive": "close every sender when it is done: async with send:",
    "send": "receive in a task that stays alive, or close the receiver",
    "future": "set its result or its exception on every path",
    "process": "use communicate(): it reads the output while it waits",
    "stream.drain": "read at the other side while this one writes",
    "connections": "close each connection's writer, too, or call the server's close_clients() (Python 3.13)",
    "no line end": "end each message with a newline where it is sent, or use read(n)",
    "not the end": "close the other side when it has sent all: write_eof(), or close(), also of a process's stdin",
    "too few": "send as many bytes as are read here, or use read(n)",
}
_IN_CIRCLE = {
    "event": "let one of them call set() before it waits for the other's event",
    "queue.get": "let one of them put() its first item in before it waits for the other's",
    "receive": "let one of them send its first item before it waits for the other's",
}
_OTHERWISE = "find out who should wake it, or wait with a timeout"


@rule("deadlock", 20)
def deadlock(evidence: Evidence) -> list[Finding]:
    """Nothing could wake the loop any more, and tasks were waiting."""
    stand = evidence.stand
    if stand is None:
        return _runs_for_nothing(evidence)
    if not stand.dead:
        return []
    circle = stand.circles[0] if stand.circles else None
    return [_finding(evidence, stand, "deadlock", "error", circle, _root(stand), _NOTHING)]


def _runs_for_nothing(evidence: Evidence) -> list[Finding]:
    """All tasks are done, and run_forever() goes on in the main thread, with nothing to wait for."""
    seen, outcome = evidence.run.standstill, evidence.run.outcome
    main = next((thread for thread in seen.threads if thread.name == "MainThread"), None) if seen is not None else None
    if seen is None or main is None or not main.own or outcome.kind not in ("timed-out", "interrupted"):
        return []
    place = evidence.place(main.own[-1].path, main.own[-1].line)
    runs = [loop for loop in seen.loops if loop.thread == main.id]
    below = {each.function for each in main.places[main.places.index(main.own[-1]) + 1 :]}
    if (
        place is None
        or not runs
        or not all(loop.is_dead and not loop.tasks for loop in runs)
        or not below & {"run_forever"}
    ):
        return []
    return [
        Finding(
            "deadlock",
            "error",
            *place,
            message=f"{_NOTHING} All tasks are done, and run_forever() goes on until loop.stop() is called.",
            advice="use asyncio.run(main()) or loop.run_until_complete(main()), which end when main does",
            beside=((place[1], "this goes on, with nothing left to do"),),
        )
    ]


@rule("stuck", 40, least=1.0)
def stuck(evidence: Evidence) -> list[Finding]:
    """The loop could have been woken, but some tasks could not, or nothing had moved for long and it is seen why."""
    stand = evidence.stand
    if stand is None or stand.dead:
        return []
    if evidence.stopped_at is None:
        return _timed_out(evidence, stand)
    circle = next((each for each in stand.circles if each.strict), None)
    root = None if circle is not None else _stuck(evidence, stand)
    if circle is None and root is None:
        return []
    said = "These tasks cannot go on." if root is None else f"It has waited for {seconds(_waited(stand, root))}."
    if _stood_long(evidence, stand, stand.since):
        said = f"Nothing moved since {seconds(max(0.0, stand.since - (evidence.run.seconds.zero or 0.0)))}."
    return [_finding(evidence, stand, "stuck", "warning", circle, root, said)]


_TOO_LATE = ("TimeoutError", "TooSlowError")  # what asyncio and trio raise for a timeout
_SOON = 0.2  # seconds from a timeout to the end of the task that it ended


def _timed_out(evidence: Evidence, stand: Stand) -> list[Finding]:
    """Nothing but a timeout could go on, and nobody caught its error; who catches it has reckoned with it."""
    starts = zip(evidence.spans.states, evidence.spans.starts, strict=True)
    woken = min((start for state, start in starts if state == RUNNING and start > stand.at), default=None)
    if woken is None or not stand.waiters:
        return []
    late = [each.ended for each in evidence.tasks.values() if each.raised and each.raised.error in _TOO_LATE]
    if not any(woken <= ended <= woken + _SOON for ended in late if ended is not None):
        return []
    if not any(last_of(each.error.partition(":")[0]) in _TOO_LATE for each in evidence.errors):
        return []
    circle = stand.circles[0] if stand.circles else None
    said = f"Nothing moved for {seconds(woken - stand.since)} until a timeout ended that: nothing else could have."
    found = _finding(evidence, stand, "stuck", "warning", circle, _root(stand), said)
    return [found._replace(seconds=woken - stand.since)]


def _stuck(evidence: Evidence, stand: Stand) -> Waiter | None:
    """The task that all others wait for, as far as it is known that it will not go on by itself."""
    watched = evidence.run.outcome.kind == "interrupted" and evidence.run.outcome.after is not None
    if watched:
        return None
    for waiter in stand.waiters:
        if _has_lost_its_workers(evidence, stand, waiter):
            return waiter
    if not _stood_long(evidence, stand, stand.since):
        return None
    for waiter in stand.waiters:
        if waiter.halfway and (waiter.wait == "process" or stand.at - stand.since >= evidence.thresholds["stuck"]):
            return waiter
        holders = [stand.waiter(task) for task in waiter.holders]
        if any(holder is None or holder.wait not in OUTSIDE for holder in holders):
            return next((holder for holder in holders if holder is not None), waiter)
    return None


def _has_lost_its_workers(evidence: Evidence, stand: Stand, waiter: Waiter) -> bool:
    """True if it has long waited for a queue to be emptied, and all tasks of a coroutine near it have failed."""
    failed = {
        evidence.tasks[each.task].coroutine for each in waiter.ended if each.error and each.task in evidence.tasks
    }
    alive = {evidence.tasks[each.task].coroutine for each in stand.waiters if each.task in evidence.tasks}
    if waiter.wait not in ("queue.join", "queue.put") or waiter.since is None or not failed - alive:
        return False
    return stand.at - waiter.since >= _LOST


def _stood_long(evidence: Evidence, stand: Stand, since: float) -> bool:
    still = stand.at - since
    up_to_then = stand.at - (evidence.run.seconds.zero or 0.0)
    return still >= min(evidence.thresholds["stuck"], max(_LEAST, _PART * up_to_then))


def _root(stand: Stand) -> Waiter:
    """The task that is to blame first: one for which others wait, and that waits for no other task."""
    roots = [each for each in stand.waiters if not each.holders and not each.awaited] or list(stand.waiters)
    return max(roots, key=lambda each: (bool(each.ended), each.is_empty, each.wait not in ("", "sleep", "forever")))


def _finding(
    evidence: Evidence,
    stand: Stand,
    rule: str,
    severity: Severity,
    circle: Circle | None,
    root: Waiter | None,
    said: str,
) -> Finding:
    first = stand.waiter(circle.tasks[0]) if circle is not None else root
    assert first is not None  # there is a circle or a root
    place = _place(evidence, first)
    path, line = at(place)
    near = first.place[0] if first.place is not None else None
    story = _ring(stand, circle, near) if circle is not None else _story(stand, first, near)
    return Finding(
        rule,
        severity,
        path,
        line,
        message=f"{said} {story}",
        advice=_advice(stand, circle, first),
        seconds=_waited(stand, first),
        tasks=circle.tasks if circle is not None else (first.task,),
        beside=tuple(_beside(evidence, stand, path, near)),
    )


def _waited(stand: Stand, waiter: Waiter) -> float:
    return stand.at - (stand.since if waiter.since is None else waiter.since)


def _ring(stand: Stand, circle: Circle, near: str | None) -> str:
    """Who waits for whom in a circle, and who else waits for one of these."""
    also = [
        f"{each.name} ({words.at_line(each.place, near)})"
        for each in stand.waiters
        if each.task not in circle.tasks and not each.awaited and set(each.needs) & set(circle.tasks)
    ]
    more = f"; {', '.join(also[:2])} wait{'s' if len(also) == 1 else ''} for them" if also else ""
    return f"{words.circle(stand, circle, near)}{more}."


def _story(stand: Stand, root: Waiter, near: str | None) -> str:
    """What one task waits for, who could help, and who waits for it."""
    why = words.why(stand, root, near)
    told = [f"{root.name} waits at {words.chain(root, near)}: {root.words}{'; ' if why else ''}{why}"]
    others = [each for each in stand.waiters if root.task in each.needs and each.task != root.task]
    if others:
        other = max(others, key=lambda each: root.task in each.holders)
        what = f"the {other.words} that it holds" if root.task in other.holders else root.name
        told.append(f"{other.name} ({words.at_line(other.place, near)}) waits for {what}")
    return "; ".join(told) + "."


def _advice(stand: Stand, circle: Circle | None, first: Waiter) -> str:
    if circle is not None:
        members = [each for task in circle.tasks if (each := stand.waiter(task)) is not None]
        if len(members) == 1 and first.holders:
            return "take it once: an asyncio lock cannot be taken again by the task that holds it"
        if all(each.holders for each in members):
            return "take the locks in the same order everywhere"
        if all(each.wait == "task" for each in members):
            return "let one of them go on without the other's result"
        if any(each.wait == "queue.put" for each in members):
            return "do not await put() where the same tasks have to empty the queue: make that queue unbounded"
        kinds = {each.wait for each in members}
        return _IN_CIRCLE.get(kinds.pop() if len(kinds) == 1 else "", "let one of them go on without the others")
    if first.wait in ("queue.join", "queue.put") and any(each.error for each in first.ended):
        return "catch errors inside the worker's loop, with task_done() in a finally"
    if first.holders and first.wait == "lock":
        return "see to it that the task that holds the lock comes to its end"
    waits = {each.wait for each in first.libraries} or {first.wait}
    return _ADVICE.get(first.halfway) or _ADVICE.get(waits.pop() if len(waits) == 1 else "", _OTHERWISE)


def _place(evidence: Evidence, waiter: Waiter) -> Place | None:
    return None if waiter.place is None else evidence.place(*waiter.place)


def _beside(evidence: Evidence, stand: Stand, path: str | None, near: str | None) -> Iterator[tuple[int, str]]:
    """What to say beside every line of a file at which a task waits."""

    def line(place: Place) -> int | None:
        mapped = evidence.place(*place)
        return mapped[1] if mapped is not None and mapped[0] == path else None

    return words.beside_lines(stand, line, near)


_SLACK = 0.02  # seconds before the run was told to end in which a step may have ended by that
_PART, _LEAST = 0.5, 0.3  # of the time, and in seconds: what went on for so long went on for most of the run
_TURNS = ("_run_once", "unrolled_run")  # the functions in which asyncio and trio make the steps
_ENDLESS = ("threading.py", "queue.py")  # calls into these have no end of their own
_MOST = 3  # names
_WHAT: dict[int | None, str] = {RUNNING: "It has computed", BLOCKED: "It has waited, and blocked the event loop,"}


class _Step(NamedTuple):
    """The step that went on when the run was stopped: its lines, the outermost first, since when, and what it did.

    `below` are the files of the libraries in which it was; `behind` are the names of those that could not run.
    """

    task: int
    lines: tuple[Frame, ...]
    below: tuple[str, ...]
    since: float
    lasted: float
    state: int | None
    behind: tuple[str, ...]

    @property
    def is_endless(self) -> bool:
        """True if it computes, or waits for what has no end of its own; else it is a call that blocks for a time."""
        return self.state != BLOCKED or any(name in _ENDLESS for name in self.below)


@rule("endless-step", 50, least=1.0)
def endless_step(evidence: Evidence) -> list[Finding]:
    """A step was still going on when the run was stopped, and had gone on for long."""
    step = unending_step(evidence)
    if step is None or not step.is_endless or any(Threads(evidence.run).waiting_for_themselves()):
        return []
    place = evidence.place(step.lines[-1].path, step.lines[-1].line)
    if place is None:
        return []
    what = _WHAT.get(step.state, "It has gone on")
    since = seconds(max(0.0, step.since - (evidence.run.seconds.zero or 0.0)))
    called = f" Called by {_through(step.lines[:-1], place[0])}." if len(step.lines) > 1 else ""
    return [
        Finding(
            "endless-step",
            "error",
            *place,
            message=f"{what} since {since}, and was still going on when the run was stopped{_behind(step)}.{called}",
            advice=_instead(evidence, step, place),
            seconds=step.lasted,
            tasks=(step.task,),
            beside=((place[1], f"still here after {seconds(step.lasted)}"),),
        )
    ]


def _instead(evidence: Evidence, step: _Step, place: Place) -> str:
    if step.state == BLOCKED:
        return "wait for it by await: an asyncio.Queue or asyncio.Event, or asyncio.to_thread for this call"
    seen = [(evidence.text(each.path), each) for each in step.lines]
    if all(
        source.known and not source.may_loop_for_ever(each.line, innermost=each is step.lines[-1])
        for source, each in seen
    ):
        return instead_of_computing(evidence, place, evidence.lane(step.task).kind)
    return "see to it that its loop ends; if it waits for another task, await that: nothing else can run meanwhile"


def _behind(step: _Step) -> str:
    return f"; {could_not_begin(step.behind)}" if step.behind else ""


def could_not_begin(names: tuple[str, ...]) -> str:
    """That these tasks could not run, in words."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more} could not run"


def unending_step(evidence: Evidence) -> _Step | None:
    """The step that went on when the run was stopped; None where there was none, or it had not gone on for long."""
    seen, outcome = evidence.run.standstill, evidence.run.outcome
    if seen is None or outcome.kind not in ("timed-out", "interrupted"):
        return None
    stop = seen.at if outcome.after is None else min(seen.at, outcome.after)
    for loop in seen.loops:
        task = next((each for each in loop.tasks if each.state == "running"), None)
        thread = next((each for each in seen.threads if each.id == _thread_of(evidence, loop, task)), None)
        if task is None or thread is None or task.id not in evidence.tasks:
            continue
        lines, below = _within_step(thread)
        since, state = _last_step(evidence, task.id, stop)
        if since is not None and lines and _went_on_long(evidence, since, stop):
            behind = tuple(each.coroutine for each in loop.unbegun) + _ready(evidence, loop)
            return _Step(task.id, lines, below, since, stop - since, state, tuple(dict.fromkeys(behind)))
    return None


def _thread_of(evidence: Evidence, loop: StandingLoop, task: StandingTask | None) -> int | None:
    if loop.thread is not None or task is None or task.id not in evidence.tasks:
        return loop.thread
    return evidence.tasks[task.id].thread


def _within_step(thread: StandingThread) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
    """The lines of user code within the step that goes on in a thread, and the files of libraries below them."""
    turns = [index for index, place in enumerate(thread.places) if place.function in _TURNS]
    inside = thread.places[turns[-1] + 1 :] if turns else thread.places
    own = [index for index, place in enumerate(inside) if place.own]
    below = inside[own[-1] + 1 :] if own else ()
    names = tuple(place.path.replace("\\", "/").rpartition("/")[2] for place in below)
    return tuple(place for place in inside if place.own), names


def _last_step(evidence: Evidence, task: int, stop: float) -> tuple[float | None, int | None]:
    """When the step began that went on at a moment, and what it was doing; since the task's last wait where unknown."""
    spans, since = evidence.spans, evidence.tasks[task].created
    for index in spans.of(task):
        start, end, state = spans.starts[index], spans.ends[index], spans.states[index]
        if start < stop:
            if state in (RUNNING, BLOCKED) and end >= stop - _SLACK:
                return start, state
            since = max(since, end)
    return since, None


def _went_on_long(evidence: Evidence, since: float, stop: float) -> bool:
    up_to_then = stop - (evidence.run.seconds.zero or 0.0)
    return stop - since >= min(evidence.thresholds["endless-step"], max(_LEAST, _PART * up_to_then))


def _ready(evidence: Evidence, loop: StandingLoop) -> tuple[str, ...]:
    """The tasks that could have gone on."""
    ready = [each.id for each in loop.tasks if each.state in ("ready", "created") and each.id in evidence.tasks]
    return tuple(task_name(evidence.tasks[each]) for each in ready)


def _through(lines: tuple[Frame, ...], near: str) -> str:
    return ", ".join(f"{each.function} ({at_line((each.path, each.line), near)})" for each in reversed(lines))


def self_wait(evidence: Evidence) -> list[Finding]:
    """A step of a loop waits, without await, for what only that loop can do."""
    found = []
    for thread, loop in Threads(evidence.run).waiting_for_themselves():
        lines, _ = _within_step(thread)
        place = evidence.place(lines[-1].path, lines[-1].line) if lines else None
        if place is None:
            continue
        called = f" Called by {_through(lines[:-1], place[0])}." if len(lines) > 1 else ""
        by_join = thread.joins is not None
        what = "for a thread that waits for this loop" if by_join else "for a result that only this loop can give"
        tasks = tuple(task.id for task in loop.tasks if task.state == "running")
        found.append(
            Finding(
                "self-wait",
                "error",
                *place,
                message=f"The event loop waits for itself: this line blocks it, and waits {what}.{called}",
                advice=_join_instead(evidence, place, lines) if by_join else _await_instead(evidence, lines),
                tasks=tasks,
                beside=((place[1], "the event loop waits for itself here"),),
            )
        )
    return found


def _join_instead(evidence: Evidence, place: Place, lines: tuple[Frame, ...]) -> str:
    """To let another thread wait for the end of the thread, so that the loop can go on."""
    through = [above for each in lines[:-1] if (above := evidence.place(each.path, each.line)) is not None]
    return instead_of_blocking(evidence, place, "asyncio", through=through)


def _await_instead(evidence: Evidence, lines: tuple[Frame, ...]) -> str:
    """To await what is waited for, in the coroutine that has called this."""
    outer, inner = lines[0], lines[-1]
    where = f"in {outer.function} ({at_line((outer.path, outer.line), inner.path)})"
    mapped = evidence.place(inner.path, inner.line)
    around = evidence.source.around(inner.line) if mapped is not None and evidence.in_script(mapped[0]) else None
    for node in ast.walk(around) if isinstance(around, FUNCTIONS) else ():
        if isinstance(node, ast.Call) and "run_coroutine_threadsafe" in ast.unparse(node.func) and node.args:
            code = evidence.source.quoted(node.args[0])
            if code is not None and isinstance(node.args[0], ast.Call):
                return f"await {code} {where}, and do not wait for its result here"
    return f"await the coroutine itself {where}, and do not wait for its result here"


@rule("blocked-exit", 60)
def blocked_exit(evidence: Evidence) -> list[Finding]:
    """main was done, and a thread kept the process until it was stopped."""
    found = []
    for thread, line in Threads(evidence.run).keeping_the_program():
        if line is None:
            found += _runs_on(evidence, thread)
            continue
        place = evidence.place(*line)
        mains = [task for task in evidence.tasks.values() if task.parent is None and task.ended is not None]
        ended = max((task.ended for task in mains if task.ended is not None), default=None)
        at = evidence.run.standstill.at if evidence.run.standstill is not None else 0.0
        if place is None or not _went_on_long(evidence, ended or 0.0, at):
            continue
        done = "The script is done" if ended is None else f"main was done at {seconds(_from_zero(evidence, ended))}"
        where = f"{thread.own[-1].function} ({at_line(line, line[0])})"
        found.append(
            Finding(
                "blocked-exit",
                "warning",
                *place,
                message=f"{done}, but thread {thread.name} is still in {where}: Python waits for it.",
                advice=_to_end(evidence, thread),
                seconds=None if ended is None else max(0.0, at - ended),
                beside=((place[1], f"thread {thread.name} is still here, and main is done"),),
            )
        )
    return found


_STOP_LOOP = "stop it at the end, by loop.call_soon_threadsafe(loop.stop), or start the thread with daemon=True"


def _to_end(evidence: Evidence, thread: StandingThread) -> str:
    """How to let a thread come to its end: by its event loop, by its own loop, or by the call in which it is."""
    below = {each.function for each in thread.places[thread.places.index(thread.own[-1]) + 1 :]}
    if "run_forever" in below and "run_until_complete" not in below:
        return _STOP_LOOP
    if any(evidence.text(each.path).may_loop_for_ever(each.line) for each in thread.own):
        return "let its loop end when main does: a thread cannot be cancelled"
    return "give this call a timeout of its own: a thread cannot be cancelled"


def _runs_on(evidence: Evidence, thread: StandingThread) -> list[Finding]:
    """The script is done, but for a thread that runs an event loop: told at the line that names its run_forever."""
    uses = evidence.source.uses_of("run_forever")
    if not uses:
        return []
    return [
        Finding(
            "blocked-exit",
            "warning",
            evidence.script(),
            uses[0].lineno,
            message=f"The script is done, but thread {thread.name} still runs an event loop: Python waits for it.",
            advice=_STOP_LOOP,
            beside=((uses[0].lineno, f"thread {thread.name} still runs its loop"),),
        )
    ]


def _from_zero(evidence: Evidence, at: float) -> float:
    return max(0.0, at - (evidence.run.seconds.zero or 0.0))


@rule("pool-exhausted", 30)
def pool_exhausted(evidence: Evidence) -> list[Finding]:
    """All threads of a pool wait for jobs that wait for a thread of it, or calls have waited for one for long."""
    threads = Threads(evidence.run)
    stand, outcome = evidence.stand, evidence.run.outcome
    if any(threads.keeping_the_program()):
        return []
    watched = outcome.kind == "interrupted" and outcome.after is not None
    still = stand is not None and not watched and _went_on_long(evidence, stand.since, stand.at)
    found = []
    for pool in threads.full_pools():
        own = next((thread for thread in pool if thread.own), None)
        place = evidence.place(own.own[-1].path, own.own[-1].line) if own is not None else None
        for_jobs = all(thread.waits_for_job for thread in pool)
        if own is not None and place is not None and (for_jobs or still):
            found.append(_exhausted(place, own, pool, for_jobs=for_jobs))
    return found


def _exhausted(place: Place, own: StandingThread, pool: tuple[StandingThread, ...], *, for_jobs: bool) -> Finding:
    count, queued = len(pool), pool[0].queued
    threads = f"{count} thread{'s' if count > 1 else ''}"
    jobs = f"{queued} job{'s wait' if queued > 1 else ' waits'}"
    if for_jobs:
        said = f"{jobs} for one of the pool's {threads}, and each of these waits here for the result of such a job."
        advice = "do not wait in a pool for a job of the same pool: use a second pool, or await it in the loop"
    else:
        said = f"{jobs} for one of the pool's {threads}, and each of these is busy: {own.own[-1].function} here."
        advice = "start fewer at once, or give the loop a larger pool: loop.set_default_executor()"
    return Finding(
        "pool-exhausted",
        "error" if for_jobs else "warning",
        *place,
        message=said,
        advice=advice,
        times=count,
        beside=((place[1], f"{threads} of the pool here, {jobs}"),),
    )


def is_told_elsewhere(evidence: Evidence, task: int, end: float) -> bool:
    """True if a long step is one that endless-step or self-wait tells of."""
    seen = evidence.run.standstill
    if seen is None or end < seen.at - _SLACK - 0.1:
        return False
    itself = [each.id for _, loop in Threads(evidence.run).waiting_for_themselves() for each in loop.tasks]
    step = unending_step(evidence)
    return task in itself or (step is not None and step.task == task and step.is_endless)
