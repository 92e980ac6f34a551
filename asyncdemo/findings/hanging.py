"""Programs that stand still, as they stood when they were made to end: deadlock, stuck."""

from collections.abc import Iterator

from asyncdemo.analysis import standstill_words as words
from asyncdemo.analysis.standstills import OUTSIDE, Circle, Stand, Waiter
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.wording import at, seconds
from asyncdemo.model.recording import Finding, Severity

NOTHING = "nothing can wake this program: no timer, no input, no thread"
_PART = 0.5  # of the time up to then: what stood still for so long has stood still for most of the run
_LOST = 0.1  # seconds for which a task has waited whose workers have all failed: it is no matter of a moment
_LEAST = 0.3  # seconds that it has to have stood still all the same

_ADVICE = {
    "lock": "see to it that the task that holds the lock comes to its end",
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
}
_OTHERWISE = "find out who should wake it, or wait with a timeout"


def deadlock(evidence: Evidence) -> list[Finding]:
    """Nothing could wake the loop any more, and tasks were waiting."""
    stand = evidence.stand
    if stand is None or not stand.dead:
        return []
    return [_finding(evidence, stand, "deadlock", "error", stand.circles[0] if stand.circles else None, _root(stand))]


def stuck(evidence: Evidence) -> list[Finding]:
    """The loop could have been woken, but some tasks could not, or nothing had moved for long and it is seen why."""
    stand = evidence.stand
    if stand is None or stand.dead:
        return []
    circle = next((each for each in stand.circles if each.strict), None)
    root = None if circle is not None else _stuck(evidence, stand)
    if circle is None and root is None:
        return []
    return [_finding(evidence, stand, "stuck", "warning", circle, root)]


def _stuck(evidence: Evidence, stand: Stand) -> Waiter | None:
    """The task that all others wait for, as far as it is known that it will not go on by itself."""
    watched = evidence.run.outcome.kind == "interrupted" and evidence.run.outcome.after is not None
    if watched:
        return None
    for waiter in stand.waiters:
        if _has_lost_its_workers(evidence, stand, waiter):
            return waiter
    if not _is_long(evidence, stand, stand.since):
        return None
    for waiter in stand.waiters:
        if waiter.wait == "process" and "unread" in waiter.words:
            return waiter
        holders = [stand.waiter(task) for task in waiter.holders]
        if any(holder is None or holder.wait not in OUTSIDE for holder in holders):
            return next((holder for holder in holders if holder is not None), waiter)
    return None


def _has_lost_its_workers(evidence: Evidence, stand: Stand, waiter: Waiter) -> bool:
    """Whether it has long waited for a queue to be emptied, and all tasks of a coroutine near it have failed."""
    failed = {
        evidence.tasks[each.task].coroutine for each in waiter.ended if each.error and each.task in evidence.tasks
    }
    alive = {evidence.tasks[each.task].coroutine for each in stand.waiters if each.task in evidence.tasks}
    if waiter.wait not in ("queue.join", "queue.put") or waiter.since is None or not failed - alive:
        return False
    return stand.at - waiter.since >= _LOST


def _is_long(evidence: Evidence, stand: Stand, since: float) -> bool:
    still = stand.at - since
    up_to_then = stand.at - (evidence.run.seconds.zero or 0.0)
    return still >= min(evidence.thresholds["stuck"], max(_LEAST, _PART * up_to_then))


def _root(stand: Stand) -> Waiter:
    """The task that is to blame first: one for which others wait, and that waits for no other task."""
    roots = [each for each in stand.waiters if not each.holders and not each.awaited] or list(stand.waiters)
    return max(roots, key=lambda each: (bool(each.ended), each.wait not in ("", "sleep", "forever")))


def _finding(
    evidence: Evidence, stand: Stand, rule: str, severity: Severity, circle: Circle | None, root: Waiter | None
) -> Finding:
    first = stand.waiter(circle.tasks[0]) if circle is not None else root
    assert first is not None  # there is a circle or a root
    place = _place(evidence, first)
    path, line = at(place)
    near = first.place[0] if first.place is not None else None
    story = _ring(stand, circle, near) if circle is not None else _story(stand, first, near)
    since = seconds(max(0.0, stand.since - (evidence.run.seconds.zero or 0.0)))
    waited = stand.at - (stand.since if first.since is None else first.since)
    said = f"{NOTHING[0].upper()}{NOTHING[1:]}." if rule == "deadlock" else f"Nothing moved since {since}."
    if rule == "stuck" and not _is_long(evidence, stand, stand.since):
        said = "These tasks cannot go on." if circle is not None else f"It has waited for {seconds(waited)}."
    return Finding(
        rule,
        severity,
        path,
        line,
        message=f"{said} {story}",
        advice=_advice(stand, circle, first),
        seconds=waited,
        tasks=circle.tasks if circle is not None else (first.task,),
        beside=tuple(_beside(evidence, stand, path, near)),
    )


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
    if first.wait in ("queue.join", "queue.put") and any(each.error for each in first.ended):
        return "catch errors inside the worker's loop, with task_done() in a finally"
    if first.holders and first.wait == "lock":
        return _ADVICE["lock"]
    return _ADVICE.get(first.wait, _OTHERWISE)


def _place(evidence: Evidence, waiter: Waiter) -> Place | None:
    return None if waiter.place is None else evidence.place(*waiter.place)


def _beside(evidence: Evidence, stand: Stand, path: str | None, near: str | None) -> Iterator[tuple[int, str]]:
    """What to say beside every line of a file at which a task waits."""
    lines: dict[int, list[Waiter]] = {}
    for waiter in stand.waiters:
        for place in dict.fromkeys(waiter.chain):
            mapped = evidence.place(*place)
            if mapped is not None and mapped[0] == path:
                lines.setdefault(mapped[1], []).append(waiter)
    for line, some in sorted(lines.items()):
        if len(some) == 1:
            why = words.why(stand, some[0], near)
            yield line, f"{some[0].name} waits: {some[0].words}{', ' if why else ''}{why}"
        else:
            kinds = ", ".join(dict.fromkeys(each.words for each in some))
            yield line, f"{len(some)} tasks wait here: {kinds}"
