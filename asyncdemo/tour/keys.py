"""Where each key leads."""

from collections.abc import Callable

from asyncdemo.lanes.chart import length
from asyncdemo.recording import Run
from asyncdemo.tour.moves import ASIDE, RUNS, back, go_on, left, next_stop, run, scrolled
from asyncdemo.tour.state import Phase, Room, State, at_stop, started
from asyncdemo.tour.stop import found

SLOWER = 4.0  # how many times as slow a run is shown again, at least; twice that with each further press
SHOWN_FOR = 4.0  # seconds that it takes to show a run again, at least
_LONGEST = 60  # characters of a name that is typed

# Key, what it does in a word, and what the help says of it.
KEYS = (
    ("enter", "go on", "show what comes next: the question, the run, the answer, the notes, the next stop"),
    ("1 to 9", "predict", "say what you expect, before or after you have seen it"),
    ("p", "predict", "go back to the question, to predict again"),
    ("n", "next", "the next stop"),
    ("b", "back", "one screen back, or to the stop before"),
    ("r", "run again", "the same once more"),
    ("l", "slower", "show the run again, slowed; each press makes it slower"),
    ("t", "try", "run it with the change that the notes propose"),
    ("e", "edit", "edit a copy of the script and run that; the script itself stays as it is"),
    ("s", "source", "the code, of all variants, beside what happened to it"),
    ("o", "notes", "what there is to notice"),
    ("j", "jump", "go to a stop by its name, or the beginning of it"),
    ("x", "stop", "stop the run that goes on, and show what there is of it; Ctrl-C does the same"),
    ("up, down", "scroll", "where there is more than the screen has room for; page up and page down too"),
    ("?", "help", "this page"),
    ("q", "quit", "leave; the next tour begins where you were"),
)


def pressed(state: State, key: str, room: Room) -> State:
    """Give where a key leads."""
    if state.typed is not None:
        return _typing(state, state.typed, key)
    state = state._replace(message="")
    if key.isascii() and key.isdecimal():
        return _predicted(state, int(key))
    if key in _SCROLLING:
        return scrolled(state, _SCROLLING[key](room), room)
    return _ACTIONS.get(key, _unknown)(state, room)


def played(state: State, seconds: float) -> State:
    """Let so many seconds pass in which a run is shown again; at its end what was shown before comes back."""
    speed, at = state.film
    at += seconds * speed
    run = filmed(state)
    if run is None or at >= length(run):
        return state._replace(phase=state.before, offset=0)
    return state._replace(film=(speed, at))


def filmed(state: State) -> Run | None:
    """Give the run that can be shown again: the one that was last looked at, None where there is none."""
    if state.before in ("tried", "together") and state.runs:
        return state.runs[0]
    return state.answered


def _again(state: State, _room: Room) -> State:
    job = state.job
    if state.phase in ("running", "tried", "together") and job is not None:
        return started(state, job.kind, job.targets, job.settings)
    if state.phase == "end":
        return state._replace(message="there is nothing to run here")
    return run(state)


def _slower(state: State, _room: Room) -> State:
    if state.phase == "film":
        return state._replace(film=(state.film[0] / 2, state.film[1]))
    if state.phase == "running":
        return state._replace(message=RUNS)
    before = state.before if state.phase in ASIDE else state.phase
    shown = state._replace(before=before, phase="film", offset=0)
    again = filmed(shown)
    if again is not None and length(again):
        return shown._replace(film=(min(1 / SLOWER, length(again) / SHOWN_FOR), 0.0))
    return state._replace(message="run it first: then it can be shown again, slowed")


def _question(state: State, _room: Room) -> State:
    if not state.asks or state.phase == "end":
        return state._replace(message="there is no question here")
    if state.phase == "running":
        state = left(state)
    return state._replace(phase="question", offset=0, predicted=None, message="")


def _predicted(state: State, number: int) -> State:
    if state.phase == "running":
        return state._replace(message=RUNS)
    if not state.asks or state.phase not in ("code", "question", "answer", "notes"):
        return state._replace(message="there is no question here" if not state.asks else "p leads to the question")
    choices = state.asked.choices
    if not 1 <= number <= len(choices):
        return state._replace(message=f"there are the choices 1 to {len(choices)}")
    return state._replace(phase="question", predicted=number - 1, offset=0)


def _aside(phase: Phase) -> Callable[[State, Room], State]:
    def action(state: State, _room: Room) -> State:
        if state.phase == phase:
            return state._replace(phase=state.before, offset=0)
        if state.phase == "running":
            return state._replace(message=RUNS)
        before = state.before if state.phase in ASIDE else state.phase
        return state._replace(phase=phase, before=before, offset=0)

    return action


def _notes(state: State, room: Room) -> State:
    if state.phase == "notes":
        return back(state, room)
    if state.phase in ("running", "end"):
        return state._replace(message=RUNS if state.phase == "running" else "")
    return state._replace(phase="notes", offset=0)


def _try(state: State, _room: Room) -> State:
    attempt = state.stop.attempt
    if state.phase == "running":
        return state._replace(message=RUNS)
    if state.phase == "end" or attempt is None:
        return state._replace(
            message="" if attempt else "the notes propose nothing that a key could do: e edits a copy"
        )
    return started(state, "tried", attempt.targets, attempt.settings)


def _edit(state: State, _room: Room) -> State:
    if state.phase in ("running", "end"):
        return state._replace(message=RUNS if state.phase == "running" else "")
    return state._replace(editing=True)


def _jump(state: State, _room: Room) -> State:
    return state._replace(typed="")


def _stop(state: State, _room: Room) -> State:
    if state.phase != "running":
        return state._replace(message="nothing runs")
    return state._replace(stopping=state.stopping + 1, message="it is told to stop")


def _quit(state: State, _room: Room) -> State:
    return state._replace(phase="over", job=None)


def _escape(state: State, room: Room) -> State:
    return back(state, room) if state.phase in ASIDE else state


def _unknown(state: State, _room: Room) -> State:
    return state._replace(message="? shows the keys")


def _typing(state: State, typed: str, key: str) -> State:
    if key == "enter" and typed.strip():
        number = found(typed, state.stops)
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
_ACTIONS: dict[str, Callable[[State, Room], State]] = {
    **dict.fromkeys(("enter", "space", "right"), go_on),
    **dict.fromkeys(("b", "left", "backspace"), back),
    "n": next_stop,
    "r": _again,
    "l": _slower,
    "p": _question,
    "s": _aside("source"),
    "?": _aside("help"),
    "o": _notes,
    "t": _try,
    "e": _edit,
    "j": _jump,
    "x": _stop,
    "q": _quit,
    "escape": _escape,
    "": lambda state, _room: state,
}
