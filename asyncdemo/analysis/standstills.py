"""Who waits where for what when a run was made to end, who could have helped, and who waits for whom in a circle.

Pure, from the snapshot that the run has kept (model.traces), its lanes and its spans. Only what is known is said: a
lock that was taken by `acquire()` has no holder here, unless its library tells who that is.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from asyncdemo.analysis.task_names import names as names_of_lanes
from asyncdemo.analysis.task_names import shown_tasks, task_name, told_apart
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import BLOCKED, RUNNING, TASKS, WAITING, Task, wait_words
from asyncdemo.model.syntax_tree import tree_of
from asyncdemo.model.traces import StandingLoop, StandingTask, StandingThread, Standstill
from asyncdemo.model.user_code import is_own
from asyncdemo.probe.inject import _asyncdemo_layout as layout

Place = tuple[str, int]

# Waits that something outside of the loop ends: they stand together there, from the first to the last of these.
_FIRST_OUTSIDE, _LAST_OUTSIDE = "stream.read", "threads of the pool"
OUTSIDE = frozenset(
    layout.WAITS[layout.WAITS.index(_FIRST_OUTSIDE) : layout.WAITS.index(_LAST_OUTSIDE) + 1],
)
_HALFWAY = ("process", "stream.read", "stream.drain", "connections")  # of these the words say more, where it is known
HOLDING = ("lock", "semaphore", "condition")
_QUEUE = {"queue.get": "queue.put", "queue.put": "queue.get", "queue.join": "queue.get"}  # who could help waits there
_CHANNEL = {"receive": "send", "send": "receive"}
_SET_BY_OTHERS = ("event", "condition", "future", "barrier", "semaphore")  # and a permit is given back
_LATE = 0.1  # seconds by which a run goes on after it was told to end, at least


class Ended(NamedTuple):
    """A task that has ended and could have helped: its lane, its name, its error and where; None if it returned."""

    task: int
    name: str
    error: str | None
    place: Place | None


class Inner(NamedTuple):
    """A task that only a library's code is in: the name of its function, for what it waits, and that in words."""

    name: str
    wait: str
    words: str


class Waiter(NamedTuple):
    """A task that waits: the lines of user code down to the suspended one, the wait in words, and who could help.

    `since` is in seconds from the start of the run, None where unknown. `holders` hold what it waits for, `awaited` are
    the tasks for whose end it waits, `helpers` others that have to do with what it waits for and are there, `sure` if
    they were seen to; `ended` were there. `held_at` has the lines of the `async with` blocks by which the holders hold
    it, as far as they are known, each with its holder. `is_empty`: it waits for a queue that others wait to fill, too.
    `libraries` are tasks for whose end it waits that have no line of user code, as one of `event.wait()`.
    """

    task: int
    name: str
    wait: str
    words: str
    chain: tuple[Place, ...]
    since: float | None
    holders: tuple[int, ...] = ()
    awaited: tuple[int, ...] = ()
    helpers: tuple[int, ...] = ()
    ended: tuple[Ended, ...] = ()
    sure: bool = False
    held_at: tuple[tuple[int, Place], ...] = ()
    is_empty: bool = False
    libraries: tuple[Inner, ...] = ()

    @property
    def place(self) -> Place | None:
        """The line that tells most: the innermost of those in the file in which the task's own code begins."""
        own = [place for place in self.chain if place[0] == self.chain[0][0]]
        return own[-1] if own else None

    @property
    def halfway(self) -> str:
        """Why input or output that has begun does not go on: "no line end"; empty where that is not known."""
        _, known, why = self.words.partition(" (")
        return why.rstrip(")").rpartition(", ")[2] if known and self.wait in _HALFWAY else ""

    @property
    def needs(self) -> tuple[int, ...]:
        """The tasks that could wake it, of those that are still there."""
        return self.holders or self.awaited or self.helpers


