"""Tells start-up, imports and the script's own time apart."""

import ast
from pathlib import Path

from asyncdemo.model.recording import Seconds
from asyncdemo.model.syntax_tree import tree_of
from asyncdemo.model.user_code import is_own
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.process import Exit
from asyncdemo.runner.shared_memory import Memory


def head_imports(source: str) -> frozenset[int]:
    """The lines of the imports at the head of a script, before its first other statement."""
    lines: set[int] = set()
    for index, statement in enumerate(tree_of(source).body):
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
        late, late_cpu = self._late_imports()
        off = max(0.0, script - late - max(0.0, script_cpu - late_cpu))
        # The kernel counts from the start to the end of the process; what is off the processor before and after the
        # script, or in an import, is for the most part time in that queue.
        elsewhere = max(0.0, (zero - self._started - zero_cpu) / 1e9) + max(0.0, late - late_cpu)
        if end:
            elsewhere += max(0.0, (ended.at - end) / 1e9 - max(0.0, ended.cpu - end_cpu))
        queued = queued_for(ended, end_cpu if end else None, elsewhere, off)
        return Seconds(
            total=total,
            startup=(ready - self._started) / 1e9,
            imports=(zero - ready) / 1e9,
            script=script,
            cpu=ended.cpu,
            waiting=off - (queued or 0.0),
            late_imports=late,
            queued=queued,
        )

    def _late_imports(self) -> tuple[float, float]:
        """Seconds and processor seconds of the imports that are not at the script's head."""
        head = [mark for mark in self._memory.imports() if mark.line in (self._head or ())]
        took = self._memory[layout.IMPORTING] - sum(mark.end - mark.start for mark in head)
        cpu = self._memory[layout.IMPORTING_CPU] - sum(mark.cpu - mark.start_cpu for mark in head)
        return max(0.0, took / 1e9), max(0.0, cpu / 1e9)

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
    """The text of a module whose file only the child knows, or None."""
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def own_script(memory: Memory) -> str | None:
    """The text of the script whose file only the child knows, if it is a person's own."""
    path = memory.script
    is_known = path is not None and Path(path).is_absolute() and is_own(path, memory.libraries)
    return read_script(path) if is_known else None


def queued_for(ended: Exit, cpu: float | None, elsewhere: float, off: float) -> float | None:
    """For how many of `off` seconds off the processor the process was ready and had to wait for one; None if unknown.

    The kernel says it of the main thread. Of other threads nobody knows when they are gone: for each second on a
    processor they are taken to have queued for as long as the main one. `cpu` is that of all of them, without other
    processes, None if unknown; `elsewhere` is what does not count. All in seconds.
    """
    if ended.queued is None or ended.main_cpu is None:
        return None
    threads = max(1.0, cpu / ended.main_cpu) if cpu and ended.main_cpu else 1.0
    return min(off, max(0.0, ended.queued - elsewhere) * threads)
