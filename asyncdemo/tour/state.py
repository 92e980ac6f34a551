"""Where a person is in a tour, and what is going on there."""

from typing import Literal, NamedTuple

from asyncdemo.catalogue.targets import Target
from asyncdemo.recording import Output, Run
from asyncdemo.spans import Timeline
from asyncdemo.tour.progress import Course
from asyncdemo.tour.stop import Round, Stop

Phase = Literal[
    "code", "question", "running", "answer", "together", "notes", "tried", "source", "help", "film", "end", "over"
]
Kind = Literal["question", "together", "tried", "copy"]


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
        """Whether there is a question to be shown in this round."""
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
    """Begin to run something."""
    job = Job(state.jobs + 1, kind, targets, settings)
    return state._replace(
        phase="running", job=job, jobs=job.number, runs=(), live=Live(), stopping=0, offset=0, message=""
    )


def at_stop(state: State, number: int) -> State:
    """Go to the beginning of a stop; what was going on is left."""
    number = min(max(number, 0), len(state.stops) - 1)
    return State(
        state.stops,
        number,
        questions=state.questions,
        jobs=state.jobs,
        course=state.course._replace(at=state.stops[number].name),
    )
