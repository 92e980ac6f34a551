"""What the plugin does in a process that runs tests: arms the probe, and looks at what each test has done.

Nothing that pytest prints or decides is changed, but by the section at the end and, with --asyncdemo-fail-on, by the
exit status.
"""

import logging
import os
import sys
import time
import warnings
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from asyncdemo.analysis.timeline import timeline as build_timeline
from asyncdemo.cli.exit_status import ANY, rules_named
from asyncdemo.errors import AsyncdemoError
from asyncdemo.findings import RULES
from asyncdemo.model.recording import Finding, Outcome, Output, Run, Seconds, Subject
from asyncdemo.model.traces import Standstill, Trace
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.pytest_plugin.arming import Armed, arm, was_armed
from asyncdemo.pytest_plugin.left_tasks import LeftTasks
from asyncdemo.pytest_plugin.observed_test import FoundInTest, LeftTask, function_at, judged_test, left_over
from asyncdemo.pytest_plugin.report_section import FinalReport, SavedPages, Told, hanging_table
from asyncdemo.runner.host import host


def begin(config: pytest.Config) -> None:
    """Watch the tests of this process, or gather what xdist's workers have seen. Raises pytest.UsageError."""
    try:
        rules = rules_named(config.option.asyncdemo_fail_on, "--asyncdemo-fail-on")
        pages = SavedPages(config.option.asyncdemo_save, config.invocation_params.dir)
        is_worker = hasattr(config, "workerinput")
        spreads = not is_worker and getattr(config.option, "dist", "no") != "no"
    except AsyncdemoError as error:
        raise pytest.UsageError(str(error)) from None
    told, armed = Told(), None
    try:
        armed = None if spreads else arm()
        if armed is None and not spreads and was_armed():
            told.notes.append("no test was watched: a pytest was before in this process; each needs one of its own")
        else:
            told.already_watched = armed is None and not spreads
    except Exception as error:  # an instrument may fail, never interfere
        if os.environ.get("ASYNCDEMO_DEBUG"):
            raise
        told.notes.append(f"no test was watched: {type(error).__name__}: {error}")
    if armed is not None:
        config.pluginmanager.register(ObservedSession(armed, told, pages), "asyncdemo-session")
    if is_worker:
        config.pluginmanager.register(_Worker(config, told), "asyncdemo-worker")
    else:
        config.pluginmanager.register(FinalReport(config, told, rules), "asyncdemo-reports")


class _Worker:
    """Sends what was told to where pytest writes its report."""

    def __init__(self, config: Any, told: Told) -> None:
        self._config, self._told = config, told

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._config.workeroutput["asyncdemo"] = self._told.to_json()


class _Now(NamedTuple):
    """The test that is running: when it began (ns), and what was used by then, of the processor and of its queue."""

    item: pytest.Item
    started: int
    cpu: int
    queued: int | None


class _Hang(NamedTuple):
    """What a test had done when it was timed out or interrupted, and where all stood."""

    at: int
    trace: Trace
    standstill: Standstill | None
    outcome: Outcome


