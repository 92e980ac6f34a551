"""Makes up traces: what loops that take random turns would have stored."""

from array import array
from random import Random

from asyncdemo.model.traces import Frame, Hanging, Sample, Trace, Who
from asyncdemo.probe.inject import _asyncdemo_layout as layout

STARTED = 10**12  # ns: when the run started


class Made:
    """Columns of events that are put together by hand; times in milliseconds from the start of the run."""

    def __init__(self) -> None:
        self.times, self.wakes, self.codes = array("q"), array("q"), array("q")
        self.whos: dict[int, Who] = {}
        self.complete = True
        self.until: int | None = None
        self.main: int | None = None
        self.samples: list[Sample] = []
        self.hanging: Hanging | None = None

    def loop(self, key: int) -> None:
        self.whos[key] = Who("loop", key, "", "", "", 0)

    def task(self, key: int, loop: int, name: str | None = None, kind: str = "asyncio") -> None:
        self.whos[key] = Who(kind, loop, name or f"task {key}", "work", "script.py", 3, 100 + loop)  # type: ignore[arg-type]

    def thread(self, key: int, name: str = "thread") -> None:
        self.task(key, key, name, "thread")

    def put(self, key: int, what: int, at: float, wake: float | None = None) -> None:
        """Store an event at a time, or with a wake-up time."""
        self.raw(key, what, moment(at), 0 if wake is None else moment(wake))

    def raw(self, key: int, what: int, value: int, wake: int = 0) -> None:
        """Store an event with values that are no times."""
        self.times.append(value)
        self.wakes.append(wake)
        self.codes.append(key << 4 | what)

    def stack(self, at: float, *frames: Frame) -> None:
        """The main thread was seen in these frames, the innermost first."""
        self.samples.append(Sample(moment(at), frames))

    def trace(self) -> Trace:
        columns = self.times, self.wakes, self.codes
        files, samples = {1: "script.py"}, tuple(self.samples)
        told = Trace(*columns, self.whos, files, self.complete, samples, self.until, self.main)
        return told._replace(hanging=self.hanging)


def moment(milliseconds: float) -> int:
    return STARTED + round(milliseconds * 1e6)


class Life:
    """One loop that makes random turns, as the probe would have recorded them; time in ns."""

    def __init__(self, made: Made, random: Random, key: int, tasks: int) -> None:
        self.made, self.random, self.key = made, random, key
        self.now = STARTED + random.randrange(10**6)
        self.queue: list[tuple[int, int]] = []  # when put in, whose
        self.waiting: set[int] = set()
        self.unborn = [key + 1 + number for number in range(tasks)]
        made.loop(key)
        for task in self.unborn:
            made.task(task, key)

    def pass_time(self) -> int:
        self.now += self.random.choice((0, 1, 700, 20_000, 3_000_000))
        return self.now

    def turn(self) -> None:
        """Look for input, wake some tasks up, and make their steps."""
        random, made = self.random, self.made
        made.raw(self.key, layout.POLL if self.queue else layout.IDLE, self.pass_time())
        for task in random.sample(sorted(self.waiting), random.randrange(len(self.waiting) + 1)):
            self.wake(task)
        self.pass_time()
        batch, self.queue = self.queue, []
        for put_in, task in batch:
            self.step(task, put_in)

    def wake(self, task: int) -> None:
        """By a callback of the loop, or by a timer that may be overdue."""
        self.waiting.discard(task)
        if self.random.random() < 0.5:
            self.made.raw(self.key, layout.DUE, self.now - self.random.randrange(10**7))
        self.made.raw(self.key, layout.STEP, self.pass_time(), self.now)
        self.queue.append((self.pass_time(), task))

    def step(self, task: int, put_in: int) -> None:
        random, made = self.random, self.made
        made.raw(task, layout.STEP, self.pass_time(), put_in if random.random() < 0.95 else 0)
        started = self.now
        for _ in range(random.randrange(3) if self.unborn else 0):
            if self.unborn:
                self.queue.append((self.pass_time(), self.unborn.pop()))
        self.pass_time()
        if self.now - started > layout.LONG:
            self.long_step(task, self.now - started)
        self.end_step(task)

    def long_step(self, task: int, wall: int) -> None:
        for what in (layout.CPU, layout.QUEUED, layout.OTHERS):
            self.made.raw(task, what, self.random.randrange(wall))
        self.made.raw(task, layout.OVER, self.now, int(self.random.random() < 0.1))
        self.pass_time()

    def end_step(self, task: int) -> None:
        kind = self.random.random()
        if kind < 0.2:
            ends = (layout.RETURNED, layout.RAISED, layout.CANCELLED, layout.GONE)
            self.made.raw(task, self.random.choice(ends), self.now)
        elif kind < 0.6:
            self.queue.append((self.now, task))
        else:
            self.waiting.add(task)
            if kind < 0.9:
                self.made.raw(task, layout.AT, 1 << 32 | self.random.randrange(100))


def random_trace(seed: int, loops: int, tasks: int, turns: int, kept: float) -> tuple[Made, int]:
    """Some loops' events in the order of their times, of which the last were lost; and when the run ended."""
    random = Random(seed)
    made = Made()
    lives = [Life(made, random, 1 + number * (tasks + 1), tasks) for number in range(loops)]
    for life in lives:
        first = life.unborn.pop()
        life.queue.append((life.now, first))
    for _ in range(turns):
        min(lives, key=lambda life: life.now).turn()
    ended = max(life.now for life in lives) + random.randrange(10**6)
    count = round(len(made.codes) * kept)
    for column in (made.times, made.wakes, made.codes):
        del column[count:]
    return made, ended


LOOP, ONE, TWO = 1, 2, 3


def two_tasks() -> Made:
    """A trace of one loop with two tasks, in which nothing has happened yet."""
    new = Made()
    new.loop(LOOP)
    new.task(ONE, LOOP)
    new.task(TWO, LOOP)
    return new
