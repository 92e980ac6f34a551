"""Who cancelled whom: the task whose step ended the last wait of a cancelled task, and the line that did it."""

import ast
from typing import NamedTuple

from asyncdemo.model.recording import Run
from asyncdemo.model.spans import Task
from asyncdemo.model.syntax_tree import tree_of


class Cancellation(NamedTuple):
    """A task that was cancelled by another one; `line` is that of the call of `cancel`, None where it is not known.

    Where the other one had failed, `line` is the one that raised `error`: its task group or gather cancelled the rest.
    """

    task: int
    by: int
    path: str | None
    line: int | None
    error: str | None = None


def cancellations(run: Run) -> list[Cancellation]:
    """The cancellations of a run of which it is known who did them, in the order of their moments.

    One that a timer, a signal or the end of the event loop brought is not among them.
    """
    if run.timeline is None:
        return []
    tasks = {task.id: task for task in run.timeline.tasks}
    spans = run.timeline.spans
    found = []
    for task in sorted(run.timeline.tasks, key=lambda each: each.ended or 0.0):
        last = spans.last_wait(task.id) if task.end == "cancelled" else None
        by = None if last is None else tasks.get(spans.wakers[last])
        # One that was itself cancelled did not do it: the other one awaited it, and was cancelled by what it raised.
        if by is not None and by.id != task.id and by.end != "cancelled":
            found.append(_cancellation(run, task, by))
    return found


def _cancellation(run: Run, task: Task, by: Task) -> Cancellation:
    if by.raised is not None:
        return Cancellation(task.id, by.id, by.raised.path, by.raised.line, by.raised.error)
    line = _only_cancel(run.subject.source, by) if by.path in (run.subject.path, run.subject.ran) else None
    return Cancellation(task.id, by.id, by.path if line else None, line)


def _only_cancel(source: str | None, by: Task) -> int | None:
    """The only line in a task's own function that calls `cancel`; None where there is none, or several."""
    for node in ast.walk(tree_of(source or "")):
        if isinstance(node, ast.AsyncFunctionDef):
            begins = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            functions = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
            lines = {each.lineno for each in functions if isinstance(each, ast.Attribute) and each.attr == "cancel"}
            if begins <= by.line <= node.lineno:
                return lines.pop() if len(lines) == 1 else None
    return None
