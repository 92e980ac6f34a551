"""What a run that goes on or ends changes."""

from collections.abc import Sequence

from asyncdemo.expectations.choices import matching
from asyncdemo.expectations.seen import seen
from asyncdemo.recording import Output, Run
from asyncdemo.spans import Timeline
from asyncdemo.tour.progress import marked
from asyncdemo.tour.state import Live, Phase, State

KEPT = 200  # pieces of output that are kept of a run that goes on


def printed(state: State, pieces: Sequence[Output], left_out: int, zero: float | None) -> State:
    """Take what was printed; `left_out` pieces before it were too many to be told."""
    if state.phase != "running":
        return state
    live = state.live
    output = (*live.output, *pieces)[-KEPT:]
    now = max(live.now, pieces[-1].at if pieces else 0.0)
    gone = live.left_out + left_out + len(live.output) + len(pieces) - len(output)
    return state._replace(live=live._replace(output=output, left_out=gone, zero=zero or live.zero, now=now))


def looked(state: State, timeline: Timeline | None, zero: float | None, now: float) -> State:
    """Take what its tasks have done up to `now`, seconds after its start."""
    if state.phase != "running":
        return state
    live = state.live
    return state._replace(live=live._replace(timeline=timeline or live.timeline, zero=zero or live.zero, now=now))


def ended(state: State, run: Run) -> State:
    """Take a run that has ended: the next one of the job begins, or what came of it is shown."""
    job = state.job
    if state.phase != "running" or job is None:
        return state
    state = state._replace(runs=(*state.runs, run), live=Live(), message="")
    if len(state.runs) < len(job.targets) and not run.was_interrupted:
        return state
    if job.kind == "question":
        return _answered(state, run)._replace(job=None, phase="answer", offset=0, message="")
    phase: Phase = "together" if job.kind == "together" else "tried"
    return state._replace(phase=phase, offset=0, message="")


def right_choice(choices: Sequence[str], run: Run) -> int | None:
    """Give the index of the choice that a run has proved right, None where it is none or more than one."""
    for other in ("stdout", "stderr"):
        fitting = matching(choices, seen(run, other=other, version=()))
        if len(fitting) == 1:
            return choices.index(fitting[0])
    return None


def _answered(state: State, run: Run) -> State:
    asked = state.asked
    matched = right_choice(asked.choices, run) if asked.question is not None else None
    key = asked.target.name if asked.question is not None else state.stop.name
    course = state.course
    if state.questions and run.outcome.kind != "not-started" and not run.was_interrupted:
        right = matched is not None and state.predicted == matched
        course = marked(course, key, right=right)
    return state._replace(answered=run, matched=matched, course=course)
