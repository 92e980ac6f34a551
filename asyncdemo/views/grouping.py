"""Which runs of a recording are shown together."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from asyncdemo.model.recording import Run


def side_by_side(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Give the runs one by one, but those of different variants of one scenario together."""
    for scenario, some in groupby(runs, key=lambda run: run.subject.scenario if run.subject.variant else None):
        together: list[Run] = []
        for run in some:
            if scenario is None or run.subject.variant in {each.subject.variant for each in together}:
                if together:
                    yield together
                together = []
            together.append(run)
        if together:
            yield together
