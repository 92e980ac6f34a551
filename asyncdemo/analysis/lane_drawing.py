"""What is drawn on lanes: bars with the word for their state or wait, what tasks printed, how they ended. Pure."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby, pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

from asyncdemo.analysis.lanes import NOTHING, STEPPED, Axis, Folded, Lane, cells, fold, shape
from asyncdemo.analysis.printed_lines import printed, prints
from asyncdemo.model.recording import Output, Run
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, End, Reason, Spans, Task, Timeline, wait_words

Texts = Callable[[int, int], Sequence[str]]  # of the cells from one up to another: what to say there, the best first

_NEARLY = 0.9  # of the time that tasks waited within a stretch: what they waited for most is then said of all of it
_THROUGH = ("as_completed", "asyncio.wait", "shield", "wait_for", "future")  # by these a task may wait for another one
_SOON = 0.001  # seconds from the end of a task to the wake-up of the one that awaited it by one of these
_SAID = {"future": "a future", "task": "a task"}


def short_words(reason: Reason, names: Mapping[int, str]) -> tuple[str, ...]:
    """A wait with what tells it from others, then its kind alone: "sleep 0.2", "sleep"; nothing where it is unknown."""
    kind = _SAID.get(reason.wait, reason.wait)
    if reason.wait == "task" and reason.value in names:
        return f"awaits {names[reason.value or 0]}", kind
    if reason.wait in ("sleep", "forever"):
        return wait_words(reason.wait, reason.value), kind
    return (kind,) if kind else ()


class BarWords:
    """The waits of tasks by the cells of an axis. Cost: the spans once, and those within each bar that is asked for."""

    def __init__(
        self, spans: Spans, axis: Axis, names: Mapping[int, str], ended: Mapping[int, float] = MappingProxyType({})
    ) -> None:
        """`ended` has the moments at which tasks have ended."""
        self._spans = spans
        self._axis = axis
        self._names = names
        self._ended = ended

    def of(self, tasks: Sequence[int]) -> Texts:
        """What to say of the bars of a lane of these tasks."""

        def texts(start: int, stop: int) -> Sequence[str]:
            length = (self._axis.end - self._axis.start) / self._axis.cells
            begin = self._axis.start + start * length
            return self._texts(tasks, begin, begin + (stop - start) * length)

        return texts

    def _texts(self, tasks: Sequence[int], begin: float, end: float) -> tuple[str, ...]:
        """What nearly all of the time was waited for: in full, or where these differ by its kind alone."""
        times: dict[tuple[int, int], float] = {}
        for task in tasks:
            for key, seconds in self._within(task, begin, end):
                times[key] = times.get(key, 0.0) + seconds
        full, kinds = defaultdict[str, float](float), defaultdict[str, float](float)
        for (where, other), seconds in times.items():
            words = self._words.get(where, ())
            if other in self._names and words:
                words = f"awaits {self._names[other]}", *words
            full[words[0] if words else ""] += seconds
            kinds[words[-1] if words else ""] += seconds
        least = _NEARLY * sum(times.values())
        most = [max(some, key=some.__getitem__, default="") for some in (full, kinds)]
        said = [word for word, some in zip(most, (full, kinds), strict=True) if word and some[word] >= least]
        return tuple(dict.fromkeys(said))

    def _within(self, task: int, begin: float, end: float) -> Iterator[tuple[tuple[int, int], float]]:
        """The places at which a task waited within a stretch, each with the task that it awaited, and the seconds."""
        spans = self._spans
        own = spans.of(task) if spans.reasons else ()
        for index in own[max(0, bisect_right(own, begin, key=spans.starts.__getitem__) - 1) :]:
            if spans.starts[index] >= end:
                return
            seconds = min(end, spans.ends[index]) - max(begin, spans.starts[index])
            if seconds > 0 and spans.states[index] == WAITING:
                yield (spans.where[index], self._awaited(index)), seconds

    def _awaited(self, index: int) -> int:
        """The task whose end has ended a wait that does not say for what task it is; -1 where that is not known."""
        spans = self._spans
        reason, waker = spans.reasons.get(spans.where[index]), spans.wakers[index]
        if reason is None or reason.wait not in _THROUGH or waker not in self._ended:
            return -1
        return waker if 0 <= spans.ends[index] - self._ended[waker] < _SOON else -1

    @cached_property
    def _words(self) -> dict[int, tuple[str, ...]]:
        return {where: short_words(reason, self._names) for where, reason in self._spans.reasons.items()}


def by_task(timeline: Timeline, outputs: Iterable[Output]) -> dict[int, list[Output]]:
    """Each task's output: what its thread printed while the task ran, else what was printed by the thread."""
    said = tuple(outputs)
    found: dict[int, list[Output]] = {}
    for output, task in zip(said, printed(said, timeline), strict=True):
        if task is not None:
            found.setdefault(task, []).append(output)
    return found


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
    """True if they hide no more than half of the bars that they stand in."""
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


