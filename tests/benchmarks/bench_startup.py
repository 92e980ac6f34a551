"""What asyncdemo adds to the time of a command: `make bench`.

Each figure is the whole time of a command over that of its floor, the least that could do the same.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from asyncdemo.catalogue.course import built_in, load
from tests.benchmarks.ratios import Figure, clean_environment, head, show

PAIRS = 25
FEW = 5  # pairs of what takes seconds
ALL = 60  # scenarios, the course's among them

FLOOR_APP = """\
import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main():
    print("one line")


app()
"""
FLOOD = "for number in range(200_000):\n    print('line', number)\n"
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


def figures(folder: Path) -> list[Figure]:
    """Write what the commands need into the folder and give all figures."""
    tool = Path(sys.executable).with_name("asyncdemo")
    more, app, sleeper, flood = (folder / name for name in ("more", "app.py", "sleeper.py", "flood.py"))
    more.mkdir()
    for number in range(ALL - len(load([built_in()]).scenarios)):
        (more / f"scenario-{number}.py").write_text(SCENARIO.format(number))
    app.write_text(FLOOR_APP)
    sleeper.write_text(SLEEPER)
    flood.write_text(FLOOD)
    script = built_in() / "asyncio-run.py"
    python = sys.executable
    figures: list[tuple[str, Sequence[str | Path], Sequence[str | Path], float]] = [
        ("list of 60, over an empty Typer app", (tool, "list", "--scenarios", more), (python, app), 1.1),
        ("run --output-only, over plain python", (tool, "run", "asyncio-run", "--output-only"), (python, script), 1.8),
        ("run, over plain python", (tool, "run", "asyncio-run"), (python, script), 2.5),
        ("run of 0.6 s, over plain python", (tool, "run", "--python", python, sleeper), (python, sleeper), 1.3),
    ]
    piped = ("sh", "-c", '"$0" -u "$1" | cat', python, flood)
    floods: list[tuple[str, Sequence[str | Path], Sequence[str | Path], float]] = [
        ("run of 200,000 lines, over python -u | cat", (tool, "run", "--python", python, flood), piped, 2.0),
        ("- the same, --json", (tool, "run", "--json", "--python", python, flood), piped, 2.0),
    ]
    return [
        Figure(name, partial(seconds, command), partial(seconds, floor), bar, pairs)
        for pairs, rows in ((PAIRS, figures), (FEW, floods))
        for name, command, floor, bar in rows
    ]


def seconds(command: Sequence[str | Path]) -> float:
    """Give the whole time of a command, with its output in a pipe."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, env=clean_environment())
    return time.perf_counter() - started


def main() -> None:
    """Measure and print one line for each figure."""
    head("the whole time of a command")
    with TemporaryDirectory() as folder:
        for figure in figures(Path(folder)):
            show(figure)


if __name__ == "__main__":
    main()
