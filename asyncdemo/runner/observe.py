"""One run from start to end: start the child, watch over it, and give what was observed as a recording.Run."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from asyncdemo.analysis.timeline import timeline as build_timeline
from asyncdemo.model.recording import NOT_TRACED, Outcome, Output, Python, Run, Subject
from asyncdemo.model.spans import BLOCKED, Timeline
from asyncdemo.model.traces import Standstill
from asyncdemo.model.user_code import seen_files
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.attribution import Attribution
from asyncdemo.runner.child import Child, start_child
from asyncdemo.runner.clock import Clock, own_script, read_script
from asyncdemo.runner.escalation import ENDING, Cause, Escalation, handled
from asyncdemo.runner.host import host
from asyncdemo.runner.live_timeline import LiveTimeline
from asyncdemo.runner.output_buffer import Decoder, OutputBuffer
from asyncdemo.runner.plan import Plan
from asyncdemo.runner.process import UNCOUNTED, Exit
from asyncdemo.runner.shared_memory import Memory, read_trace, shared_memory
from asyncdemo.runner.snapshots import Snapshots
from asyncdemo.runner.stacks import Stacks

if TYPE_CHECKING:  # seldom asked for
    from asyncdemo.runner.children import Children

_SOON_READ = 16_000  # events of a trace that is read while the script runs: the child has to be looked after meanwhile
_LARGEST = 500_000  # bytes of a file that is kept with a run
_SETTLED = 150_000_000  # ns after its start: until then the child may want the processor to load what it needs
_NO_LINES = "which line blocked its loop cannot be known on this system; asyncdemo doctor says what else cannot"
_CENSUS = 50_000_000  # ns between two looks at which programs the script has started


class Listener(Protocol):
    """Is told what happens while a run goes on."""

    def output(self, outputs: Sequence[Output], zero: float | None) -> None:
        """Take pieces of output, which have all come by now; `zero` is the moment of the script's first step, as far
        as is known by now.
        """

    def tick(self, reads_input: Callable[[], bool]) -> None:
        """Take note that nothing comes just now; `reads_input()` tells whether the script waits for a person."""

    def deadlock(self) -> None:
        """Take note that nothing can wake the script any more; told once."""

    def not_traced(self, what: str) -> None:
        """Take note that its tasks, or some of them, cannot be traced; told once, as soon as that is known."""

    def stopping(self) -> None:
        """Take note that the script is made to end: what it prints from now on may be about that."""


class Onlooker(Protocol):
    """Looks at what is known of a run while it goes on."""

    def look(self, so_far: Callable[[], Timeline | None], zero: float | None, now: float) -> None:
        """Take a look, every hundredth of a second: `so_far` builds the timeline up to now, which takes a while.

        `zero`, as far as it is known, and `now` are seconds from the start of the run. There is no timeline of what
        would take so long that it disturbs.
        """

    def over(self) -> None:
        """Take note that the script and all that it has started are gone: what is left is to make a run of it."""


def observe(plan: Plan, started: Callable[[], Listener | None] = lambda: None, onlooker: Onlooker | None = None) -> Run:
    """Run the plan. `started` is called when the child runs, so that what only a view needs can be loaded then.

    A run that fails in whatever way is a value; raises nothing of its own but what the listener raises, and
    KeyboardInterrupt for a Ctrl-C that is pressed when the run has ended by itself.
    """
    if plan.cannot is not None:
        return not_started(plan, plan.cannot)
    lend = host.can_lend()
    with (
        ExitStack() as whole,
        shared_memory() as memory,
        host.stack_pipe() as stacks,
        early_interrupts() as interrupted,
    ):
        observed, reasons = not plan.times_only, plan.reasons or bool(os.environ.get("ASYNCDEMO_DEBUG"))
        traced = observed and not plan.untraced
        children = _children(plan, whole, reasons=reasons) if traced else None
        memory.prepare(attributing=observed, tracing=traced, stacks=stacks, reasons=reasons)
        try:
            with host.out_of_reach(lend=lend):
                # A pipe or a file is passed on; a terminal too where it can be lent; else there is nothing to read.
                without = plan.without_input or (_is_terminal(0) and not lend)
                child = start_child(
                    plan.command,
                    memory,
                    os.environ,
                    stdin=subprocess.DEVNULL if without else None,
                    children=None if children is None else children.folder,
                )
        except OSError as error:
            return not_started(plan, f"{error.strerror}: {plan.command[0]}")
        try:
            with host.lent_terminal(child.pid, lend=lend) as loan:
                watch = _Watch(plan, memory, child, started(), terminal_lent=loan is not None)
                watch.onlooker, watch.children = onlooker, children
                if not (plan.times_only or plan.untraced):
                    watch.stacks = None if stacks is None else Stacks(memory, child.pid, stacks)
                    watch.snapshots = Snapshots(memory, watch.stacks, child.started)
                from asyncdemo.runner.supervise import supervise

                escalation = _escalation(plan, child.started / 1e9)
                ended, left = supervise(child, watch, escalation, loan=loan, interrupted=interrupted)
                if onlooker is not None:
                    onlooker.over()
        finally:
            os.close(child.output)
            if child.exit is None and not child.process.lost:
                child.finish(grace=0)
        with early_interrupts() as again:  # an impatient second Ctrl-C costs nobody the report
            empty = _is_terminal(0) and not lend and may_read(plan.subject.source)
            run = watch.run(ended, escalation, left, stdin_empty=empty)
    if again() and run.outcome.kind != "interrupted":
        raise KeyboardInterrupt
    return run


def _children(plan: Plan, stack: ExitStack, *, reasons: bool) -> "Children | None":
    """What the Python programs that it starts find, if they are to be watched."""
    if not plan.children or host.NAME != "linux":
        return None
    from asyncdemo.runner.children import Children

    return Children(stack, reasons=reasons)


def _escalation(plan: Plan, started: float) -> Escalation:
    """When the run is to be made to end; `started` in seconds."""
    if plan.watch_for is not None and (plan.timeout is None or plan.watch_for <= plan.timeout):
        return Escalation(started + plan.watch_for, "watched")
    return Escalation(None if plan.timeout is None else started + plan.timeout)


def not_started(plan: Plan, reason: str) -> Run:
    """The run of a plan whose child could not be started."""
    return Run(
        subject=plan.subject,
        python=Python(plan.command[0]),
        outcome=Outcome("not-started", reason=reason),
        ok=False,
    )


class _Watch:
    """Collects what is observed while the child runs."""

    def __init__(
        self, plan: Plan, memory: Memory, child: Child, listener: Listener | None, *, terminal_lent: bool
    ) -> None:
        self._plan = plan
        self._memory = memory
        self._child = child
        self._listener = listener
        self._terminal_lent = terminal_lent
        self.stacks: Stacks | None = None
        self.snapshots: Snapshots | None = None
        self.onlooker: Onlooker | None = None
        self.children: Children | None = None
        self._looked_at = 0
        self._told = False  # that nothing can wake the script any more
        self._told_untraced = False
        self._started_programs: dict[int, str] = {}
        self._copies: set[int] = set()  # made by fork
        self._just_copies: set[int] = set()
        self._clock = Clock(memory, child.started, plan.subject.source)
        self._attribution = Attribution()
        self._decoder = Decoder(child.started, memory.file, crlf=host.CRLF)
        self._buffer = OutputBuffer()
        self._live_timeline = LiveTimeline(memory, child.started)

    def take(self, data: bytes | None) -> None:
        now = time.monotonic_ns()
        records = self._memory.take_writes()
        pieces = self._attribution.idle(records, now) if data is None else self._attribution.feed(data, records, now)
        self._give(self._decoder.decode_all(pieces))
        if data is None and self._listener is not None:
            self._listener.tick(self._reads_input)

    def look(self) -> None:
        """See whether a step takes long, and what the script has started."""
        if self._plan.times_only:
            return  # nothing is to disturb what is timed
        now = time.monotonic_ns()
        if self.snapshots is not None and self._memory[layout.TRACED]:
            if self.stacks is not None:
                self.stacks.look(now)
            self.snapshots.look(now)
            self._tell_of_deadlock(self.snapshots)
        self._tell_what_is_not_traced()
        if self.children is not None:
            self.children.look(now)
        if now - self._looked_at > _CENSUS:
            self._looked_at = now
            programs, copies = host.python_programs(self._child.pid)
            self._started_programs.update(programs)
            self._copies |= copies & self._just_copies  # one that is about to start another program is none
            self._just_copies = copies
        if self.onlooker is not None:
            self.onlooker.look(self._so_far, self._clock.zero(), self._since(now))
        self._live_timeline.go_on(now)
        if now - self._child.started > _SETTLED:
            import asyncdemo.findings  # noqa: F401  # takes a while: not when the script has ended

    def _tell_what_is_not_traced(self) -> None:
        if self._listener is not None and not self._told_untraced and (what := next(not_traced(self._memory), None)):
            self._told_untraced = True
            self._listener.not_traced(what)

    def _tell_of_deadlock(self, snapshots: Snapshots) -> None:
        """Call the listener once, unless the run is over by that."""
        if not self._told and not self._plan.stop_at_deadlock and snapshots.is_deadlock():
            self._told = True
            if self._listener is not None:
                self._listener.deadlock()

    def is_over(self) -> bool:
        """True if nothing can wake the script any more, and it is not to be waited for then."""
        return self._plan.stop_at_deadlock and self.snapshots is not None and self.snapshots.is_deadlock()

    def stopping(self, *, told: bool) -> None:
        """The script is made to end: see once more where it stands, unless it was told already."""
        if self.children is not None:
            self.children.stopping()
        if self.snapshots is not None and told:
            self.snapshots.close()
        elif self.snapshots is not None:
            self.snapshots.ask_before_the_end()
        if self._listener is not None:
            self._listener.stopping()

    def clearing(self) -> None:
        """The script has ended: what of its programs still runs is stopped now."""
        if self.children is not None:
            self.children.clearing()

    def _reads_input(self) -> bool:
        return self._terminal_lent and host.reads_input(self._child.pid)

    def run(self, ended: Exit, escalation: Escalation, left: int, *, stdin_empty: bool) -> Run:
        cause, stopped = escalation.cause, escalation.since
        now = time.monotonic_ns()
        self._give(self._decoder.decode_all(self._attribution.finish(now)))
        self._give(self._decoder.rest(now))
        outcome = _outcome(self._plan, ended, cause)
        run = Run(
            subject=self._subject(),
            python=self._memory.python(self._plan.command[0]),
            outcome=outcome,
            ok=_is_ok(self._plan, outcome, cause),
            seconds=self._clock.seconds(ended),
            output=self._buffer.kept(),
            output_dropped=self._buffer.dropped,
            notes=tuple(_notes(self._plan, self._memory, left, stdin_empty, self._unwatched())),
            timeline=self._live_timeline.finish(self.stacks, ended.at),
            standstill=self._standstill(ended_by_us=cause is not None),
            stopped=None if stopped is None else stopped - self._child.started / 1e9,
        )
        if self.children is not None:
            from asyncdemo.findings import THRESHOLDS

            thresholds = self._plan.thresholds or THRESHOLDS
            children = self.children.runs(self._child.started, ended.at, thresholds, any_left=left > 0)
            run = run._replace(children=children, notes=(*run.notes, *self.children.notes()))
        if self.stacks is None and run.timeline is not None and BLOCKED in run.timeline.spans.states:
            run = run._replace(notes=(*run.notes, _NO_LINES))
        return run if self._plan.times_only or not self._memory.attached else self._judged(with_modules(run))

    def _standstill(self, *, ended_by_us: bool) -> Standstill | None:
        """Where all stood before it was made to end, or else before a timeout went on that alone could do so."""
        if self.snapshots is None:
            return None
        return self.snapshots.last() if ended_by_us else self.snapshots.until_timeout()

    def _unwatched(self) -> dict[int, str]:
        """The Python programs that it has started and that were not watched; of copies of itself "a copy of it"."""
        watched = set() if self.children is None else self.children.pids
        every = dict.fromkeys(sorted(self._copies), "a copy of it") | self._started_programs
        return {pid: name for pid, name in every.items() if pid not in watched}

    def _subject(self) -> Subject:
        """What was run; of a module, too, the file and its text, if it is a person's own: only its run can tell."""
        subject = self._plan.subject
        if self._plan.times_only or subject.source is not None or subject.path is not None:
            return subject
        source = own_script(self._memory)
        return subject if source is None else subject._replace(path=self._memory.script, source=source)

    def _judged(self, run: Run) -> Run:
        """The run with what is found in it."""
        from asyncdemo.findings import THRESHOLDS, judged

        run = judged(run, self._plan.thresholds or THRESHOLDS, _tell_failure)
        stood = run.stopped is not None or any(finding.rule == "stuck" for finding in run.findings or ())
        return run if stood else run._replace(standstill=None)

    def _since(self, now: int) -> float:
        return (now - self._child.started) / 1e9

    def _so_far(self) -> Timeline | None:
        now, trace = time.monotonic_ns(), read_trace(self._memory, _SOON_READ)
        if trace is None:
            return None
        if self.stacks is not None:
            trace = trace._replace(samples=self.stacks.samples(), hanging=self.stacks.hanging())
        return build_timeline(trace, self._child.started, now)

    def _give(self, outputs: list[Output]) -> None:
        outputs = [output for output in outputs if output.text]
        self._buffer.add(outputs)
        if outputs and self._listener is not None:
            self._listener.output(outputs, self._clock.zero())