class Circle(NamedTuple):
    """Tasks of which each waits for the next, and the last for the first; `strict` if nobody else could help them."""

    tasks: tuple[int, ...]
    strict: bool


class Stand(NamedTuple):
    """How a run stood when it was made to end: `at` seconds from its start, unmoved since `since`.

    `dead`: nothing could wake its loops any more.
    """

    at: float
    since: float
    dead: bool
    waiters: tuple[Waiter, ...]
    circles: tuple[Circle, ...]

    @property
    def names(self) -> Mapping[int, str]:
        """The names of the tasks that wait."""
        return {each.task: each.name for each in self.waiters}

    def waiter(self, task: int) -> Waiter | None:
        """The task of this lane, if it waits."""
        return next((each for each in self.waiters if each.task == task), None)


def stand_of(run: Run) -> Stand | None:
    """How the run stood when it was made to end; None where nobody knows, or it has moved since it was looked at."""
    seen = run.standstill
    if seen is None or run.timeline is None or not seen.tasks:
        return None
    reader = _Reader(run, seen)
    if not reader.is_fresh():
        return None
    waiters = tuple(reader.waiters())
    loops = [loop for loop in seen.loops if loop.tasks]
    dead = bool(loops) and all(loop.is_dead for loop in loops) and bool(waiters)
    return Stand(seen.at, reader.moved, dead, waiters, tuple(_circles(waiters)))


