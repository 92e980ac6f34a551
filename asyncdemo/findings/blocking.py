"""What held a loop: blocking-call, cpu-bound-step, nested-run."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, pairwise

from asyncdemo.analysis.standstill_words import at_line
from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.advice import (
    instead_of_blocking,
    instead_of_blocking_in_callback,
    instead_of_computing,
    instead_of_nesting,
    only_call,
)
from asyncdemo.findings.evidence import Evidence, Place, at, grouped, rule, seconds
from asyncdemo.findings.hangs import could_not_begin, is_told_elsewhere, unending_step
from asyncdemo.findings.python_messages import Report
from asyncdemo.findings.self_waits import waited_for_itself
from asyncdemo.findings.source import last_of
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import BLOCKED, CALLBACKS, READY, RUNNING, Span, Task
from asyncdemo.model.user_code import is_own

Stretch = tuple[float, float]  # from when to when, in seconds

_QUIET = 0.8  # of the time of computing steps: if the process had that much, the machine was not busy


def on_processor(evidence: Evidence) -> float:
    """The part of the time of computing steps, from 0 to 1, for which the machine let the process compute.

    Where it is busy with something else, steps take long for no fault of their own. 1 where that is not known, and
    where it is known of each step by itself.
    """
    seconds = evidence.run.seconds
    if seconds.own is None or seconds.waiting is None or evidence.spans.queued:
        return 1.0
    used = seconds.own - seconds.waiting - (seconds.queued or 0.0)
    computing = sum(_computed(evidence, {*evidence.tasks, *evidence.callbacks}).values())
    part = used / computing if computing else 1.0
    return part if part < _QUIET else 1.0


def computing_threads(evidence: Evidence) -> list[Stretch]:
    """When other threads have computed, or may have: of one of the person's own nothing may be known but its life."""
    every = evidence.run.timeline.tasks if evidence.run.timeline is not None else ()
    threads = {task.id: task for task in every if task.kind == "thread"}
    if not threads:
        return []
    known = [span for span in evidence.spans if span.task in threads]
    unknown = set(threads) - {span.task for span in known}
    own = [threads[key] for key in unknown if is_own(threads[key].path, evidence.run.python.libraries)]
    computed = [(span.start, span.end) for span in known if span.state == "running"]
    return computed + [(task.created, float("inf") if task.ended is None else task.ended) for task in own]


def is_shared(step: Span, threads: list[Stretch]) -> bool:
    """True if other threads have computed for most of a step: then it is not known who had Python's lock."""
    both = (min(step.end, end) - max(step.start, start) for start, end in threads)
    return sum(max(0.0, seconds) for seconds in both) > (step.end - step.start) / 2


def ancestors(evidence: Evidence, task: int) -> set[int]:
    """Who has started a task, and whoever has started that one."""
    found: set[int] = set()
    parent = evidence.lane(task).parent
    while parent is not None and parent in evidence.tasks and parent not in found:
        found.add(parent)
        parent = evidence.tasks[parent].parent
    return found


def has_company(evidence: Evidence, steps: Iterable[Span]) -> bool:
    """True if during one of the steps another task of the same thread was there that did not just wait for it."""
    lives: dict[int | None, tuple[list[float], list[float]]] = {}
    for task in sorted(evidence.tasks.values(), key=lambda task: task.created):
        lives.setdefault(task.thread, ([], []))[0].append(task.created)
    ended = ((task.ended, task.thread) for task in evidence.tasks.values() if task.ended is not None)
    for end, thread in sorted(ended, key=lambda pair: pair[0]):
        lives[thread][1].append(end)
    nobody: tuple[list[float], list[float]] = ([], [])
    return any(_has_company(evidence, step, *lives.get(evidence.lane(step.task).thread, nobody)) for step in steps)


def _has_company(evidence: Evidence, step: Span, created: list[float], ended: list[float]) -> bool:
    there = bisect_left(created, step.end) - bisect_right(ended, step.start)
    return there > 1 + sum(_is_there(evidence, task, step) for task in ancestors(evidence, step.task))


def _is_there(evidence: Evidence, task: int, step: Span) -> bool:
    ended = evidence.tasks[task].ended
    return ended is None or ended > step.start


