"""One lane of a timeline: bars with the words for their states, what was printed below them, how it ended."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from asyncdemo.lanes.bars import DUE, MANY, STATES
from asyncdemo.lanes.cells import NOTHING, STEPPED, shape
from asyncdemo.lanes.words import ENDS, Word
from asyncdemo.spans import BLOCKED, READY, WAITING, End
from asyncdemo.views.svg.drawing import path, text
from asyncdemo.views.svg.looks import CHARACTER, KINDS

BAR, SAID, GAP = 22, 19, 8  # pixels: the height of a bar, of the words below it, and what is free below both
_TALLER = 3  # pixels above and below, of what blocks
_STEP = 2  # pixels at least that a short step is wide
_WIDE, _DENSE = 30, 4  # of so many pixels or more one in four has a short step: they are too many to be drawn
_BESIDE = 3  # pixels between the mark of a moment and what was printed then


class Drawn(NamedTuple):
    """What is on a lane: a state for each pixel, words in cells of a character, and where in pixels each was said.

    `plain` is how many pixels are drawn of a run of which no state is known.
    """

    name: str
    pixels: bytes
    said: Sequence[tuple[Word, float]]
    end: End | None
    plain: int = 0

    @property
    def height(self) -> int:
        """How many pixels it takes."""
        return BAR + (SAID if self.said else 0) + GAP


def lane(drawn: Drawn, left: float, top: float) -> Iterator[str]:
    """Give the lane; its time begins at `left` (pixels)."""
    runs = list(_runs(drawn.pixels))
    crowded = [
        (start, stop) for state, start, stop in runs if state != NOTHING and _is_crowded(drawn.pixels[start:stop])
    ]
    steps = [step for step in _steps(drawn.pixels) if not any(start <= step[0] < stop for start, stop in crowded)]
    yield from _boxes([(0, drawn.plain)] if drawn.plain else [], "script", left, top, BAR)
    for code, kind in KINDS.items():
        taller = _TALLER if code == BLOCKED else 0
        boxes = [(start, stop) for state, start, stop in runs if state == code + 1]
        yield from _boxes(boxes, kind, left, top - taller, BAR + 2 * taller)
    yield from _boxes([(start, max(stop, start + _STEP)) for start, stop in steps], "step", left, top, BAR)
    before = NOTHING
    for state, start, stop in runs:
        if state != NOTHING:
            texts = (DUE, *STATES[READY]) if (state, before) == (READY + 1, WAITING + 1) else STATES[state - 1]
            if (start, stop) in crowded:
                texts = (f"{texts[0]}, {MANY}", *texts)
            yield from _word(texts, f"word on-{KINDS[state - 1]}", _widest(start, stop, steps), left, top)
        before = state
    for word, at in drawn.said:
        yield path(f"M{left + at:.1f} {top + BAR - 4:.1f} v{SAID}", "moment")
        x = max(left + at + _BESIDE, left + word.cell * CHARACTER)
        yield text(x, top + BAR + SAID - 5, word.text, kind="said")
    last = len(drawn.pixels.rstrip(bytes((NOTHING,))))
    said_then = any(at >= last - SAID for _, at in drawn.said)  # it is seen that it came to its end
    if drawn.end is not None and last and not (drawn.end == "returned" and said_then):
        kind = "end trouble" if drawn.end == "raised" else "end"
        yield text(left + last + 7, top + BAR - 6, ENDS[drawn.end], kind=kind)


def _runs(pixels: bytes) -> Iterator[tuple[int, int, int]]:
    """State, first pixel, and the one behind the last."""
    start = 0
    for state, run in groupby(shape(pixels)):
        stop = start + sum(1 for _ in run)
        yield state, start, stop
        start = stop


def _steps(pixels: bytes) -> Iterator[tuple[int, int]]:
    """First pixel, and the one behind the last, in which the task ran shortly."""
    start = 0
    for is_step, run in groupby(bool(code & STEPPED) for code in pixels):
        stop = start + sum(1 for _ in run)
        if is_step:
            yield start, stop
        start = stop


def _boxes(boxes: Sequence[tuple[int, int]], kind: str, left: float, top: float, height: float) -> Iterator[str]:
    """All boxes of one kind in one element: there may be hundreds."""
    if boxes:
        steps = "".join(f"M{left + start:g} {top:g}h{stop - start}v{height:g}h{start - stop}z" for start, stop in boxes)
        yield path(steps, kind)


def _widest(start: int, stop: int, steps: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The widest stretch of a bar without a step in it."""
    inside = [(begin, end) for begin, end in steps if start <= begin < stop]
    edges = [start, *(edge for step in inside for edge in step), stop]
    free = [(one, other) for one, other in list(pairwise(edges))[::2]]
    return max(free, key=lambda each: each[1] - each[0])


def _word(texts: Sequence[str], kind: str, free: tuple[int, int], left: float, top: float) -> Iterator[str]:
    """The first of the words for a state that there is room for."""
    room = (free[1] - free[0]) / CHARACTER - 1
    said = next((each for each in texts if len(each) <= room), None)
    if said is not None:
        yield text(left + (free[0] + free[1]) / 2, top + BAR - 6, said, kind=kind)


def _is_crowded(pixels: bytes) -> bool:
    """Whether single steps can no longer be told apart."""
    return len(pixels) >= _WIDE and len(pixels) < _DENSE * sum(code & STEPPED > 0 for code in pixels)