class _Reader:
    """Reads a snapshot by the light of the lanes."""

    def __init__(self, run: Run, seen: Standstill) -> None:
        assert run.timeline is not None
        self._run, self._seen = run, seen
        self._timeline = run.timeline
        self._lanes = {task.id: task for task in run.timeline.tasks}
        self._called = names_of_lanes(shown_tasks(run.timeline, full=False))
        self._waits: dict[int, tuple[float, float]] = {}  # of each task the wait that went on at the snapshot
        self._kinds: dict[int, set[str]] = {}  # for what each task has waited before
        self.moved = 0.0  # when something last happened before it
        self._read()

    def _read(self) -> None:
        """Go through the spans once."""
        spans, at = self._timeline.spans, self._seen.at
        columns = zip(spans.tasks, spans.states, spans.starts, spans.ends, spans.where, strict=True)
        for task, state, start, end, where in columns:
            if state == WAITING and start <= at:
                if where in spans.reasons:
                    self._kinds.setdefault(task, set()).add(spans.reasons[where].wait)
                self._waits[task] = start, end
            elif state in (RUNNING, BLOCKED) and start <= at and task in self._lanes:
                self.moved = max(self.moved, min(end, at))
        ended = (task.ended for task in self._timeline.tasks if task.ended is not None and task.ended <= at)
        began = (
            start for start, end in self._waits.values() if end >= at
        )  # a step of which little is known was before
        self.moved = max(self.moved, *ended, *began, 0.0)

    def is_fresh(self) -> bool:
        """True if nothing has happened from the snapshot to the moment at which the run was told to end."""
        outcome, at = self._run.outcome, self._seen.at
        stopped = at if outcome.after is None else outcome.after
        suspended = [task.id for task in self._seen.tasks if task.state == "suspended"]
        ends = [self._waits[task][1] for task in suspended if task in self._waits]
        return not ends or min(ends) >= min(stopped, max(ends)) - _LATE

    def waiters(self) -> Iterator[Waiter]:
        """All tasks of user code that are suspended, in the order in which they came to be."""
        names = self._names()
        for loop in self._seen.loops:
            for task in loop.tasks:
                if task.state == "suspended" and task.id in names:
                    yield self._waiter(task, loop, names)

    def _waiter(self, task: StandingTask, loop: StandingLoop, names: Mapping[int, str]) -> Waiter:
        others = [each for each in loop.tasks if each.id in names]
        holders = tuple(each.id for each in others if holds(each, task)) if task.wait in HOLDING else ()
        if task.owner is not None:
            holders = (task.owner,)
        is_empty = task.wait == "queue.join" and any(_waits_at(each, task.about, "queue.get") for each in others)
        helpers, sure = ((), False) if holders or is_empty else self._helpers(task, others)
        other = names.get(task.awaits[0]) if len(task.awaits) == 1 else None
        value = None if task.wait == "receive" and not task.value else task.value
        return Waiter(
            task.id,
            names[task.id],
            task.wait,
            wait_words(task.wait, value, other) or "something unknown",
            tuple((place.path, place.line) for place in task.own),
            self._waits.get(task.id, (None, 0.0))[0],
            holders,
            tuple(each for each in task.awaits if each in names),
            helpers,
            () if holders else tuple(self._ended(task)),
            sure,
            tuple((each.id, place) for each in others if each.id in holders and (place := self._held_at(each, task))),
            is_empty,
            tuple(
                Inner(task_name(self._lanes[each.id]), each.wait, wait_words(each.wait, each.value))
                for each in loop.tasks
                if each.id in task.awaits and each.id in self._lanes and each.id not in names and each.wait
            ),
        )

    def _held_at(self, holder: StandingTask, waiter: StandingTask) -> Place | None:
        """The line of the block by which a task holds what another one waits for; None where that is not known."""
        for place in holder.places:
            if waiter.about in place.holds and place.own:
                lines = block_lines(self._run.subject.text_of(place.path) or "", place.line)
                if len(lines) == len(place.holds):
                    return place.path, lines[place.holds.index(waiter.about)]
        return None

    def _helpers(self, task: StandingTask, others: Sequence[StandingTask]) -> tuple[tuple[int, ...], bool]:
        """The tasks that have what it waits for among their variables, and do not wait for the same.

        Of a queue those that have been at its other end, as far as that was seen of any; and whether it was.
        """
        about = task.about
        if about is None or task.awaits:
            return (), False
        using = [
            each
            for each in others
            if each.id != task.id
            and not each.awaits
            and not (each.about == about and each.wait in (task.wait, "queue.join"))
            and any(about in place.uses for place in each.places)
        ]
        other_end = _QUEUE.get(task.wait) or _CHANNEL.get(task.wait)
        there = [each for each in using if other_end in self._kinds.get(each.id, ())]
        still = {each.id for each in self._seen.tasks}
        if not there and any(other_end in kinds for key, kinds in self._kinds.items() if key not in still):
            return (), False
        return tuple(each.id for each in there or using or self._crawlers(task, others)), bool(there)

    def _crawlers(self, task: StandingTask, others: Sequence[StandingTask]) -> list[StandingTask]:
        """Other tasks that put into the full queue for which a task waits and get from it too; else itself, if so."""
        found = [
            each
            for each in others
            if _waits_at(each, task.about, "queue.put")
            and each.own
            and gets_what_it_puts(self._run.subject.text_of(each.own[-1].path) or "", each.own[-1].line)
        ]
        return [each for each in found if each.id != task.id] or found

    def _ended(self, task: StandingTask) -> Iterator[Ended]:
        """The tasks that have failed, and of a channel also those that have returned, of those that were near it."""
        if not (task.wait in _QUEUE or task.wait in _CHANNEL or task.wait in _SET_BY_OTHERS):
            return
        lane = self._lanes.get(task.id)
        for other in self._timeline.tasks:
            if other.kind not in TASKS or other.ended is None or other.ended > self._seen.at or lane is None:
                continue
            if other.thread != lane.thread or not {other.parent, other.id} & {
                lane.id,
                lane.parent,
                *self._family(lane),
            }:
                continue
            returned = other.end == "returned" and task.wait in _CHANNEL and self._is_own_coroutine(other)
            if other.raised is not None or returned:
                yield self._has_ended(other)

    def _family(self, lane: Task) -> Iterator[int]:
        """The tasks that have started it, outwards, but for what stands at the very beginning."""
        parent = lane.parent
        while parent is not None and parent in self._lanes:
            yield parent
            parent = self._lanes[parent].parent

    def _has_ended(self, task: Task) -> Ended:
        raised = task.raised
        place = None if raised is None or raised.path is None or raised.line is None else (raised.path, raised.line)
        name = self._called.get(task.id) or task_name(task)
        return Ended(task.id, name, None if raised is None else raised.error, place)

    def _is_own_coroutine(self, task: Task) -> bool:
        return is_own(task.path, self._run.python.libraries) or task.name.startswith("__main__.")

    def _names(self) -> dict[int, str]:
        """What the tasks of user code are called; those that would be called alike with the names Python gave them."""
        own = [task.id for task in self._seen.tasks if task.own and task.id in self._lanes]
        names = {key: self._called.get(key) or task_name(self._lanes[key]) for key in own}
        return told_apart(names, {key: self._lanes[key].name for key in own})