def with_modules(run: Run) -> Run:
    """The run with the texts of the other files of user code in which something was seen, as they are now."""
    texts = {path: read_script(path) for path in seen_files(run) if _is_short(path)}
    modules = {path: text for path, text in texts.items() if text is not None}
    return run._replace(subject=run.subject._replace(modules=modules)) if modules else run


def _is_short(path: str) -> bool:
    try:
        return os.path.isfile(path) and os.path.getsize(path) <= _LARGEST  # noqa: PTH113, PTH202  # may be no path at all
    except ValueError:
        return False


def _tell_failure(rule: str, error: Exception) -> None:
    """Show where a rule has failed to whoever wants to mend it: the run's notes name the rule alone."""
    if os.environ.get("ASYNCDEMO_DEBUG"):
        import sys
        import traceback

        print(f"asyncdemo: the rule {rule} failed:", file=sys.stderr)
        traceback.print_exception(error)


def _is_ok(plan: Plan, outcome: Outcome, cause: Cause | None) -> bool:
    """True if a run ended as it should."""
    if cause == "deadlock":
        return plan.deadlock_expected
    return cause == "watched" or outcome == Outcome("exited", code=plan.expected)


def _outcome(plan: Plan, ended: Exit, cause: Cause | None) -> Outcome:
    if cause == "timed-out":
        return Outcome("timed-out", after=plan.timeout)
    if cause == "interrupted":
        return Outcome("interrupted")
    if cause == "watched":
        return Outcome("interrupted", after=plan.watch_for)
    if cause == "deadlock":
        return Outcome("interrupted", reason="deadlock")
    if ended.status < 0:
        return Outcome("signalled", signal=-ended.status)
    return Outcome("exited", code=ended.status)


