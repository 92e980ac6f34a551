"""What the plugin tells: its section of pytest's report, the exit status of --asyncdemo-fail-on, the saved pages."""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from asyncdemo.cli.exit_status import ANY
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Finding, Run, as_plain
from asyncdemo.model.recording_json import Recording, as_made
from asyncdemo.pytest_plugin.observed_test import FoundInTest

_LIMITS = {  # what was not seen, by the names in Told
    "not_traced": "an event loop was not watched: it is neither asyncio's own nor uvloop's",
    "given_up": "the trace was given up, so that of some tests not all was seen: ASYNCDEMO_DEBUG=1 says why",
    "greenlets": "gevent's greenlets were not watched; of threads and tasks on top of them not all may be true",
    "unwatched": "the process that looks on from outside was lost, or could not be started: hangs, and the lines of "
    "blocking calls, may be missing",
}
_WIDTH = 100  # columns of a table of tasks, at most


class Told:
    """What the processes that ran the tests have to tell."""

    def __init__(self, *, already_watched: bool = False) -> None:
        self.already_watched = already_watched
        self.tests = self.watched = 0
        self.not_traced = self.given_up = self.greenlets = self.unwatched = False
        self.notes: list[str] = []
        self.unsaved: list[str] = []  # pages that are missing, though all was seen
        self.found: dict[str, list[FoundInTest]] = {}

    def add(self, findings: FoundInTest) -> None:
        """Take what was found in a test."""
        self.found.setdefault(findings.test, []).append(findings)

    def to_json(self) -> dict[str, Any]:
        """All of it, for another process."""
        found = [as_plain(each) for some in self.found.values() for each in some]
        return {name: value for name, value in vars(self).items() if name != "found"} | {"found": found}

    def take(self, fields: dict[str, Any]) -> None:
        """Add what another process has told."""
        self.tests += fields["tests"]
        self.watched += fields["watched"]
        for name in ("already_watched", *_LIMITS):
            setattr(self, name, getattr(self, name) or fields[name])
        self.notes += fields["notes"]
        self.unsaved += fields["unsaved"]
        for each in fields["found"]:
            self.add(as_made(FoundInTest, each, "found"))

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """All findings, each with its test."""
        return [(test, each) for test, some in self.found.items() for found in some for each in found.findings]


