"""Contestants with made-up times."""

from asyncdemo.comparison import Comparison, Contestant
from asyncdemo.model.recording import Outcome, Python, Run, Seconds, Subject

PYTHON = Python("python3", "3.11.7", "CPython")


def made(
    name: str,
    *times: float | None,
    tasks: int = 10,
    python: Python = PYTHON,
    target: str | None = None,
    start: float = 0.1,
) -> Contestant:
    """A contestant with these times of its own in seconds (None: not known)."""
    subject = Subject(target or name, parameters={"TASKS": tasks})
    runs = tuple(
        Run(
            subject,
            python,
            Outcome("exited", code=0),
            ok=True,
            seconds=Seconds(
                (time or 0.3) + start, start / 2, start / 2, time, 0.02, None if time is None else time * 0.9
            ),
        )
        for time in times
    )
    nothing = Run(subject, python, Outcome("not-started", reason="left out"), ok=False)
    return Contestant(name, runs, runs[-1] if runs else nothing)


def compared(*contestants: Contestant, swept: str | None = None) -> Comparison:
    return Comparison(contestants, 1, "rounds", swept=swept)