class Held:
    """The time in which a loop was held by some steps; steps of one loop do not overlap."""

    def __init__(self, steps: Iterable[Span]) -> None:
        spans = sorted((step.start, step.end) for step in steps)
        self._starts = [start for start, _ in spans]
        self._lengths = [end - start for start, end in spans]
        self._before = [0.0, *accumulate(self._lengths)]

    def between(self, start: float, end: float) -> float:
        """How many seconds of a stretch they took."""
        return self._until(end) - self._until(start)

    def _until(self, moment: float) -> float:
        place = bisect_left(self._starts, moment)
        if not place:
            return 0.0
        return self._before[place - 1] + min(self._lengths[place - 1], moment - self._starts[place - 1])


def late_by(evidence: Evidence, steps: Iterable[Span]) -> dict[int, float]:
    """The tasks that could have run meanwhile, with the seconds for which they could not, the most first."""
    by_thread: dict[int | None, list[Span]] = {}
    for step in steps:
        by_thread.setdefault(evidence.lane(step.task).thread, []).append(step)
    held = {thread: Held(some) for thread, some in by_thread.items()}
    spans, late = evidence.spans, dict[int, float]()
    for index in evidence.long[READY]:
        task = spans.tasks[index]
        holder = held.get(evidence.tasks[task].thread)
        seconds = holder.between(spans.starts[index], spans.ends[index]) if holder is not None else 0.0
        if seconds > 0:
            late[task] = late.get(task, 0.0) + seconds
    return dict(sorted(late.items(), key=lambda item: item[1], reverse=True))


_MANY = 20  # short blocking calls that count together, if they take half of what so many long ones would
_STARTS = re.compile(
    r"\b(?:create_subprocess_\w+|subprocess_exec|subprocess_shell|open_process|run_process|to_thread|run_in_executor)\b"
)


@rule("blocking-call", 180, least=0.05)
def blocking_call(evidence: Evidence) -> list[Finding]:
    """A step was off the processor for long, inside a synchronous call."""
    long, threads = _long(evidence, BLOCKED, "blocking-call"), computing_threads(evidence)
    steps = [step for step in long if not _starts_another(evidence, step) and not is_shared(step, threads)]
    steps = [step for step in steps if not waited_for_itself(evidence, step)]
    groups = grouped(evidence, steps, by_function=False)
    return [
        _blocking(evidence, place, steps) for place, steps in (*groups.items(), *many_short_calls(evidence, threads))
    ]


def many_short_calls(evidence: Evidence, threads: list[Stretch]) -> list[tuple[Place, list[Span]]]:
    """Short blocking steps of one coroutine that add up, while other tasks were there; by where its only call is."""
    limit, spans = evidence.thresholds["blocking-call"], evidence.spans
    groups: dict[Place, list[Span]] = {}
    for index in spans.long:
        if (
            spans.states[index] == BLOCKED
            and spans.ends[index] - spans.starts[index] < limit
            and spans.tasks[index] in evidence.tasks
        ):
            step = spans[index]
            task = evidence.tasks[step.task]
            place = evidence.place(task.path, task.line)
            if place is not None and not _starts_another(evidence, step) and not is_shared(step, threads):
                groups.setdefault(place, []).append(step)
    groups = {place: steps for place, steps in groups.items() if len(steps) >= _MANY}
    computed = _computed(evidence, {step.task for steps in groups.values() for step in steps})
    found = []
    for place, steps in groups.items():
        total = sum(step.end - step.start for step in steps)
        if sum(computed[task] for task in {step.task for step in steps}) > total / 2:
            continue  # as much of its time may have been blocked by the machine
        if total >= _MANY * limit / 2 and has_company(evidence, steps):
            line = only_call(evidence.text(place[0]), place[1])
            found.append((place if line is None else (place[0], line), _at(steps, place[0], line)))
    return found


def _computed(evidence: Evidence, tasks: set[int]) -> dict[int, float]:
    """For how many seconds each of these tasks has computed."""
    spans = evidence.spans
    return {
        task: sum(spans.ends[index] - spans.starts[index] for index in spans.of(task) if spans.states[index] == RUNNING)
        for task in tasks
    }


def _at(steps: list[Span], path: str, line: int | None) -> list[Span]:
    """The steps, those without a line at this one."""
    return [step if step.path or line is None else step._replace(path=path, line=line) for step in steps]