class FinalReport:
    """The hooks of the process that writes pytest's report."""

    def __init__(self, config: pytest.Config, told: Told, rules: frozenset[str]) -> None:
        self._root, self._told, self._rules = config.rootpath, told, rules
        self._said: dict[tuple[str, str | None, int | None, str], str] = {}  # where a finding was told first

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker of xdist has told."""
        told = getattr(node, "workeroutput", {}).get("asyncdemo")
        if told is None:
            self._told.notes.append(f"the worker {node.gateway.id} has told nothing: its tests may have findings")
        else:
            self._told.take(told)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Set the exit status where a finding of --asyncdemo-fail-on was made, or nobody can know."""
        if session.exitstatus == pytest.ExitCode.OK and self._is_broken():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Write the section."""
        terminalreporter.section("asyncdemo")
        from asyncdemo.views.terminal.text import harmless

        for line in self._lines():
            terminalreporter.write_line(harmless(line))

    def _is_broken(self) -> bool:
        return bool(self._rules) and (self._is_unsure() or bool(self._named()))

    def _is_unsure(self) -> bool:
        told = self._told
        return bool(told.notes) or any(getattr(told, name) for name in _LIMITS)

    def _named(self) -> list[str]:
        """The tests with findings that --asyncdemo-fail-on names."""
        rules = self._rules
        named = [
            test
            for test, each in self._told.findings
            if each.rule in rules or (ANY in rules and each.severity != "note")
        ]
        return list(dict.fromkeys(named))

    def _lines(self) -> Iterator[str]:
        told = self._told
        if told.already_watched:
            yield "asyncdemo run watches this pytest: the findings are in its report"
            if self._rules:
                yield "--asyncdemo-fail-on is left to asyncdemo run --fail-on"
            return
        for test, some in told.found.items():
            yield test
            for found in some:
                yield from self._of_test(found)
        count = len(told.findings)
        where = f" in {len(told.found)} of {told.tests} tests" if count else f" in {told.tests} tests"
        yield f"{count or 'no'} finding{'' if count == 1 else 's'}{where}, {told.watched} of which ran an event loop"
        yield from self._limits()
        yield from self._broken()

    def _broken(self) -> Iterator[str]:
        """Why --asyncdemo-fail-on makes the exit status 1."""
        if self._rules and (named := self._named()):
            yield f"--asyncdemo-fail-on: {', '.join(named)}"
        elif self._rules and self._is_unsure():
            yield "not all was seen, so --asyncdemo-fail-on cannot be kept"

    def _of_test(self, found: FoundInTest) -> Iterator[str]:
        functions = found.functions or (None,) * len(found.findings)
        for each, function in zip(found.findings, functions, strict=True):
            where = "" if each.path is None else f"  {self._shown(each.path)}:{each.line}"
            inside = "" if function is None else f" in {function}"
            took = "" if each.seconds is None else f"  {each.seconds:.2f} s"
            times = "" if each.times == 1 else f"  {each.times} times"
            unplaced = each.advice if each.path is None else ""  # whoever calls it, a line is told of once
            before = self._said.setdefault((each.rule, each.path, each.line, unplaced), found.test)
            again = "" if before == found.test else f"  as in {before}"
            yield f"  {each.rule}{where}{inside}{took}{times}{again}"
            if not again:
                yield f"    {each.message}"
                if each.advice:
                    yield f"    Fix: {each.advice}"
        yield from (f"    {row}" for row in found.table)

    def _limits(self) -> Iterator[str]:
        """What was not seen."""
        yield from (said for name, said in _LIMITS.items() if getattr(self._told, name))
        yield from self._told.notes
        yield from self._told.unsaved

    def _shown(self, path: str) -> str:
        """A path as pytest shows it: relative to its root."""
        inside = Path(path).is_relative_to(self._root)
        return os.path.relpath(path, self._root) if inside else path


def hanging_table(run: Run) -> tuple[str, ...]:
    """Who waited where for what when a test was timed out or interrupted; no rows where it did not hang."""
    if run.standstill is None:
        return ()
    from io import BytesIO, TextIOWrapper

    from asyncdemo.views.terminal.page import Page
    from asyncdemo.views.terminal.tables import standing_rows

    page = Page(TextIOWrapper(BytesIO(), "utf-8"), {"COLUMNS": str(_WIDTH), "NO_COLOR": "1"})
    rows = standing_rows(page, run, None)
    return tuple("".join(part if isinstance(part, str) else part[0] for part in row).rstrip() for row in rows)


SLOW = 1.0  # seconds
_LONGEST = 200  # bytes of a file's name, of which file systems have at most 255
_UNUSUAL = re.compile(r"[^\w.=-]+")


class SavedPages:
    """Where the pages go; nowhere without a folder. Raises UsageError for one that cannot be made."""

    def __init__(self, folder: str | None, base: Path) -> None:
        self._folder = None if folder is None else base / folder
        self._names: set[str] = set()
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(f"--asyncdemo-save {folder}: {error.strerror}; name a folder") from None

    def save(self, run: Run, took: float) -> None:
        """Write the page of a test that has failed or taken long (seconds), if its loops have done anything."""
        if self._folder is None or run.timeline is None or not run.timeline.tasks or (run.ok and took < SLOW):
            return
        from asyncdemo.views.html.pages import recording_page

        text = "".join(recording_page(Recording((run,))))
        (self._folder / self._name(run.subject.target)).write_text(text, encoding="utf-8")

    def _name(self, test: str) -> str:
        """A file name like the test's, another one for each test, and again for one that is run again."""
        plain, number = _file_name(test), 1
        name = plain
        while name in self._names:
            number += 1
            name = f"{plain}-{number}"
        self._names.add(name)
        return f"{name}.html"


def _file_name(test: str) -> str:
    """A test's name as that of a file. Where that could be another test's too, a hash tells them apart.

    It depends on the name alone: tests run in several processes, none of which knows the names of the others.
    """
    shown = test.replace("::", "__").replace("/", ".")
    plain = _UNUSUAL.sub("_", shown).strip("._")
    cut = plain.encode()[: _LONGEST - len("-12345678-99.html")].decode(errors="ignore")
    if cut == shown and "__" not in test:
        return cut
    return f"{cut or 'test'}-{sha256(test.encode(errors='surrogatepass')).hexdigest()[:8]}"