STATES = {
    RUNNING: ("computes", "runs"),
    READY: ("cannot run", "late"),
    WAITING: ("waiting",),
    BLOCKED: ("BLOCKS",),
}
DUE = "ready, cannot run"
MANY = "many short steps"
_DENSE = 4  # one step in so many cells: single ones can no longer be told apart


class Bar(NamedTuple):
    """A stretch in one state; `steps` are the cells of short steps in it, `words` the cells of texts with these."""

    state: int
    start: int
    stop: int
    steps: tuple[int, ...]
    words: tuple[tuple[int, str], ...]


class Step(NamedTuple):
    """A cell in which the task ran shortly and was not there, or not to be seen, before and after."""

    cell: int


def bars(cells: bytes, words: Sequence[Word], waits: Texts = lambda _, __: ()) -> list[Bar | Step]:
    """What is to be drawn in the cells that the words leave free; `waits` tells for what was waited in cells."""
    taken = {cell for word in words for cell in range(word.cell - 1, word.stop)}
    drawn: list[Bar | Step] = []
    before = NOTHING
    for code, start, stop in _runs(shape(cells)):
        if code == NOTHING:
            alone = range(start + (start > 0), stop - (stop < len(cells)))  # beside a bar it is a part of that
            drawn += [Step(cell) for cell in alone if cells[cell] & STEPPED and cell not in taken]
        elif code == WAITING + 1:
            drawn += [_waiting_bar(cells, some, waits) for some in _free(start, stop, taken)]
        else:
            texts = (DUE, *STATES[READY]) if (code, before) == (READY + 1, WAITING + 1) else STATES[code - 1]
            drawn += [_bar(code - 1, cells, some, texts) for some in _free(start, stop, taken)]
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
    """A bar with one text, in its widest part."""
    steps, many = _steps(cells, some)
    if many:
        texts = (f"{texts[0]}, {MANY}", *texts)
    widest = max(_parts(some, steps), key=len)
    return Bar(state, some.start, some.stop, steps, _centred(widest, texts, tight=state != WAITING))


def _waiting_bar(cells: bytes, some: range, waits: Texts) -> Bar:
    """A bar that says for what the task waits, once for parts that follow one another and have the same to say."""
    steps, many = _steps(cells, some)
    parts = _parts(some, steps)
    said = [tuple(waits(part.start, part.stop)) for part in parts]
    if many or not any(said):
        texts = (*said[0], *STATES[WAITING]) if many else STATES[WAITING]
        return _bar(WAITING, cells, some, texts)
    words: list[tuple[int, str]] = []
    for texts, alike in groupby(range(len(parts)), key=said.__getitem__):
        widest = max((parts[index] for index in alike), key=len)
        words += _centred(widest, texts or STATES[WAITING], tight=False)
    return Bar(WAITING, some.start, some.stop, steps, tuple(words))


def _steps(cells: bytes, some: range) -> tuple[tuple[int, ...], bool]:
    """The cells of short steps within a bar; none, and True, where they are too many to be told apart."""
    steps = tuple(cell for cell in some[2:-2] if cells[cell] & STEPPED)
    return ((), True) if _DENSE * len(steps) > len(some) else (steps, False)


def _parts(some: range, steps: tuple[int, ...]) -> list[range]:
    """The cells between the short steps, and the ends of the bar."""
    return [range(left + 1, right) for left, right in pairwise((some.start - 1, *steps, some.stop))]


