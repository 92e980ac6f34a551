"""Steps that have the same cause."""

from collections import Counter

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.model.spans import Span


def grouped(evidence: Evidence, steps: list[Span], *, by_function: bool) -> dict[Place, list[Span]]:
    """The steps by their line; those whose line is not known go with others of the same coroutine.

    Of computing it is the function that matters: wherever in its loop it was seen, it is the same cause.
    """
    groups: dict[tuple[Place, Place | None], list[Span]] = {}
    lineless: dict[Place, list[Span]] = {}
    for step in steps:
        task = evidence.tasks[step.task]
        line, coroutine = evidence.place(step.path, step.line), evidence.place(task.path, task.line)
        if line is not None:
            groups.setdefault((_function(evidence, line) if by_function else line, coroutine), []).append(step)
        elif coroutine is not None:
            lineless.setdefault(coroutine, []).append(step)
    for coroutine, some in lineless.items():
        same = [group for (_, owner), group in groups.items() if owner == coroutine]
        (max(same, key=len) if same else groups.setdefault((coroutine, coroutine), [])).extend(some)
    found: dict[Place, list[Span]] = {}
    for group in groups.values():
        found.setdefault(_place(evidence, group), []).extend(group)
    return found


def _function(evidence: Evidence, place: Place) -> Place:
    """Where the function begins that a line is in, as far as that is known."""
    around = evidence.source.around(place[1]) if evidence.in_script(place[0]) else None
    return (place[0], around.lineno) if around is not None else place


def _place(evidence: Evidence, steps: list[Span]) -> Place:
    """Where most of the time of some steps was spent; the coroutine where no line is known."""
    spent = Counter[Place]()
    for step in steps:
        line = evidence.place(step.path, step.line)
        if line is not None:
            spent[line] += step.end - step.start  # type: ignore[assignment]
    if spent:
        return spent.most_common(1)[0][0]
    place = evidence.of_span(steps[0])
    assert place is not None  # only such steps are in a group
    return place
