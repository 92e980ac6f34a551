"""A lane's cells as bars between the words on it, each with the word for its state where there is room."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import NamedTuple

from asyncdemo.lanes.cells import NOTHING, STEPPED, shape
from asyncdemo.lanes.words import Word
from asyncdemo.spans import BLOCKED, READY, RUNNING, WAITING

STATES = {
    RUNNING: ("computes", "runs"),
    READY: ("cannot run", "late"),
    WAITING: ("waiting",),
    BLOCKED: ("BLOCKS",),
}
DUE = "due, but cannot run"
MANY = "many short steps"
_DENSE = 4  # one step in so many cells: single ones can no longer be told apart


class Bar(NamedTuple):
    """A stretch in one state; `steps` are the cells of short steps in it, `word` and its blanks begin in `at`."""

    state: int
    start: int
    stop: int
    steps: tuple[int, ...]
    word: str
    at: int


class Step(NamedTuple):
    """A cell in which the task ran shortly and was not there, or not to be seen, before and after."""

    cell: int


def bars(cells: bytes, words: Sequence[Word]) -> list[Bar | Step]:
    """Give what is to be drawn in the cells that the words leave free."""
    taken = {cell for word in words for cell in range(word.cell - 1, word.stop)}
    drawn: list[Bar | Step] = []
    before = NOTHING
    for code, start, stop in _runs(shape(cells)):
        if code != NOTHING:
            texts = (DUE, *STATES[READY]) if (code, before) == (READY + 1, WAITING + 1) else STATES[code - 1]
            drawn += [_bar(code - 1, cells, some, texts) for some in _free(start, stop, taken)]
        else:
            alone = range(start + (start > 0), stop - (stop < len(cells)))  # beside a bar it is a part of that
            drawn += [Step(cell) for cell in alone if cells[cell] & STEPPED and cell not in taken]
        before = code
    return drawn


def _runs(states: bytes) -> Iterator[tuple[int, int, int]]:
    start = 0
    for code, run in groupby(states):
        stop = start + len(list(run))
        yield code, start, stop
        start = stop


def _free(start: int, stop: int, taken: set[int]) -> Iterator[range]:
    for is_taken, run in groupby(range(start, stop), key=taken.__contains__):
        some = list(run)
        if not is_taken:
            yield range(some[0], some[-1] + 1)


def _bar(state: int, cells: bytes, some: range, texts: tuple[str, ...]) -> Bar:
    steps = tuple(cell for cell in some[2:-2] if cells[cell] & STEPPED)
    if _DENSE * len(steps) > len(some):
        steps, texts = (), (f"{texts[0]}, {MANY}", *texts)
    edges = (some.start - 1, *steps, some.stop)
    widest = max((range(left + 1, right) for left, right in pairwise(edges)), key=len)
    roomy = (f" {text} " for text in texts if len(text) + 4 <= len(widest))
    tight = (text for text in texts if len(text) + 2 <= len(widest) and state != WAITING)
    word = next(chain(roomy, tight), "")
    return Bar(state, some.start, some.stop, steps, word, widest.start + (len(widest) - len(word)) // 2)
