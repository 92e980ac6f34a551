"""Where a person is in a tour, what is going on there, and what a run that goes on or ends changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from asyncdemo.catalogue.targets import Target
from asyncdemo.expectations.choices import matching, observed
from asyncdemo.model.recording import Output, Run
from asyncdemo.model.spans import Timeline
from asyncdemo.tour.stops import Round, Stop

Phase = Literal[
    "code", "question", "running", "answer", "together", "notes", "tried", "source", "help", "film", "end", "over"
]
Kind = Literal["question", "together", "tried", "copy"]
KEPT = 200  # pieces of output that are kept of a run that goes on

Mark = Literal["seen", "right later", "right at first"]
_RANK: dict[Mark | None, int] = {None: 0, "seen": 1, "right later": 2, "right at first": 3}


class Course(NamedTuple):
    """How far somebody is in one course: the stop that they were at, and a mark for each question."""

    at: str | None = None
    marks: Mapping[str, Mark] = {}


class Job(NamedTuple):
    """What is to be run now: these targets one after the other. `number` tells it from the one before."""

    number: int
    kind: Kind
    targets: tuple[Target, ...]
    settings: tuple[str, ...] = ()


class Live(NamedTuple):
    """What has come of the run that goes on: the last of its output, and its tasks up to now.

    `zero` and `now` are seconds from the start of the run: its first step, and the moment up to which this is known.
    """

    output: tuple[Output, ...] = ()
    left_out: int = 0
    timeline: Timeline | None = None
    zero: float | None = None
    now: float = 0.0


class State(NamedTuple):
    """All that a screen shows is in here.

    `answered` is the run that the question of this round was about, `matched` the choice that it has proved right
    (None: none of them), `runs` what came of the last job, `jobs` how many there were. `stopping` is how often the run
    was told to stop. `before` is the phase to which source, help and a replay lead back. `offset` is how many rows of
    the page are above the screen. `typed` is the name of a stop that is being typed, None where none is. `film` is how
    fast a run is shown again, and how many seconds of it are over. `editing`: an editor is to be opened.
    """

    stops: tuple[Stop, ...]
    number: int = 0
    phase: Phase = "code"
    round: int = 0
    questions: bool = True
    predicted: int | None = None
    answered: Run | None = None
    matched: int | None = None
    runs: tuple[Run, ...] = ()
    job: Job | None = None
    jobs: int = 0
    live: Live = Live()
    stopping: int = 0
    before: Phase = "code"
    offset: int = 0
    message: str = ""
    typed: str | None = None
    film: tuple[float, float] = (1.0, 0.0)
    editing: bool = False
    course: Course = Course()

    @property
    def stop(self) -> Stop:
        """The stop that is shown."""
        return self.stops[self.number]

    @property
    def asked(self) -> Round:
        """The round of the stop that is shown."""
        return self.stop.rounds[self.round]

    @property
    def asks(self) -> bool:
        """True if there is a question to be shown in this round."""
        return self.questions and self.asked.question is not None

    @property
    def running(self) -> Target | None:
        """The target that runs just now, or has to be started."""
        if self.phase != "running" or self.job is None or len(self.runs) >= len(self.job.targets):
            return None
        return self.job.targets[len(self.runs)]


class Room(NamedTuple):
    """How many rows of a page the screen has room for, and how many more there are below."""

    rows: int
    more: int = 0


def started(state: State, kind: Kind, targets: tuple[Target, ...], settings: tuple[str, ...] = ()) -> State:
    """The state in which something begins to run."""
    job = Job(state.jobs + 1, kind, targets, settings)
    return state._replace(
        phase="running", job=job, jobs=job.number, runs=(), live=Live(), stopping=0, offset=0, message=""
    )


def at_stop(state: State, number: int) -> State:
    """The state at the beginning of a stop; what was going on is left."""
    number = min(max(number, 0), len(state.stops) - 1)
    return State(
        state.stops,
        number,
        questions=state.questions,
        jobs=state.jobs,
        course=state.course._replace(at=state.stops[number].name),
    )


def with_output(state: State, pieces: Sequence[Output], left_out: int, zero: float | None) -> State:
    """The state after some output; `left_out` pieces before it were too many to be passed on."""
    if state.phase != "running":
        return state
    live = state.live
    output = (*live.output, *pieces)[-KEPT:]
    now = max(live.now, pieces[-1].at if pieces else 0.0)
    gone = live.left_out + left_out + len(live.output) + len(pieces) - len(output)
    return state._replace(live=live._replace(output=output, left_out=gone, zero=zero or live.zero, now=now))


def with_tasks(state: State, timeline: Timeline | None, zero: float | None, now: float) -> State:
    """The state with what the tasks of the run have done up to `now`, seconds after its start."""
    if state.phase != "running":
        return state
    live = state.live
    return state._replace(live=live._replace(timeline=timeline or live.timeline, zero=zero or live.zero, now=now))


def with_run(state: State, run: Run) -> State:
    """The state after a run has ended: the next one of the job begins, or its result is shown."""
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
    """The index of the choice that a run has proved right, None where it is none or more than one."""
    for other in ("stdout", "stderr"):
        fitting = matching(choices, observed(run, other=other, version=()))
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


def marked(course: Course, key: str, *, right: bool) -> Course:
    """The course after an answer: a question is right at first only if nothing had been seen of it before."""
    before = course.marks.get(key)
    mark: Mark = "seen"
    if right:
        mark = "right at first" if before in (None, "right at first") else "right later"
    return course._replace(marks={**course.marks, key: better(mark, before)})


def better(mark: Mark, other: Mark | None) -> Mark:
    """The better of two marks."""
    return max(mark, other or mark, key=_RANK.__getitem__)


def overall(course: Course, keys: Iterable[str]) -> Mark | None:
    """The mark of a stop with these questions: that of the worst of them; None if it was not seen yet."""
    marks = [course.marks.get(key) for key in keys]
    if any(marks) and None in marks:
        return "seen"
    return min(marks, key=_RANK.__getitem__)