def _notes(plan: Plan, memory: Memory, left: int, stdin_empty: bool, programs: dict[int, str]) -> Iterator[str]:
    yield from plan.notes
    if not memory.attached:
        yield "not observed: the probe could not get in, so only the whole time is known"
    elif plan.untraced and not plan.times_only:
        yield "its tasks were not watched: it measures itself"
    yield from not_traced(memory)
    if memory[layout.UNTRIED]:
        newest = ".".join(map(str, layout.NEWEST))
        unlike = "; what is unlike that was not observed" if memory[layout.UNTRIED] & layout.UNLIKE else ""
        yield f"untried version: asyncdemo was tried on Python up to {newest}{unlike}"
    yield from (f"the probe gave up {why}" for why in memory.why)
    if stdin_empty:
        yield "stdin was empty: in a pipeline or a background job"
    if programs:
        names = ", ".join(dict.fromkeys(programs.values()))
        said = f"{len(programs)} other Python program{'s' if len(programs) > 1 else ''} not watched: {names}"
        why = "started with -I, -E, -S or another environment" if plan.children else "--children watches them"
        yield f"{said}; {why}"
    if plan.children and host.NAME != "linux":
        yield "the Python programs that it starts are watched on Linux only"
    if left == UNCOUNTED:
        yield "what it had started and left running had to be stopped"
    elif left:
        yield f"{left} process{'es' if left > 1 else ''} that it had started and left running had to be stopped"


def not_traced(memory: Memory) -> Iterator[str]:
    """What of its tasks nobody can know, and what to do about it."""
    if memory[layout.UNTRACED] & layout.OTHER_LOOP:
        yield f"{NOT_TRACED} its event loop, which is neither asyncio's own nor uvloop's (of uvicorn: --loop asyncio)"
    if memory[layout.UNTRACED] & layout.GEVENT:
        yield f"{NOT_TRACED} gevent's greenlets; of threads and tasks on top of them not all may be true"


def may_read(source: str | None) -> bool:
    """True if a script looks as if it reads what is typed: only then it matters that it cannot."""
    return source is None or re.search(r"input|stdin|getpass|readline", source) is not None


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


@contextmanager
def early_interrupts() -> Iterator[Callable[[], bool]]:
    """Note a Ctrl-C that is pressed before anything can react to it; gives a function that tells of it."""
    pressed = False

    def note(*_: object) -> None:
        nonlocal pressed
        pressed = True

    with handled(ENDING, note):
        yield lambda: pressed