def block_lines(source: str, line: int) -> list[int]:
    """The lines of the objects of all `async with` blocks that a line is in, or begins, the outermost first."""
    statements = (node for node in ast.walk(tree_of(source)) if isinstance(node, ast.stmt))
    around = sorted(
        (each for each in statements if each.lineno <= line <= (each.end_lineno or 0)), key=lambda each: each.lineno
    )
    functions = [each.lineno for each in around if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    begins = max(functions, default=0)
    # A walk comes to what is further out first.
    inside = [each for each in around if isinstance(each, ast.AsyncWith) and each.lineno > begins]
    # The objects of one block are entered from the left; those right of the line's are not entered yet.
    return [item.context_expr.lineno for node in inside for item in node.items if item.context_expr.lineno <= line]


def gets_what_it_puts(source: str, line: int) -> bool:
    """True if the function around a line, where it puts into a queue, also gets from the queue of that name."""
    functions = [node for node in ast.walk(tree_of(source)) if isinstance(node, ast.AsyncFunctionDef)]
    around = [node for node in functions if node.lineno <= line <= (node.end_lineno or 0)]
    calls = [node for node in ast.walk(around[-1]) if isinstance(node, ast.Call)] if around else []
    named = [
        (call.func.attr, ast.unparse(call.func.value), call) for call in calls if isinstance(call.func, ast.Attribute)
    ]
    put = {queue for name, queue, call in named if name == "put" and call.lineno <= line <= (call.end_lineno or 0)}
    return any(name in ("get", "get_nowait") and queue in put for name, queue, _ in named)


def _waits_at(task: StandingTask, about: int | None, wait: str) -> bool:
    return about is not None and (task.about, task.wait) == (about, wait)


def holds(holder: StandingTask, waiter: StandingTask) -> bool:
    """True if a task is inside the `async with` of what another one, or it itself, waits for."""
    about = waiter.about
    if about is None:
        return False
    times = sum(place.holds.count(about) for place in holder.places)
    if holder.about == about and holder.state == "suspended":
        if holder.wait == "condition":
            return False
        times -= any(place.function == "__aenter__" for place in holder.places)
    return times > 0


def _circles(waiters: Sequence[Waiter]) -> Iterator[Circle]:
    """Each circle once: by walking from each task to those that it needs."""
    by_task = {each.task: each for each in waiters}
    seen: set[int] = set()
    for strict in (True, False):
        for start in by_task:
            if start not in seen and (found := _circle(start, by_task, strict=strict)):
                seen.update(found)
                yield Circle(found, strict)


def _circle(start: int, by_task: Mapping[int, Waiter], *, strict: bool) -> tuple[int, ...]:
    """The shortest way from a task back to itself; empty where there is none."""
    ways: list[tuple[int, ...]] = [(start,)]
    reached: set[int] = set()
    for way in ways:
        waiter = by_task[way[-1]]
        needs = _sure_needs(waiter) if strict else waiter.needs
        for each in needs:
            if each == start:
                return way
            if each in by_task and each not in reached:
                reached.add(each)
                ways.append((*way, each))
    return ()


def _sure_needs(waiter: Waiter) -> Iterable[int]:
    """The tasks without which it can never go on: the one that holds a lock, and all for whose end it waits."""
    if waiter.wait in ("lock", "condition"):
        return waiter.holders
    return waiter.awaited if waiter.wait in ("task", "gather", "task group", "nursery", "shield") else ()


_AT_EXIT = re.compile(r"Exception ignored (?:in:|on) [^\n]*threading(?:[^\n]*\n)+?.*, in _shutdown\n")


class Exit(NamedTuple):
    """A thread that keeps a program whose main is done; without a place it runs a loop with nothing to do."""

    thread: StandingThread
    place: Place | None


class Threads:
    """The threads of a snapshot: which of them keeps the program, which waits for its own loop, which for a pool."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._seen = run.standstill

    @cached_property
    def loops(self) -> Mapping[int, StandingLoop]:
        """The loops by the threads that run them."""
        return {} if self._seen is None else {loop.thread: loop for loop in self._seen.loops if loop.thread is not None}

    def waiting_for_themselves(self) -> Iterator[tuple[StandingThread, StandingLoop]]:
        """The threads in which a step of a loop waits for what only that loop can do, or for a thread that does."""
        if self._seen is None:
            return
        by_id = {thread.id: thread for thread in self._seen.threads}
        for thread in self._seen.threads:
            loop = self.loops.get(thread.id)
            joined = by_id.get(thread.joins or 0)
            wanted = thread.waits_for if thread.joins is None else joined.waits_for if joined is not None else None
            if loop is not None and wanted == loop.id:
                yield thread, loop

    def keeping_the_program(self) -> Iterator[Exit]:
        """The threads that do something of the script's own, or run a loop, while all else is done."""
        if self._seen is None or not self._main_is_done(self._seen):
            return
        for thread in self._seen.threads:
            if thread.idle or thread.daemon or _is_main(thread):
                continue
            if thread.own:
                yield Exit(thread, (thread.own[-1].path, thread.own[-1].line))
            elif thread.id in self.loops:
                yield Exit(thread, None)

    def _main_is_done(self, seen: Standstill) -> bool:
        """True if the main thread waits for other threads to end, in asyncio.run or at the interpreter's exit."""
        main = next((thread for thread in seen.threads if _is_main(thread)), None)
        tasks = [task for loop in seen.loops for task in loop.tasks if task.state != "ready"]
        if any(task.own for task in tasks) or main is None:
            return False
        ends = any(task.wait == "threads of the pool" for task in tasks)
        names = {(place.path.replace("\\", "/").rpartition("/")[2], place.function) for place in main.places}
        at_exit = bool(
            names & {("threading.py", "_shutdown"), ("thread.py", "_python_exit"), ("thread.py", "shutdown")}
        )
        return ends or at_exit or self._was_stopped_at_exit()

    def _was_stopped_at_exit(self) -> bool:
        """True if Python says that nothing but its own wait for threads was interrupted.

        Our question does not interrupt that wait: the snapshot can come when it is over.
        """
        pieces = (each for each in self._run.output if each.stream == "stderr" and each.writer != "script")
        said = "".join(each.text for each in pieces)
        return said.count("KeyboardInterrupt") == 1 and _AT_EXIT.search(said) is not None

    def full_pools(self) -> Iterator[tuple[StandingThread, ...]]:
        """The threads of each pool of which all have a job, with jobs that wait for one."""
        pools: dict[int, list[StandingThread]] = {}
        for thread in self._seen.threads if self._seen is not None else ():
            if thread.pool is not None:
                pools.setdefault(thread.pool, []).append(thread)
        for threads in pools.values():
            if threads[0].queued and not any(thread.idle for thread in threads):
                yield tuple(threads)


def _is_main(thread: StandingThread) -> bool:
    return thread.name == "MainThread"
