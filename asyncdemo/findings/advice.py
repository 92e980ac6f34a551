"""What to do in place of a call that holds the loop."""

import ast
import re

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.source import called

_SLEEP = re.compile(r"\bsleep\(([^()]*)\)")
_THREADS = {"asyncio": "asyncio.to_thread", "anyio": "anyio.to_thread.run_sync", "trio": "trio.to_thread.run_sync"}


def instead_of_blocking(evidence: Evidence, place: Place | None, kind: str) -> str:
    """What to write in place of the blocking call at a line, for the library that runs the task."""
    used = library(evidence, kind)
    code = evidence.source.line(place[1]) if place and evidence.in_script(place[0]) else ""
    if sleep := _SLEEP.search(code):
        return f"await {used}.sleep({sleep[1]})"
    if used == "asyncio" and re.search(r"\bsubprocess\.", code):
        return "await asyncio.create_subprocess_exec(...)"
    return f"await {_THREADS[used]}({_as_arguments(evidence, place)})"


def instead_of_computing(evidence: Evidence, kind: str) -> str:
    """Where to compute, for the library that runs the task."""
    if library(evidence, kind) == "asyncio":
        return "await loop.run_in_executor(ProcessPoolExecutor(), f, ...)"
    return "await anyio.to_process.run_sync(f, ...)"


def library(evidence: Evidence, kind: str) -> str:
    """Which library a person would turn to for a task of this kind: the one that the script imports."""
    used = [name for name in (kind, "anyio", "trio") if evidence.source.uses(name)]
    return used[0] if used else kind


def _as_arguments(evidence: Evidence, place: Place | None) -> str:
    """The only call in a line as function and arguments, where it is that simple."""
    if place is None or not evidence.in_script(place[0]):
        return "f, ..."
    calls = evidence.source.calls_in(place[1])
    if len(calls) != 1 or not called(calls[0]):
        return "f, ..."
    parts = [calls[0].func, *calls[0].args, *(keyword.value for keyword in calls[0].keywords)]
    texts = [evidence.source.quoted(part) for part in parts]
    names = ["", *("" for _ in calls[0].args), *(f"{keyword.arg}=" for keyword in calls[0].keywords)]
    if None in texts or any(isinstance(part, ast.Starred) for part in parts) or "None=" in names:
        return "f, ..."
    return ", ".join(f"{name}{text}" for name, text in zip(names, texts, strict=True))