def _centred(part: range, texts: Sequence[str], *, tight: bool) -> tuple[tuple[int, str], ...]:
    """The first text for which there is room, in the middle; `tight`: also without blanks around it."""
    roomy = (f" {text} " for text in texts if len(text) + 4 <= len(part))
    close = (text for text in texts if tight and len(text) + 2 <= len(part))
    word = next(chain(roomy, close), "")
    return ((part.start + (len(part) - len(word)) // 2, word),) if word else ()


_SHORT = 3  # cells: what is printed at the end need not be said
_TOGETHER = 40  # what is printed within this part of the axis counts as printed at one time


class Burst(NamedTuple):
    """What was printed at almost one time: the lines on stdout, the last of them; `alike` if one word begins all."""

    cell: int
    lines: int
    line: str
    alike: bool


def bursts(outputs: Iterable[Output], axis: Axis) -> list[Burst]:
    """What was printed, in its order; each in the cell of its first line."""
    found: list[Burst] = []
    for output in outputs:
        cell = axis.cell(output.at)
        if not found or cell - found[-1].cell > axis.cells // _TOGETHER:
            found.append(Burst(cell, 0, "", True))
        for line in filter(str.strip, output.text.splitlines() if output.stream == "stdout" else ()):
            cell, count, before, alike = found[-1]
            alike = alike and (not count or before.split()[0] == line.split()[0])
            found[-1] = Burst(cell, count + 1, line, alike)
    return found


def labels(some: Sequence[Burst], stop: int, measure: Callable[[str], int]) -> list[str]:
    """What each was, where there is room for it up to the next, or `stop`: all at more length, or all shorter."""
    starts = [burst.cell for burst in some]
    rooms = [after - start - 1 for start, after in pairwise([*starts, stop])]
    for words in (2, 1):
        said = [_said(burst, words) for burst in some]
        fits = [measure(text) <= room for text, room in zip(said, rooms, strict=True)]
        if all(fits[:-1]) and (not fits or fits[-1] or rooms[-1] < _SHORT):
            break
    return [text if fit else "" for text, fit in zip(said, fits, strict=True)]


def _said(burst: Burst, words: int) -> str:
    if not burst.lines:
        return ""
    first = burst.line.split()[0][:_LONGEST]
    if burst.lines > 1 and burst.alike:
        return f"{first} x{burst.lines}" if words > 1 else f"x{burst.lines}"
    return " ".join(burst.line.split()[:words])[: words * _LONGEST]


_LEAST = 1e-6  # seconds: recordings keep microseconds


class Chart(NamedTuple):
    """Tasks with their names, the cells of each on an axis, what they printed, and for what they waited."""

    tasks: Sequence[Task]
    names: Mapping[int, str]
    axis: Axis
    cells: Mapping[int, bytes]
    printed: Mapping[int, Sequence[Output]]
    waits: BarWords

    def folded(self, room: int | None) -> Folded:
        """The lanes, `room` of them at most (None: all)."""
        return fold(self.tasks, self.names, self.cells, room=room, speaking=self.printed)

    def said(self, lane: Lane) -> list[tuple[int, str]]:
        """What was printed on a lane and in which cell; of several tasks what the first did, if all did alike."""
        said = spoken(self.printed.get(lane.tasks[0], ()), self.axis)
        if len(lane.tasks) == 1:
            return said
        common = set.intersection(*({_word(output) for output in self.printed.get(task, ())} for task in lane.tasks))
        return [(cell, line) for cell, line in said if line.split()[0] in common]


def length(run: Run) -> float:
    """How long (seconds) the part of a run is that is drawn, from its zero on; what no clock tells from 0 is 0."""
    seconds = run.seconds.script or run.seconds.total or 0.0
    return seconds if seconds >= _LEAST else 0.0


def chart(run: Run, timeline: Timeline, tasks: Sequence[Task], names: Mapping[int, str], axis: Axis) -> Chart:
    """What these tasks did and printed."""
    drawn = cells(timeline.spans, axis, [task.id for task in tasks])
    ended = {task.id: task.ended for task in timeline.tasks if task.ended is not None}
    waits = BarWords(timeline.spans, axis, names, ended)
    return Chart(tasks, names, axis, drawn, by_task(timeline, prints(run.output)), waits)


def _word(output: Output) -> str:
    return (output.text.split() or [""])[0]
