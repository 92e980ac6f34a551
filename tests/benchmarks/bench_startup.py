"""What asyncdemo adds to the time of a command: `make bench`. Figures, not a gate: it always ends with status 0.

Each figure is the whole time of a command over that of its floor, the least that could do the same. Both run in turn,
in shuffled order, so that what slows the machine down slows both; the interval is that of `asyncdemo compare`.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from asyncdemo.catalogue.course import built_in
from asyncdemo.comparison import speed_up

PAIRS = 25
MORE = 55  # scenarios besides the course's five

FLOOR_APP = """\
import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main():
    print("one line")


app()
"""
SLEEPER = "import time\n\ntime.sleep(0.6)\n"
SCENARIO = '''"""the scenario number {0}

What to notice in it.
"""
# /// script
# requires-python = ">=3.8"
# [tool.asyncdemo]
# aliases = ["number-{0}"]
# ///
import asyncio

TASKS = 10


async def main():
    await asyncio.gather(*(asyncio.sleep(0.01) for _ in range(TASKS)))


asyncio.run(main())

# Output:
'''


class Figure(NamedTuple):
    """One command, its floor, and how many times the floor's time it may take."""

    name: str
    command: Sequence[str | Path]
    floor: Sequence[str | Path]
    bar: float


def figures(folder: Path) -> list[Figure]:
    """Write what the commands need into the folder and give all figures."""
    tool = Path(sys.executable).with_name("asyncdemo")
    more, app, sleeper = folder / "more", folder / "app.py", folder / "sleeper.py"
    more.mkdir()
    for number in range(MORE):
        (more / f"scenario-{number}.py").write_text(SCENARIO.format(number))
    app.write_text(FLOOR_APP)
    sleeper.write_text(SLEEPER)
    script = built_in() / "asyncio-run.py"
    python = sys.executable
    return [
        Figure("list of 60, over an empty Typer app", (tool, "list", "--scenarios", more), (python, app), 1.35),
        Figure(
            "run --output-only, over plain python", (tool, "run", "asyncio-run", "--output-only"), (python, script), 2.2
        ),
        Figure("run of 0.6 s, over plain python", (tool, "run", "--python", python, sleeper), (python, sleeper), 1.3),
    ]


def seconds(command: Sequence[str | Path]) -> float:
    """Give the whole time of a command, with its output in a pipe."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASYNCDEMO"))}
    started = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, env=kept)
    return time.perf_counter() - started


def measured(figure: Figure, order: random.Random) -> tuple[float, tuple[float, float] | None]:
    """Give how many times the floor's time the command takes, and the interval of that."""
    times: dict[str, list[float]] = {"command": [], "floor": []}
    for _ in range(1 + PAIRS):
        for which in order.sample(list(times), 2):
            times[which].append(seconds(getattr(figure, which)))
    return speed_up(times["command"][1:], times["floor"][1:])  # the first of each was the warm-up


def main() -> None:
    """Measure and print one line for each figure."""
    print(f"{'':38} ratio  interval       bar   ({PAIRS} pairs each)")
    with TemporaryDirectory() as folder:
        for figure in figures(Path(folder)):
            ratio, interval = measured(figure, random.Random(1))
            low, high = interval or (ratio, ratio)
            verdict = "within" if ratio <= figure.bar else "over"
            print(f"{figure.name:38} {ratio:5.2f}  {low:.2f} to {high:.2f}  {figure.bar:5.2f}  {verdict}", flush=True)


if __name__ == "__main__":
    main()
