"""Which runs of a recording are shown together."""

from collections.abc import Iterable, Iterator

from asyncdemo.recording import Run


def together(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Put variants of a scenario together that follow one another, each once."""
    some: list[Run] = []
    for run in runs:
        if some and not _belongs(run, some):
            yield some
            some = []
        some.append(run)
    if some:
        yield some


def _belongs(run: Run, some: list[Run]) -> bool:
    names = {each.subject.variant for each in some}
    own = run.subject
    return None not in names | {own.variant} and own.scenario == some[0].subject.scenario and own.variant not in names
