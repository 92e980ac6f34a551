"""Words on a lane: what a task printed, at its moment, and how it ended."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from asyncdemo.lanes.axis import Axis
from asyncdemo.lanes.cells import NOTHING, shape
from asyncdemo.lanes.folding import Lane
from asyncdemo.recording import Output

ENDS = {"returned": "done", "raised": "raised", "cancelled": "cancelled", "pending": "pending"}
LONGEST = 12  # cells of a single word
_MOST = 3  # words of a line
_LATE = 2  # cells that a word may stand behind its moment

Measure = Callable[[str], int]  # how many cells a text takes


class Word(NamedTuple):
    """Text that begins in a cell; `end` tells how the task ended, the others were printed."""

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


def words(lane: Lane, said: Sequence[tuple[int, str]], room: int, measure: Measure) -> list[Word]:
    """Put what was printed on a lane, as many words of it as there is room for, and its end; `room` cells in all."""
    placed: list[Word] = []
    for count in range(1 if len(lane.tasks) > 1 else _MOST, 0, -1):
        short = [(cell, _first(line, count, measure)) for cell, line in said]
        placed = _placed(short, lane.cells, room, measure)
        if len(placed) == len(said) and (count == 1 or _leave_room(placed, lane.cells, room)):
            break
    if len(placed) < len(said):
        placed = _placed(_once(short, placed), lane.cells, room, measure)
    return placed + _end(lane, placed, room)


def _first(line: str, count: int, measure: Measure) -> str:
    text = " ".join(line.split()[:count])
    while measure(text) > (LONGEST if count == 1 else 2 * LONGEST):
        text = text[:-1]
    return text


def _placed(said: Sequence[tuple[int, str]], cells: bytes, room: int, measure: Measure) -> list[Word]:
    """Those for which there is room, one after the other."""
    placed: list[Word] = []
    for cell, text in said:
        start = max(cell, placed[-1].stop if placed else 0)
        behind_bar = start > 0 and shape(cells[start - 1 : start]) != b"\0" and not (placed and placed[-1].stop == start)
        word = Word(start + behind_bar, text, measure(text), "printed")
        if start - cell <= _LATE and word.cell + word.width <= room:
            placed.append(word)
    return placed


def _leave_room(placed: Sequence[Word], cells: bytes, room: int) -> bool:
    """Whether they hide no more than half of the bars that they stand in."""
    last = max((cell for cell, code in enumerate(cells) if code != NOTHING), default=0)
    for word, after in zip(placed, [*(word.cell for word in placed[1:]), last + 1], strict=True):
        if word.cell < last and 2 * word.width > after - word.cell:
            return False
    return True


def _once(said: Sequence[tuple[int, str]], placed: Sequence[Word]) -> list[tuple[int, str]]:
    """A text for which there is not always room is said the first time only."""
    often = {text for _, text in said if _count(said, text) > sum(word.text == text for word in placed)}
    seen: set[str] = set()
    kept = []
    for cell, text in said:
        if text not in often or text not in seen:
            kept.append((cell, text))
        seen.add(text)
    return kept


def _count(said: Sequence[tuple[int, str]], text: str) -> int:
    return sum(other == text for _, other in said)


def _end(lane: Lane, placed: Sequence[Word], room: int) -> list[Word]:
    """How it ended, behind its last cell; of one that just returned only where it printed nothing there."""
    if lane.end is None:
        return []
    text = ENDS[lane.end]
    last = max((cell for cell, code in enumerate(lane.cells) if code != NOTHING), default=-1)
    start = max(last + 2 if last >= 0 else 0, placed[-1].stop if placed else 0)
    if start + len(text) > room or (lane.end == "returned" and placed and placed[-1].stop > last):
        return []
    return [Word(start, text, len(text), "end")]