@rule("cpu-bound-step", 190, least=0.1)
def cpu_bound_step(evidence: Evidence) -> list[Finding]:
    """A step computed for long while a task was due that does wait at other times."""
    threads = computing_threads(evidence)
    steps = [step for step in _long(evidence, RUNNING, "cpu-bound-step") if not is_shared(step, threads)]
    groups = grouped(evidence, steps, by_function=True)
    found = (_computing(evidence, place, steps) for place, steps in groups.items())
    return [finding for finding in found if finding is not None]


def _long(evidence: Evidence, state: int, rule: str) -> list[Span]:
    steps = [evidence.spans[index] for index in evidence.long[state]]
    long = [step for step in steps if step.own >= evidence.thresholds[rule]]
    long = [step for step in long if not is_told_elsewhere(evidence, step.task, step.end)]
    if state == BLOCKED or not long:
        return long
    part = on_processor(evidence)
    return [step for step in long if step.own * part >= evidence.thresholds[rule]]


def _starts_another(evidence: Evidence, step: Span) -> bool:
    """True if it waits for a program or a thread to start: asyncio has no other way, and there is nothing to mend."""
    place = evidence.place(step.path, step.line)
    return place is not None and bool(_STARTS.search(evidence.text(place[0]).line(place[1])))


def _blocking(evidence: Evidence, place: Place, steps: list[Span]) -> Finding:
    late = late_by(evidence, steps)
    last = unending_step(evidence)
    behind = last.behind if last is not None and any(step.task == last.task for step in steps) else ()
    alone = not late and not behind and not has_company(evidence, steps)
    said = "no other task was seen to be ready meanwhile." if alone else _said_late(evidence, steps, late)
    going_on = last is not None and [step.start for step in steps] == [last.since]  # they never had a turn
    if behind and (going_on or not late):
        said = f"{could_not_begin(behind)} until it was stopped."
    total = sum(step.end - step.start for step in steps)
    task = evidence.lane(steps[0].task)
    return Finding(
        "blocking-call",
        "note" if alone else "warning",
        *place,
        message=f"{_where(evidence, steps)} blocks the event loop; {said}{_called_by(evidence, steps)}",
        advice=_instead(evidence, task, steps),
        seconds=total,
        times=len(steps),
        tasks=_ids(steps),
        beside=(
            (place[1], f"blocked the loop{_how_long(len(steps), total)}"),
            *_callers(evidence, place, _through(evidence, steps)),
        ),
    )


def _instead(evidence: Evidence, task: Task, steps: list[Span]) -> str:
    """What to do about a blocking call of a task, or of a callback."""
    line = _line(evidence, steps)
    if task.kind == CALLBACKS:
        return instead_of_blocking_in_callback(evidence, line, _library(evidence, task))
    return instead_of_blocking(evidence, line, task.kind, last_of(task.coroutine), _through(evidence, steps))


def _library(evidence: Evidence, lane: Task) -> str:
    """Whose loop a lane is of: "asyncio" or "trio"."""
    kinds = (task.kind for task in evidence.tasks.values() if task.thread == lane.thread)
    return lane.kind if lane.kind != CALLBACKS else next(kinds, "asyncio")


def _computing(evidence: Evidence, place: Place, steps: list[Span]) -> Finding | None:
    own = {step.task for step in steps}
    involved = own.union(*(ancestors(evidence, task) for task in own))
    others = evidence.waiters - involved
    late = {task: by for task, by in late_by(evidence, steps).items() if task in others}
    if max(late.values(), default=0.0) < evidence.thresholds["cpu-bound-step"] / 2:
        return None
    total = sum(step.end - step.start for step in steps)
    return Finding(
        "cpu-bound-step",
        "warning",
        *place,
        message=f"{_where(evidence, steps)} computes without a pause; {_said_late(evidence, steps, late)}",
        advice=instead_of_computing(evidence, _line(evidence, steps), _library(evidence, evidence.lane(steps[0].task))),
        seconds=total,
        times=len(steps),
        tasks=_ids(steps),
        beside=((place[1], f"computed{_how_long(len(steps), total)}"),),
    )


def _line(evidence: Evidence, steps: list[Span]) -> Place | None:
    return next((line for step in steps if (line := evidence.place(step.path, step.line)) is not None), None)


def _through(evidence: Evidence, steps: list[Span]) -> list[Place]:
    """The lines of user code that called one another down to that line, the outermost first."""
    step = next((step for step in steps if evidence.place(step.path, step.line) is not None), None)
    if step is None or step.reason is None:
        return []
    return [place for each in step.reason.through if (place := evidence.place(*each)) is not None]


