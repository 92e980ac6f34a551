"""Where a person is in an exercise: what the last run has shown, which hints were read, and where each key leads."""

from typing import Literal, NamedTuple

from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.exercise_checks import Exercise
from asyncdemo.model.recording import Run
from asyncdemo.tour.state import Course, Mark, marked

TRIED: Mark = "seen"  # every other mark means solved
Wish = Literal["", "run", "next", "quit"]

KEYS = (("h", "hint"), ("s", "solution"), ("r", "run"), ("n", "next"), ("q", "quit"))


class Practice(NamedTuple):
    """An exercise that somebody works at in `file`; `place` says which one it is, `after` names the one after it.

    `run` and `lacks` are what came of the last run, `runs` how many there were. `hints` were read. `tried`: it was run
    with a change, now or earlier. `offset` is how many rows are above the screen, `wish` what the last key asks for.
    """

    exercise: Exercise
    file: str
    place: str = ""
    after: str | None = None
    run: Run | None = None
    lacks: tuple[Mismatch, ...] = ()
    runs: int = 0
    running: bool = False
    hints: int = 0
    tried: bool = False
    shows_solution: bool = False
    offset: int = 0
    message: str = ""
    wish: Wish = ""

    @property
    def solved(self) -> bool:
        """True if the last run did all that is asked for."""
        return self.run is not None and not self.lacks


def pressed(state: Practice, key: str, rows: int = 1) -> Practice:
    """The state after a key; `rows` of the page can be seen at once."""
    state = state._replace(message="", wish="")
    scrolls = {"down": 1, "up": -1, "page down": rows, "page up": -rows, "space": rows}
    if key in scrolls:
        return state._replace(offset=max(0, state.offset + scrolls[key]))
    wishes: dict[str, Wish] = {"r": "run", "enter": "run", "n": "next", "q": "quit", "escape": "quit"}
    if key in wishes:
        return _next(state) if key == "n" else state._replace(wish=wishes[key])
    if key == "h":
        return _hint(state)
    if key == "s":
        return _solution(state)
    return state._replace(message="h shows a hint, s the solution, r runs it, n goes to the next one, q quits")


def judged(state: Practice, run: Run, lacks: list[Mismatch], *, changed: bool) -> Practice:
    """The state after a run of the file; `changed`: it is not what was handed out."""
    return state._replace(
        run=run, lacks=tuple(lacks), runs=state.runs + 1, running=False, tried=state.tried or changed, offset=0
    )


def with_mark(course: Course, state: Practice) -> Course:
    """The progress after the last run: what is not changed yet was not tried."""
    if not state.solved and not state.tried:
        return course._replace(at=state.exercise.name)
    return marked(course, state.exercise.name, right=state.solved)._replace(at=state.exercise.name)


def first_open(names: list[str], course: Course, after: str | None = None) -> str | None:
    """The first exercise that is not solved, from the one after `after` on, then from the first; None if all are."""
    start = names.index(after) + 1 if after in names else 0
    left = [name for name in [*names[start:], *names[:start]] if not is_solved(course, name)]
    return next((name for name in left if name != after), None)


def is_solved(course: Course, name: str) -> bool:
    """True if an exercise was solved once."""
    return course.marks.get(name) not in (None, TRIED)


def _next(state: Practice) -> Practice:
    if state.after is None:
        return state._replace(message="there is no other exercise that is not solved")
    return state._replace(wish="next")


def _hint(state: Practice) -> Practice:
    if state.hints == len(state.exercise.hints):
        return state._replace(message="there are no more hints; s shows the solution, once you have tried")
    return state._replace(hints=state.hints + 1, shows_solution=False)


def _solution(state: Practice) -> Practice:
    if not state.tried:
        said = f"try it first: change {state.file} and save it"
        return state._replace(message=f"{said}; h shows a hint" if state.exercise.hints else said)
    return state._replace(shows_solution=not state.shows_solution, offset=0)
