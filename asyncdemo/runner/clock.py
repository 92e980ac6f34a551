"""Tells start-up, imports and the script's own time apart."""

import ast
from pathlib import Path

from asyncdemo.model.recording import Seconds
from asyncdemo.model.syntax_tree import NOT_PYTHON, parse
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.reaper import Exit
from asyncdemo.runner.shared_memory import Memory


def head_imports(source: str) -> frozenset[int]:
    """The lines of the imports at the head of a script, before its first other statement."""
    try:
        body = parse(source).body
    except NOT_PYTHON:
        return frozenset()
    lines: set[int] = set()
    for index, statement in enumerate(body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        elif index or not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
            break
    return frozenset(lines)


class Clock:
    """Reads the marks of one run. `source` gives the script's text where it is known beforehand."""

    def __init__(self, memory: Memory, started: int, source: str | None) -> None:
        self._memory = memory
        self._started = started
        self._source = source
        self._head: frozenset[int] | None = None

    def zero(self) -> float | None:
        """Seconds from the start of the run to the script's own first step, as far as is known up to now."""
        marks = self._marks()
        return None if marks is None else (marks[1] - self._started) / 1e9

    def seconds(self, ended: Exit) -> Seconds:
        """Where the time went, once the child has ended."""
        total = (ended.at - self._started) / 1e9
        marks = self._marks()
        if marks is None:
            return Seconds(total=total, cpu=ended.cpu)
        ready, zero, zero_cpu = marks
        end, end_cpu = self._memory[layout.END], self._memory[layout.END_CPU] / 1e9
        script = ((end or ended.at) - zero) / 1e9
        script_cpu = (end_cpu if end else ended.cpu) - zero_cpu / 1e9
        return Seconds(
            total=total,
            startup=(ready - self._started) / 1e9,
            imports=(zero - ready) / 1e9,
            script=script,
            cpu=ended.cpu,
            waiting=max(0.0, script - max(0.0, script_cpu)),
        )

    def _marks(self) -> tuple[int, int, int] | None:
        """When the interpreter was ready and when the script took its first step (ns), and CPU time up to then."""
        if not self._memory.attached:
            return None
        ready = self._memory[layout.READY]
        zero, cpu = ready, self._memory[layout.READY_CPU]
        imports = self._memory.imports()
        if imports and self._head is None:
            self._head = head_imports(self._source or read_script(self._memory.script) or "")
        for mark in imports:
            if mark.line in (self._head or ()) and mark.end > zero:
                zero, cpu = mark.end, mark.cpu
        return ready, zero, cpu


def read_script(path: str | None) -> str | None:
    """Give the text of a module whose file only the child knows, or None."""
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
