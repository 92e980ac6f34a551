"""What was observed, as plain data. Nothing here reads a clock, opens a file or starts a process.

Times are seconds as floats from the start of the run (the moment before the child was started); `None` is unknown.
Named tuples and not dataclasses: there may be 300,000 pieces of output, and each class costs a tenth at start-up.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:  # what is only run, and not observed, has neither
    from asyncdemo.model.spans import Timeline
    from asyncdemo.model.traces import Standstill

SCHEMA = "asyncdemo.run/1"

OutcomeKind = Literal["exited", "signalled", "timed-out", "interrupted", "not-started"]
Stream = Literal["stdout", "stderr", "other"]
Writer = Literal["script", "python", "warning", "loop", "traceback", "shown"]
Severity = Literal["error", "warning", "note"]


class Outcome(NamedTuple):
    """How a run ended. Only the field that belongs to `kind` is set.

    `code` with exited, `signal` (its number) with signalled, `after` (seconds) with timed-out, and with interrupted
    where that was asked for beforehand, `reason` with not-started, and with interrupted ("deadlock") where it was made
    to end because nothing could wake it any more.
    """

    kind: OutcomeKind
    code: int | None = None
    signal: int | None = None
    after: float | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The kind and the one field that belongs to it."""
        own = {"code": self.code, "signal": self.signal, "after": self.after, "reason": self.reason}
        return {"kind": self.kind} | {name: value for name, value in own.items() if value is not None}


class Python(NamedTuple):
    """The interpreter that ran the script; `version` and `implementation` are None where it could not say.

    `libraries` are the folders in which its libraries lie, as it says itself. `untried` of a version that is newer than
    any that was tried.
    """

    executable: str
    version: str | None = None
    implementation: str | None = None
    libraries: tuple[str, ...] = ()
    untried: bool = False

    def to_json(self) -> dict[str, Any]:
        """All fields; without the folders where they are not known."""
        names: dict[str, Any] = {"implementation": self.implementation, "version": self.version}
        folders = {"libraries": list(self.libraries)} if self.libraries else {}
        return names | {"executable": self.executable} | folders | ({"untried": True} if self.untried else {})


class Seconds(NamedTuple):
    """Where the time of a run went, in seconds.

    `total` is the whole process as `time` would count it; `startup` ends where the interpreter is ready for the
    script, `imports` are the imports at its head, `script` is all after them, up to its last line and exit handlers.
    `late_imports` are the imports that its main thread makes in that time: the rest is `own`. `cpu` is the processor
    time of the whole process. In a part of `own` the process used none: for `queued` as it was ready and the machine
    had no processor for it, and for `waiting` otherwise. Where `queued` is None that is part of `waiting`.
    """

    total: float | None = None
    startup: float | None = None
    imports: float | None = None
    script: float | None = None
    cpu: float | None = None
    waiting: float | None = None
    late_imports: float | None = None
    queued: float | None = None

    @property
    def own(self) -> float | None:
        """The script's own time, without imports wherever they are."""
        return None if self.script is None else max(0.0, self.script - (self.late_imports or 0.0))

    @property
    def zero(self) -> float | None:
        """The moment of the script's own first step: the zero of every view."""
        if self.startup is None or self.imports is None:
            return None
        return self.startup + self.imports

    @property
    def waiting_share(self) -> float | None:
        """The part of the script's own time in which it waited, from 0 to 1."""
        return min(1.0, self.waiting / self.own) if self.waiting is not None and self.own else None

    def to_json(self) -> dict[str, Any]:
        """All times, rounded to the microsecond."""
        return {name: rounded(value) for name, value in self._asdict().items()}


