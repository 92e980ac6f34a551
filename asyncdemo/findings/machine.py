"""What the machine and other threads had to do with it that a step took long."""

from asyncdemo.findings.evidence import Evidence
from asyncdemo.model.spans import RUNNING, Span
from asyncdemo.model.user_code import is_own

Stretch = tuple[float, float]  # from when to when, in seconds

_QUIET = 0.8  # of the time of computing steps: if the process had that much, the machine was not busy


def on_processor(evidence: Evidence) -> float:
    """The part of the time of computing steps, from 0 to 1, for which the machine let the process compute.

    Where it is busy with something else, steps take long for no fault of their own. 1 where that is not known.
    """
    seconds = evidence.run.seconds
    if seconds.own is None or seconds.waiting is None:
        return 1.0
    used = seconds.own - seconds.waiting - (seconds.queued or 0.0)
    spans = evidence.spans
    computing = sum(
        end - start
        for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True)
        if state == RUNNING and task in evidence.tasks
    )
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
    """Whether other threads have computed for most of a step: then it is not known who had Python's lock."""
    both = (min(step.end, end) - max(step.start, start) for start, end in threads)
    return sum(max(0.0, seconds) for seconds in both) > (step.end - step.start) / 2
