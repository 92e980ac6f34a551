"""From one page of a tour to the next, and back."""

from collections.abc import Callable

from asyncdemo.tour.state import Phase, Room, State, at_stop, started

ASIDE = ("source", "help", "film")  # pages that lead back to where they were called from
RUNS = "it still runs: x stops it"
_MORE = ("answer", "together", "notes", "tried", "code", "source", "help")  # whose rest is shown before what comes next


def go_on(state: State, room: Room) -> State:
    """Show the rest of this page, or what comes after it."""
    if shows_more(state, room):
        return scrolled(state, room.rows, room)
    if state.phase in ASIDE:
        return state._replace(phase=state.before, offset=0)
    return _FOLLOWS[state.phase](state)


def shows_more(state: State, room: Room) -> bool:
    """Whether there is more of this page, which comes before what comes after it."""
    return bool(room.more) and state.phase in _MORE


def _after_code(state: State) -> State:
    return state._replace(phase="question", offset=0) if state.asks else run(state)


def run(state: State) -> State:
    """Run the script of this round; one that cannot run here leads to the notes."""
    if state.asked.unavailable is not None:
        return state._replace(phase="notes", offset=0, message="it cannot run here")
    return started(state, "question", (state.asked.target,))


def _still(state: State) -> State:
    return state._replace(message="it still runs: x stops it, n leaves it for the next stop")


def _after_answer(state: State) -> State:
    if state.round + 1 < len(state.stop.rounds):
        return state._replace(
            round=state.round + 1, phase="code", offset=0, predicted=None, answered=None, matched=None, runs=()
        )
    return _together(state) if state.stop.targets else _to_notes(state)


def _together(state: State) -> State:
    return started(state, "together", state.stop.targets)


def _to_notes(state: State) -> State:
    """The notes, or what comes after them where there are none."""
    return state._replace(phase="notes", offset=0) if state.stop.notes else next_stop(state)


def next_stop(state: State, _room: Room | None = None) -> State:
    """The next stop; between two chapters, and at the end, the page that says so."""
    if state.phase == "end":
        return _after_end(state)
    last = state.number + 1 == len(state.stops)
    if last or state.stops[state.number + 1].chapter != state.stop.chapter:
        after = state.stops[0 if last else state.number + 1]
        return at_stop(state, state.number)._replace(phase="end", course=state.course._replace(at=after.name))
    return at_stop(state, state.number + 1)


def _after_end(state: State) -> State:
    if state.number + 1 == len(state.stops):
        return state._replace(phase="over")
    return at_stop(state, state.number + 1)


def back(state: State, _room: Room) -> State:
    """Give the page before this one, or the stop before."""
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
        return state._replace(round=state.round - 1, predicted=None, answered=None, matched=None, runs=())
    if not state.number:
        return state._replace(message="this is the first stop")
    return at_stop(state, state.number - 1)


def left(state: State) -> State:
    """Leave a run that goes on: what was shown before it comes back."""
    before: Phase = "question" if state.asks else "code"
    if state.answered is not None and state.job is not None and state.job.kind != "question":
        before = "answer"
    return state._replace(phase=before, job=None, runs=(), offset=0, message="the run was left")


def scrolled(state: State, rows: int, room: Room) -> State:
    """Scroll by so many rows, no further down than there are any."""
    return state._replace(offset=max(0, state.offset + min(rows, room.more)))


_FOLLOWS: dict[str, Callable[[State], State]] = {
    "code": _after_code,
    "question": run,
    "running": _still,
    "answer": _after_answer,
    "together": _to_notes,
    "tried": _to_notes,
    "notes": next_stop,
    "end": _after_end,
}
