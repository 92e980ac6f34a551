"""Where each key leads: from one page of a tour to the next, and back."""

from collections.abc import Callable

from asyncdemo.analysis.lane_drawing import length
from asyncdemo.model.recording import Run
from asyncdemo.tour.state import Phase, Room, State, at_stop, started
from asyncdemo.tour.stops import find_stop

ASIDE = ("source", "help", "film")  # pages that lead back to where they were called from
RUNS = "still running: x stops it"
_MORE = ("answer", "together", "notes", "tried", "code", "source", "help")  # whose rest is shown before what comes next
SLOWER = 4.0  # how many times as slow a run is shown again, at least; twice that with each further press
SHOWN_FOR = 4.0  # seconds that it takes to show a run again, at least
_LONGEST = 60  # characters of a name that is typed

# Key, what it does in a word, and what the help says of it.
KEYS = (
    ("enter", "go on", "show what comes next: the question, the run, the answer, the notes, the next stop"),
    ("1 to 9", "predict", "say what you expect"),
    ("p", "predict", "go back to the question, to predict again"),
    ("n", "next", "the next stop"),
    ("b", "back", "one screen back, or to the stop before"),
    ("r", "run again", "run it once more"),
    ("l", "slower", "show the run again, slowed; each press makes it slower"),
    ("t", "try", "run it with the change that the notes propose"),
    ("e", "edit", "edit a copy of the script and run that; the script itself stays as it is"),
    ("s", "source", "the code of all variants, beside what happened to it"),
    ("o", "notes", "what to notice"),
    ("j", "jump", "go to a stop by its name, or the start of its name"),
    ("x", "stop", "stop the current run, and show what there is of it; Ctrl-C does the same"),
    ("up, down", "scroll", "if there is more than fits the screen; page up and page down too"),
    ("?", "help", "this page"),
    ("q", "quit", "leave; the next tour starts where you left off"),
)


def go_on(state: State, room: Room) -> State:
    """The rest of this page, or what comes after it."""
    if shows_more(state, room):
        return scrolled(state, room.rows, room)
    if state.phase in ASIDE:
        return state._replace(phase=state.before, offset=0)
    match state.phase:
        case "code" if state.asks:
            return state._replace(phase="question", offset=0)
        case "code" | "question":
            return run(state)
        case "running":
            return state._replace(message="still running: x stops it, n goes on to the next stop")
        case "answer" if state.round + 1 < len(state.stop.rounds):
            return _round(state, state.round + 1)._replace(phase="code", offset=0)
        case "answer" if state.stop.targets:
            return started(state, "together", state.stop.targets)
        case "answer" | "together" | "tried" if state.stop.notes:
            return state._replace(phase="notes", offset=0)
    return next_stop(state)


def shows_more(state: State, room: Room) -> bool:
    """True if there is more of this page, which comes before what comes after it."""
    return bool(room.more) and state.phase in _MORE


def run(state: State) -> State:
    """The run of the script of this round, or the notes of one that cannot run here."""
    if state.asked.unavailable is not None:
        return state._replace(phase="notes", offset=0, message="it cannot run here")
    return started(state, "question", (state.asked.target,))


def _round(state: State, number: int) -> State:
    return state._replace(round=number, predicted=None, answered=None, matched=None, runs=())


def next_stop(state: State) -> State:
    """The next stop; between two chapters, and at the end, the page that says so."""
    last = state.number + 1 == len(state.stops)
    if state.phase == "end":
        return state._replace(phase="over") if last else at_stop(state, state.number + 1)
    if last or state.stops[state.number + 1].chapter != state.stop.chapter:
        after = state.stops[0 if last else state.number + 1]
        return at_stop(state, state.number)._replace(phase="end", course=state.course._replace(at=after.name))
    return at_stop(state, state.number + 1)


def back(state: State) -> State:
    """The page before this one, or the stop before."""
    if state.phase in ASIDE:
        return state._replace(phase=state.before, offset=0)
    if state.phase == "running":
        return left(state)
    if state.phase == "end":
        return at_stop(state, state.number)
    if state.phase == "tried":
        return state._replace(phase="notes", offset=0)
    if state.phase == "notes" and state.answered is not None:
        return state._replace(phase="answer", offset=0)
    if state.phase == "together":
        return state._replace(phase="answer" if state.answered else "code", offset=0)
    if state.phase == "answer" and state.asks:
        return state._replace(phase="question", offset=0)
    if state.phase in ("answer", "question", "notes"):
        return state._replace(phase="code", offset=0)
    if state.round:
        return _round(state, state.round - 1)
    if not state.number:
        return state._replace(message="this is the first stop")
    return at_stop(state, state.number - 1)


def left(state: State) -> State:
    """What was shown before a run that goes on, which is left."""
    before: Phase = "question" if state.asks else "code"
    if state.answered is not None and state.job is not None and state.job.kind != "question":
        before = "answer"
    return state._replace(phase=before, job=None, runs=(), offset=0, message="you left the run")


def scrolled(state: State, rows: int, room: Room) -> State:
    """The same page scrolled by so many rows, no further down than there are any."""
    return state._replace(offset=max(0, state.offset + min(rows, room.more)))