class Output(NamedTuple):
    """One piece of output: usually one write, with the line of user code and the thread that it came from if known.

    `path` is the file of that line, None of the script's own.

    `writer` tells of stderr who has written it: "python" is the interpreter itself, "warning" its warning of a
    coroutine that was never awaited, "loop" what an event loop reports, "traceback" the traceback of an error at hand,
    "script" all else. It is None where that was not observed, as in recordings of earlier versions.
    """

    at: float
    stream: Stream
    text: str
    line: int | None = None
    thread: int | None = None
    writer: Writer | None = None
    path: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The piece with its time rounded to the microsecond."""
        place = {"line": self.line} | ({} if self.path is None else {"path": self.path})
        return {"at": rounded(self.at), "stream": self.stream, "text": self.text, **place}


class Subject(NamedTuple):
    """What was run: the target by its name, and the source behind it as far as that is known beforehand.

    `path` is the file that the person means, `ran` the file that ran, if that is a staged copy of it. `modules` are
    the texts of other files of user code in which something was seen, by their paths.
    """

    target: str
    scenario: str | None = None
    variant: str | None = None
    path: str | None = None
    ran: str | None = None
    source: str | None = None
    parameters: Mapping[str, Any] = MappingProxyType({})
    modules: Mapping[str, str] = MappingProxyType({})

    def is_script(self, path: str | None) -> bool:
        """True of the file whose text is `source`."""
        return path is not None and path in (self.path, self.ran)

    def text_of(self, path: str | None) -> str | None:
        """The text of a file of user code; None where that is not known."""
        return self.source if self.is_script(path) else self.modules.get(path or "")

    def to_json(self) -> dict[str, Any]:
        """All but the source, of which only the checksum is published."""
        return {
            "target": self.target,
            "scenario": self.scenario,
            "variant": self.variant,
            "path": self.path,
            "source_sha256": None if self.source is None else _sha256(self.source),
            "parameters": dict(self.parameters),
        }


class Finding(NamedTuple):
    """What is wrong, at which line of the person's own code, and one thing to do about it.

    `path` and `line` are None where they are not known. `advice` is empty where none is known that is right there.
    `seconds` is what it took in all, None where time is not the point; `times` how often it was seen there; `tasks` the
    lanes that it is about. `beside` is what to say beside which lines of the code, as far as they are in the same file.
    """

    rule: str
    severity: Severity
    path: str | None
    line: int | None
    message: str
    advice: str
    seconds: float | None = None
    times: int = 1
    tasks: tuple[int, ...] = ()
    beside: tuple[tuple[int, str], ...] = ()


NOT_TRACED = "not traced:"  # so begins the note of what nobody can know of a run's tasks


class Process(NamedTuple):
    """A program that a watched one has started: its number, that of its parent, and when it began.

    `started` is in seconds from the start of the run; the times of its own run count from there.
    """

    pid: int
    parent: int
    started: float


class Run(NamedTuple):
    """One execution of one subject in its own interpreter.

    `output_order` is "exact" where one pipe kept the order of all writers. `output_dropped` counts bytes that were
    printed and not kept. `notes` say in words what could not be done or observed in this run. `findings` is None where
    nothing was observed that there could be findings in. `standstill` is where all stood before it was made to end.
    `stopped` is when it was first told to end, in seconds from its start: by Ctrl-C, --timeout or --for; None where it
    was not, or that is unknown. `process` is set of a program that a watched one has started; `children` are the runs
    of those.
    """

    subject: Subject
    python: Python
    outcome: Outcome
    ok: bool
    seconds: Seconds = Seconds()
    output: tuple[Output, ...] = ()
    output_dropped: int = 0
    notes: tuple[str, ...] = ()
    timeline: "Timeline | None" = None
    findings: tuple[Finding, ...] | None = None
    standstill: "Standstill | None" = None
    stopped: float | None = None
    process: Process | None = None
    children: "tuple[Run, ...]" = ()

    @property
    def not_traced(self) -> str | None:
        """What of its tasks was not traced at all, in words; None where all that is known of was."""
        said = [note.removeprefix(NOT_TRACED).strip() for note in self.notes if note.startswith(NOT_TRACED)]
        return "; ".join(said) or None

    @property
    def was_interrupted(self) -> bool:
        """True if a person ended it, without having said so beforehand."""
        return self.outcome.kind == "interrupted" and self.outcome.reason is None and not self.ok

    def to_json(self, *, spans: bool = False) -> dict[str, Any]:
        """The run in the published shape, the spans only if asked for; what was not observed is null."""
        return self.subject.to_json() | {
            "python": self.python.to_json(),
            "outcome": self.outcome.to_json(),
            "ok": self.ok,
            "stopped": rounded(self.stopped),
            "seconds": self.seconds.to_json(),
            "output": [piece.to_json() for piece in self.output],
            "output_order": "exact",
            "output_dropped": self.output_dropped,
            **_timeline_json(self.timeline, self.not_traced, spans=spans),
            "findings": None if self.findings is None else [finding_json(finding) for finding in self.findings],
            "notes": list(self.notes),
            "process": as_plain(self.process),
            "standstill": as_plain(self.standstill),
        }


def _timeline_json(timeline: "Timeline | None", not_traced: str | None, *, spans: bool) -> dict[str, Any]:
    if timeline is None:
        trace = None if not_traced is None else {"complete": False, "steps": 0, "not_traced": not_traced}
        return {"tasks": None, "loops": None, "spans": None, "trace": trace}
    from asyncdemo.model.spans import loop_json, span_json, task_json

    return {
        "tasks": [task_json(task) for task in timeline.tasks],
        "loops": [loop_json(loop) for loop in timeline.loops],
        "spans": [span_json(span) for span in timeline.spans] if spans else None,
        "trace": {"complete": timeline.complete, "steps": timeline.steps, "not_traced": not_traced},
    }


def with_children(runs: Iterable[Run]) -> list[Run]:
    """The runs, each followed by those of the programs that it has started."""
    return [each for run in runs for each in (run, *run.children)]


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding in the published shape."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line,
        "seconds": None if finding.seconds is None else round(finding.seconds, 6),
        "times": finding.times,
        "tasks": list(finding.tasks),
        "message": finding.message,
        "advice": finding.advice,
    }


def rounded(seconds: float | None) -> float | None:
    """Round a time in seconds to the microsecond."""
    return None if seconds is None else round(seconds, 6)


def _sha256(text: str) -> str:
    from hashlib import sha256

    try:
        content = text.encode(errors="surrogateescape")  # the file's own bytes
    except UnicodeEncodeError:
        content = text.encode(errors="surrogatepass")  # no file can hold this text
    return sha256(content).hexdigest()


def as_plain(value: Any) -> Any:
    """What JSON can say of a value that has named tuples and tuples within: objects and arrays."""
    if hasattr(value, "_asdict"):
        return {field: as_plain(each) for field, each in value._asdict().items()}
    return [as_plain(each) for each in value] if isinstance(value, tuple) else value