class ObservedSession:
    """The hooks of a process in which tests run."""

    def __init__(self, armed: Armed, told: Told, pages: SavedPages) -> None:
        self._armed, self._told, self._pages = armed, told, pages
        self._now: _Now | None = None
        self._output: list[Output] = []
        self._hang: _Hang | None = None
        self._failed: set[str] = set()
        self._sources: dict[str, str | None] = {}
        self._began: list[tuple[int, str]] = []  # the first key of each test's tasks
        self._left = LeftTasks(armed.memory)
        self._log = _Heard(self._say)
        self._python = armed.memory.python(sys.executable)
        logging.getLogger("asyncio").addFilter(self._log)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        """Refuse a marker that would do nothing, before any test runs; then be ready."""
        yield
        for item in items:
            allowed(item)
        self._armed.wait_until_watched()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Look at what the test has done once all is said: pytest tells of warnings last."""
        with self._unnoticed(item):
            self._begin(item)
        try:
            return (yield)
        except BaseException as error:
            with self._unnoticed(item):
                self._stopped(error)
            raise
        finally:
            with self._unnoticed(item):
                self._end()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take note of a test that fails, and of where it stood, should it be a timeout."""
        report = yield
        if call.excinfo is not None:  # of a test of unittest's that is set by now only
            with self._unnoticed(item):
                self._stopped(call.excinfo.value)
        if report.failed:
            self._failed.add(item.nodeid)
        return report

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, when: str) -> None:
        """Keep what Python warns of while tests run."""
        if when == "runtest" and issubclass(warning_message.category, RuntimeWarning):
            each = warning_message
            self._say(warnings.formatwarning(each.message, each.category, each.filename, each.lineno), "warning")

    def pytest_sessionfinish(self) -> None:
        """Note what was not seen; let the other process end."""
        untraced = self._armed.memory[layout.UNTRACED]
        self._told.not_traced = bool(untraced & layout.OTHER_LOOP)
        self._told.given_up = untraced & 2 != 0
        self._told.greenlets = bool(untraced & layout.GEVENT)
        self._told.unwatched = not self._armed.is_watched()
        logging.getLogger("asyncio").removeFilter(self._log)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Let the process that watches this one end."""
        self._left.restore()
        self._armed.close()

    def _begin(self, item: pytest.Item) -> None:
        self._left.look_for_asyncio()
        self._began.append((self._armed.trace.next_key, item.nodeid))
        self._armed.trace.take()  # what was in between is no test's
        times = host.processor_times(os.getpid())
        self._now = _Now(item, time.monotonic_ns(), time.process_time_ns(), None if times is None else times[1])
        self._hang = None
        self._output.clear()

    def _say(self, text: str, writer: Any) -> None:
        """Take note of what Python or asyncio says, as it would say it on stderr."""
        if self._now is not None:
            at = (time.monotonic_ns() - self._now.started) / 1e9
            self._output.append(Output(at, "stderr", text, writer=writer))

    def _stopped(self, error: BaseException) -> None:
        """See where all stood, if it is somebody else who has ended the test."""
        now, at = self._now, time.monotonic_ns()
        is_timeout = isinstance(error, pytest.fail.Exception) and str(error).startswith("Timeout")
        if now is None or self._hang is not None or not (is_timeout or isinstance(error, KeyboardInterrupt)):
            return
        after = (at - now.started) / 1e9
        outcome = Outcome("timed-out" if is_timeout else "interrupted", after=after)
        self._hang = _Hang(at, self._armed.trace.take(), self._armed.standstill(now.started), outcome)

    def _end(self) -> None:
        now, self._now = self._now, None
        if now is not None:  # else it could not be begun
            self._judge(now)

    @contextmanager
    def _unnoticed(self, item: pytest.Item) -> Iterator[None]:
        """Make a note of what fails of ours: an instrument may fail, never interfere."""
        try:
            yield
        except Exception as error:
            if os.environ.get("ASYNCDEMO_DEBUG"):
                raise
            self._told.notes.append(f"{item.nodeid} could not be judged: {type(error).__name__}: {error}")

    def _judge(self, now: _Now) -> None:
        """Note what is found in the test that has just ended, and what others have left behind."""
        rest, hang, name = self._armed.trace.take(), self._hang, now.item.nodeid
        trace, ended = (rest, time.monotonic_ns()) if hang is None else (hang.trace, hang.at)
        self._told.tests += 1
        self._told.watched += bool(trace.codes)
        left = self._left_by_test()
        mine = left.pop(name, [])
        for other, some in left.items():  # they shared a loop with this one
            self._tell(other, tuple(left_over(some)))
        if trace.codes or self._output:
            run = judged_test(self._observed(now, trace, ended), mine, self._text)
            skipped = allowed(now.item)
            found = tuple(each for each in run.findings or () if each.rule not in skipped)
            if found:
                self._tell(name, found, hanging_table(run._replace(findings=found)))
            self._save(run, took=(ended - now.started) / 1e9)

    def _save(self, run: Run, took: float) -> None:
        """Write its page; say so where that cannot be done: what was found is told all the same."""
        try:
            self._pages.save(run, took)
        except OSError as error:
            self._told.unsaved.append(f"the page of {run.subject.target} was not saved: {error.strerror}")

    def _tell(self, test: str, found: tuple[Finding, ...], table: tuple[str, ...] = ()) -> None:
        functions = tuple(function_at(self._text(each.path), each.line) for each in found)
        self._told.add(FoundInTest(test, found, functions, table))

    def _observed(self, now: _Now, trace: Trace, ended: int) -> Run:
        """The test, or its part up to a timeout, as a run of its own."""
        path, hang, failed = str(now.item.path), self._hang, now.item.nodeid in self._failed
        if any(code & 15 == layout.CPU for code in trace.codes):  # a step took long
            trace = trace._replace(samples=self._armed.samples())
        return Run(
            subject=Subject(now.item.nodeid, path=path, source=self._text(path)),
            python=self._python,
            outcome=Outcome("exited", code=int(failed)) if hang is None else hang.outcome,
            ok=not failed and hang is None,
            seconds=_seconds(now, ended),
            output=tuple(self._output),
            timeline=build_timeline(trace, now.started, ended),
            standstill=None if hang is None else hang.standstill,
            stopped=None if hang is None else hang.outcome.after,
        )

    def _text(self, path: str | None) -> str | None:
        """The text of a file; None where it cannot be read."""
        if path is not None and path not in self._sources:
            try:
                self._sources[path] = Path(path).read_text(encoding="utf-8")
            except (OSError, ValueError):
                self._sources[path] = None
        return None if path is None else self._sources[path]

    def _left_by_test(self) -> dict[str, list[LeftTask]]:
        """The tasks that were left over, by the tests in which they were made; not of those that have failed."""
        found: dict[str, list[LeftTask]] = {}
        for each in self._left.take():
            place = bisect_right(self._began, each.key, key=lambda began: began[0])
            name = self._began[place - 1][1] if place else ""
            if name and name not in self._failed:
                found.setdefault(name, []).append(each)
        return found


def allowed(item: pytest.Item) -> frozenset[str]:
    """The rules whose findings its markers allow. Raises pytest.UsageError for what is no rule."""
    rules: set[str] = set()
    for marker in item.iter_markers("asyncdemo"):
        given = marker.kwargs.get("allow")
        every = list(given) if isinstance(given, list | tuple | set) else [given]
        words = [each for each in every if isinstance(each, str)]
        if marker.args or set(marker.kwargs) != {"allow"} or not words or words != every:
            raise pytest.UsageError(f"{item.nodeid}: give the marker as @pytest.mark.asyncdemo(allow='RULE')")
        try:
            rules |= rules_named(",".join(words), "@pytest.mark.asyncdemo allow=")
        except AsyncdemoError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from None
    return frozenset(RULES) if ANY in rules else frozenset(rules)


class _Heard(logging.Filter):
    """Hears what event loops report of lost errors: a filter of asyncio's logger, which lets everything pass.

    A handler would be seen: where there is no other, logging writes to stderr by itself.
    """

    def __init__(self, say: Callable[[str, Any], None]) -> None:
        super().__init__()
        self._say = say

    def filter(self, record: logging.LogRecord) -> bool:
        """Hear it, and let it pass."""
        if record.levelno >= logging.ERROR:
            try:
                text = f"{record.getMessage()}\n"
                if record.exc_info and record.exc_info[0] is not None:
                    text += logging.Formatter().formatException(record.exc_info) + "\n"
                self._say(text, "loop")
            except Exception:
                pass  # then whoever writes it will fail as well, and say so
        return True


def _seconds(now: _Now, ended: int) -> Seconds:
    """Where the time of a test went: it is all its own, and none is start-up."""
    took, cpu = (ended - now.started) / 1e9, (time.process_time_ns() - now.cpu) / 1e9
    times = host.processor_times(os.getpid())
    queued = None if times is None or now.queued is None else (times[1] - now.queued) / 1e9
    waiting = max(0.0, took - cpu - (queued or 0.0))
    return Seconds(took, 0.0, 0.0, took, cpu, waiting, late_imports=0.0, queued=queued)