def pressed(state: State, key: str, room: Room) -> State:
    """The state that a key leads to."""
    if state.typed is not None:
        return _typing(state, state.typed, key)
    state = state._replace(message="")
    if key in _SCROLLING:
        return scrolled(state, _SCROLLING[key](room), room)
    is_digit = key.isascii() and key.isdecimal()
    if state.phase == "running" and (is_digit or key in _NOT_WHILE_RUNNING):
        return state._replace(message=RUNS)
    if is_digit:
        return _predicted(state, int(key))
    match key:
        case "enter" | "space" | "right":
            return go_on(state, room)
        case "b" | "left" | "backspace":
            return back(state)
        case "escape" if state.phase in ASIDE:
            return back(state)
        case "n":
            return next_stop(state)
        case "s":
            return _aside(state, "source")
        case "?":
            return _aside(state, "help")
        case "j":
            return state._replace(typed="")
        case "q":
            return state._replace(phase="over", job=None)
        case "x" if state.phase == "running":
            return state._replace(stopping=state.stopping + 1, message="stopping")
        case "x":
            return state._replace(message="nothing is running")
        case "" | "escape":
            return state
    return _ACTIONS[key](state) if key in _ACTIONS else state._replace(message="? shows the keys")


def played(state: State, seconds: float) -> State:
    """The state after so many seconds of a run that is shown again; at its end what was shown before comes back."""
    speed, at = state.film
    at += seconds * speed
    run = filmed(state)
    if run is None or at >= length(run):
        return state._replace(phase=state.before, offset=0)
    return state._replace(film=(speed, at))


def filmed(state: State) -> Run | None:
    """The run that can be shown again: the one that was last looked at, None where there is none."""
    if state.before in ("tried", "together") and state.runs:
        return state.runs[0]
    return state.answered


def works(state: State, key: str) -> bool:
    """True if a key does something here, and does not only say why it cannot."""
    if key == "t":
        return state.stop.attempt is not None
    if key == "l" and state.phase != "film":
        again = filmed(state if state.phase in ASIDE else state._replace(before=state.phase))
        return again is not None and length(again) > 0
    if key == "e":
        target = state.asked.target
        return target.path is not None and (target.block is None or not target.block.session)
    return True


def _again(state: State) -> State:
    job = state.job
    if state.phase in ("running", "tried", "together") and job is not None:
        return started(state, job.kind, job.targets, job.settings)
    if state.phase == "end":
        return state._replace(message="there is nothing to run here")
    return run(state)


def _slower(state: State) -> State:
    if state.phase == "film":
        return state._replace(film=(state.film[0] / 2, state.film[1]))
    shown = state._replace(before=_before(state), phase="film", offset=0)
    again = filmed(shown)
    if again is not None and length(again):
        return shown._replace(film=(min(1 / SLOWER, length(again) / SHOWN_FOR), 0.0))
    return state._replace(message="run it first; then it can be shown again, slowed")


def _question(state: State) -> State:
    if not state.asks or state.phase == "end":
        return state._replace(message="there is no question here")
    if state.phase == "running":
        state = left(state)
    return state._replace(phase="question", offset=0, predicted=None, message="")


def _predicted(state: State, number: int) -> State:
    if not state.asks or state.phase not in ("code", "question", "answer", "notes"):
        return state._replace(message="there is no question here" if not state.asks else "p goes back to the question")
    choices = state.asked.choices
    if not 1 <= number <= len(choices):
        return state._replace(message=f"the choices are 1 to {len(choices)}")
    return state._replace(phase="question", predicted=number - 1, offset=0)


def _aside(state: State, phase: Phase) -> State:
    if state.phase == phase:
        return state._replace(phase=state.before, offset=0)
    return state._replace(phase=phase, before=_before(state), offset=0)


def _before(state: State) -> Phase:
    """The phase to which a page that is called from here leads back."""
    return state.before if state.phase in ASIDE else state.phase


def _notes(state: State) -> State:
    if state.phase == "notes":
        return back(state)
    return state if state.phase == "end" else state._replace(phase="notes", offset=0)


def _try(state: State) -> State:
    attempt = state.stop.attempt
    if state.phase == "end" or attempt is None:
        return state._replace(message="" if attempt else "the notes propose nothing that a key can do; e edits a copy")
    return started(state, "tried", attempt.targets, attempt.settings)


def _edit(state: State) -> State:
    return state if state.phase == "end" else state._replace(editing=True)


def _typing(state: State, typed: str, key: str) -> State:
    if key == "enter" and typed.strip():
        number = find_stop(typed, state.stops)
        if isinstance(number, str):
            return state._replace(typed=None, message=number)
        return at_stop(state, number)
    if key in ("escape", "enter"):
        return state._replace(typed=None)
    if key == "backspace":
        return state._replace(typed=typed[:-1])
    character = " " if key == "space" else key
    if len(character) == 1 and len(typed) < _LONGEST:
        return state._replace(typed=typed + character)
    return state


_SCROLLING: dict[str, Callable[[Room], int]] = {
    "down": lambda _room: 1,
    "up": lambda _room: -1,
    "page down": lambda room: room.rows,
    "page up": lambda room: -room.rows,
    "home": lambda _room: -100_000,
    "end": lambda room: room.more,
}
_NOT_WHILE_RUNNING = ("l", "s", "?", "o", "t", "e")
_ACTIONS: dict[str, Callable[[State], State]] = {
    "r": _again,
    "l": _slower,
    "p": _question,
    "o": _notes,
    "t": _try,
    "e": _edit,
}