def _callers(evidence: Evidence, place: Place, through: list[Place]) -> list[tuple[int, str]]:
    """What is said beside the lines of the same file that called one another down to a place."""
    found = []
    for (path, line), inner in pairwise([*through, place]):
        function = evidence.text(inner[0]).around(inner[1])
        if path == place[0] and function is not None and line != place[1]:
            found.append((line, f"called {function.name}, which blocks"))
    return found


def _called_by(evidence: Evidence, steps: list[Span]) -> str:
    """Who has called the function of that line, the innermost first, as far as the files of user code tell."""
    line, through = _line(evidence, steps), _through(evidence, steps)
    around = [(evidence.text(path).around(number), (path, number)) for path, number in reversed(through)]
    said = [f"{function.name} ({at_line(place, line[0])})" for function, place in around if function and line]
    return f" Called by {', '.join(said)}." if said else ""


def _where(evidence: Evidence, steps: list[Span]) -> str:
    """The subject of the sentence: it, where the line is known."""
    if _line(evidence, steps) is not None:
        return "It"
    return f"Something in {task_name(evidence.lane(steps[0].task))}()"


def _said_late(evidence: Evidence, steps: list[Span], late: dict[int, float]) -> str:
    if not late:
        return "nothing else could run meanwhile."
    own = {step.task for step in steps}
    others = {task: by for task, by in late.items() if task not in own} or late
    worst = next(iter(others))
    one = len(others) == 2
    more = f", and {len(others) - 1} other {'task was' if one else 'tasks were'} late" if len(others) > 1 else ""
    return f"{task_name(evidence.tasks[worst])} was {seconds(others[worst])} late{more}."


def _how_long(times: int, total: float) -> str:
    return f" for {seconds(total)}" if times == 1 else f" {times} times, {seconds(total)} total"


def _ids(steps: list[Span]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(step.task for step in steps))


_RUNS_ALREADY = (
    r"[\w.]*run\(\) cannot be called from a running event loop|This event loop is already running"
    r"|Cannot run the event loop while another loop is running|Attempted to call run\(\) from inside a run\(\)"
    r"|Already running \w+ in this thread"
)
NESTED = re.compile(f"RuntimeError: (?:{_RUNS_ALREADY})$")
_TOLD = re.compile(_RUNS_ALREADY)
_RUNNERS = ("run", "run_until_complete")


@rule("nested-run", 90, said=True)
def nested_run(evidence: Evidence) -> list[Finding]:
    """A loop was to be started where one runs already."""
    return [_nested(evidence, place) for place in dict.fromkeys(place for place, _ in nested(evidence))]


def nested(evidence: Evidence) -> list[tuple[Place | None, list[Report]]]:
    """Where a loop was to be started in another, and what was said of coroutines that did not run because of that."""
    unawaited = [report for report in evidence.reports if report.kind == "never-awaited"]
    found: list[tuple[Place | None, list[Report]]] = []
    for report in evidence.errors:
        if NESTED.match(report.error):
            place = evidence.innermost(report.frames)
            frames = report.frames if place is not None else ()
            code = " ".join(each.code for each in frames if place == evidence.place(each.path, each.line))
            follows = [each for each in unawaited if f"{last_of(each.name)}(" in code]
            found.append((place, follows))
    if unawaited and any(_TOLD.search(output.text) for output in evidence.run.output):
        for report in unawaited:
            if not any(report in follows for _, follows in found) and (place := _given_to_runner(evidence, report)):
                found.append((place, [report]))
    return found


def _given_to_runner(evidence: Evidence, report: Report) -> Place | None:
    """The only line of the script in which such a coroutine is handed to what would start a loop."""
    runs = {
        node.lineno
        for name in _RUNNERS
        for node in evidence.source.every_call(name)
        if node.args
        and any(call is node.args[0] for call in evidence.source.every_call(report.name))
        and evidence.source.is_async(evidence.source.around(node.lineno))
    }
    path = evidence.script()
    return (path, runs.pop()) if path is not None and len(runs) == 1 else None


def _nested(evidence: Evidence, place: Place | None) -> Finding:
    return Finding(
        "nested-run",
        "error",
        *at(place),
        message="A loop is already running in this thread: a second one cannot start inside it.",
        advice=instead_of_nesting(evidence, place),
        beside=((place[1], "a loop is already running"),) if place else (),
    )
