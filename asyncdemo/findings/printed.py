"""What Python reports by itself: exception-never-retrieved, task-destroyed-pending."""

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.nested import NESTED
from asyncdemo.findings.said import Report
from asyncdemo.findings.source import last_of
from asyncdemo.findings.wording import at
from asyncdemo.model.error_text import without_reprs
from asyncdemo.model.recording import Finding

UNSAFE = "RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one"
_STOPPED = ("KeyboardInterrupt", "SystemExit")
# A gather that nobody awaits has this error where its tasks were cancelled: that they were is the cause.
_CANCELLED = ("asyncio.exceptions.CancelledError", "CancelledError")
_LONGEST = 60  # characters of an exception that are quoted
GENERATOR = "<async_generator"  # how asyncio calls a coroutine that closes an asynchronous generator

_Places = dict[Place | None, list[Report]]


def exception_never_retrieved(evidence: Evidence) -> list[Finding]:
    """A task failed, and nobody asked it for its result."""
    groups: _Places = {}
    for report in evidence.reports:
        consequence = NESTED.match(report.error) or report.error.startswith((*_STOPPED, *_CANCELLED))
        if report.kind == "never-retrieved" and not consequence and not report.name.startswith(GENERATOR):
            groups.setdefault(_raised_at(evidence, report), []).append(report)
    return [_lost(place, some, _tasks(evidence, some)) for place, some in groups.items()]


def task_destroyed_pending(evidence: Evidence) -> list[Finding]:
    """A task was thrown away before it had come to its end."""
    groups: _Places = {}
    for report in evidence.reports:
        if report.kind == "destroyed" and not report.name.startswith(GENERATOR) and not _is_refused(evidence, report):
            groups.setdefault(_stood_at(evidence, report) or _raised_at(evidence, report), []).append(report)
    return [_destroyed(place, some, _tasks(evidence, some)) for place, some in groups.items()]


def _raised_at(evidence: Evidence, report: Report) -> Place | None:
    """The innermost own line of its traceback, else of its coroutine, else where it was made, else who made it."""
    known = evidence.innermost(report.frames) or evidence.place(report.path, report.line)
    known = known or evidence.innermost(report.created)
    task = evidence.task_named(report.task)
    parent = evidence.tasks.get(task.parent) if known is None and task is not None and task.parent is not None else None
    return known if parent is None else evidence.place(parent.path, parent.line)


def _stood_at(evidence: Evidence, report: Report) -> Place | None:
    """The own line in which its task has waited last."""
    task = evidence.task_named(report.task)
    index = evidence.last_waits.get(task.id) if task is not None else None
    span = None if index is None else evidence.spans[index]
    return None if span is None else evidence.place(span.path, span.line)


def _is_refused(evidence: Evidence, report: Report) -> bool:
    """Whether its task was made in another thread, and asyncio has refused it."""
    return any(
        other.error == UNSAFE and any(f"{last_of(report.name)}(" in frame.code for frame in other.frames)
        for other in evidence.reports
    )


def _tasks(evidence: Evidence, some: list[Report]) -> tuple[int, ...]:
    """The lanes of the tasks that reports are about."""
    tasks = (evidence.task_named(report.task) for report in some)
    return tuple(dict.fromkeys(task.id for task in tasks if task is not None))


def _lost(place: Place | None, some: list[Report], tasks: tuple[int, ...]) -> Finding:
    who = f"{last_of(some[0].name)}()" if some[0].name else "A future"
    error = without_reprs(some[0].error)
    error = error if len(error) <= _LONGEST else error[: _LONGEST - 3] + "..."
    return Finding(
        "exception-never-retrieved",
        "error",
        *at(place),
        message=f"{who} failed with {error}; nothing awaited it.",
        advice="await the task: that raises its exception",
        times=len(some),
        tasks=tasks,
        beside=((place[1], f"{error}: nobody noticed"),) if place else (),
    )


def _destroyed(place: Place | None, some: list[Report], tasks: tuple[int, ...]) -> Finding:
    who = f"{last_of(some[0].name)}()" if some[0].name else "A task"
    return Finding(
        "task-destroyed-pending",
        "error",
        *at(place),
        message=f"{who} was thrown away before it had finished: the rest of it never ran.",
        advice="keep the task in a variable and await it while the loop runs",
        times=len(some),
        tasks=tasks,
        beside=((place[1], "thrown away"),) if place else (),
    )
