"""Words on a lane: what a task printed, at its moment, and how it ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from asyncdemo.lanes.axis import Axis
from asyncdemo.lanes.cells import NOTHING, STEPPED
from asyncdemo.lanes.folding import Lane
from asyncdemo.recording import Output
from asyncdemo.spans import End

ENDS: dict[End, str] = {"returned": "done", "raised": "raised", "cancelled": "cancelled", "pending": "pending"}
_LONGEST = 12  # cells of a single word
_MOST = 3  # words of a line
_LATE = 2  # cells that a word may stand behind its moment

Said = Sequence[tuple[int, str]]  # texts with the cells of their moments, in their order
Measure = Callable[[str], int]  # how many cells a text takes


class Word(NamedTuple):
    """Text that begins in a cell and takes `width` cells."""

    cell: int
    text: str
    width: int
    kind: Literal["printed", "end"]

    @property
    def stop(self) -> int:
        """The cell behind it and the blank that follows."""
        return self.cell + self.width + 1


def spoken(outputs: Iterable[Output], axis: Axis) -> list[tuple[int, str]]:
    """What a task printed: the first line in each cell."""
    lines: dict[int, str] = {}
    for output in outputs:
        if output.stream == "stdout" and (line := output.text.strip().partition("\n")[0]):
            lines.setdefault(axis.cell(output.at), line)
    return sorted(lines.items())


def words(lane: Lane, said: Said, room: int, measure: Measure) -> list[Word]:
    """Put what was printed on a lane, as many words of it as there is room for, and its end; `room` cells in all."""
    for count in range(_MOST if len(lane.tasks) == 1 else 1, 1, -1):
        placed = _placed(_shortened(said, count, measure), lane.cells, room, measure)
        if len(placed) == len(said) and _leave_room(placed, lane.cells):
            return placed + _end(lane, placed, room)
    short = _shortened(said, 1, measure)
    placed = _placed(short, lane.cells, room, measure)
    if len(placed) < len(said):
        placed = _placed(_once(short, placed), lane.cells, room, measure)
    return placed + _end(lane, placed, room)


def _shortened(said: Said, count: int, measure: Measure) -> Said:
    return [(cell, _within(" ".join(line.split()[:count]), _LONGEST * count, measure)) for cell, line in said]


def _within(text: str, width: int, measure: Measure) -> str:
    text = text[:width]
    while measure(text) > width:
        text = text[:-1]
    return text


def _placed(said: Said, cells: bytes, room: int, measure: Measure) -> list[Word]:
    """Those for which there is room, one after the other, with a blank before each."""
    placed: list[Word] = []
    free = 0
    for cell, text in said:
        start = max(cell, free)
        start += start > free and cells[start - 1] not in (NOTHING, STEPPED)
        word = Word(start, text, measure(text), "printed")
        if start - cell <= _LATE and start + word.width <= room:
            placed.append(word)
            free = word.stop
    return placed


def _leave_room(placed: Sequence[Word], cells: bytes) -> bool:
    """Whether they hide no more than half of the bars that they stand in."""
    last = _last(cells)
    inside = [word for word in placed if word.cell < last - _LATE]
    starts, widths = [word.cell for word in inside], [word.width for word in inside]
    return all(
        2 * width <= stop - start for width, (start, stop) in zip(widths, pairwise([*starts, last]), strict=True)
    )


def _once(said: Said, placed: Sequence[Word]) -> Said:
    """A text for which there is not always room is said the first time only."""
    left_out = Counter(text for _, text in said) - Counter(word.text for word in placed)
    first = {text: cell for cell, text in reversed(said)}
    return [(cell, text) for cell, text in said if text not in left_out or cell == first[text]]


def _end(lane: Lane, placed: Sequence[Word], room: int) -> list[Word]:
    """How it ended, behind its last cell; that it just returned only where it printed nothing there."""
    last, free = _last(lane.cells), placed[-1].stop if placed else 0
    if lane.end is None or last < 0:
        return []
    text, start = ENDS[lane.end], max(last + 2, free)
    if start + len(text) > room or (lane.end == "returned" and free > last):
        return []
    return [Word(start, text, len(text), "end")]


def _last(cells: bytes) -> int:
    """The last cell in which the task was there; a step that reaches out of a bar into the next one does not count."""
    there = cells.rstrip(bytes((NOTHING,)))
    reaches_out = there[-1:] == bytes((STEPPED,)) and there[-2:-1] not in (b"", bytes((NOTHING,)), bytes((STEPPED,)))
    return len(there) - 1 - reaches_out
