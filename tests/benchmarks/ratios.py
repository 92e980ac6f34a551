"""How much longer one thing takes than another: what all benchmarks measure and print.

Both are done in turn, in shuffled order, so that what slows the machine down slows both; the interval is that of
`asyncdemo compare`. Figures, not a gate: a benchmark always ends with status 0.
"""

import os
import random
from collections.abc import Callable
from typing import NamedTuple

from asyncdemo.comparison import speed_up

WIDTH = 46  # columns for the name


class Figure(NamedTuple):
    """Two ways to measure seconds; `bar` is how many times the floor's the other may be, None: for comparison only."""

    name: str
    seconds: Callable[[], float]
    floor: Callable[[], float]
    bar: float | None
    pairs: int


def clean_environment() -> dict[str, str]:
    """The environment without what changes Python's or our own behaviour."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASYNCDEMO"))}


def head(title: str) -> None:
    """Print what stands above the rows."""
    print(f"{title:{WIDTH}} ratio  interval         bar   pairs", flush=True)


def show(figure: Figure) -> None:
    """Measure a figure and print its row."""
    order = random.Random(1)
    times: dict[str, list[float]] = {"seconds": [], "floor": []}
    for _ in range(1 + figure.pairs):
        for which in order.sample(list(times), 2):
            times[which].append(getattr(figure, which)())
    ratio, interval = speed_up(times["seconds"][1:], times["floor"][1:])  # the first of each was the warm-up
    low, high = interval or (ratio, ratio)
    bar = "    -" if figure.bar is None else f"{figure.bar:5.2f}"
    verdict = "" if figure.bar is None else "  within" if ratio <= figure.bar else "  over"
    row = f"{figure.name:{WIDTH}} {ratio:5.2f}  {low:5.2f} to {high:5.2f}  {bar}  {figure.pairs:6}{verdict}"
    print(row, flush=True)
