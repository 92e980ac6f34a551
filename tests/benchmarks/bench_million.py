"""What many steps cost when the script has ended, until all is analysed and drawn: `make bench`.

The seconds are those from the script's end to the tool's; those of the processor are all that the tool used, and tell
a slow tool from a busy machine. The memory is the most that the tool had, with what it shares with the script. The cost
is to grow as the steps do. In the last row there are more steps than fit.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.benchmarks.ratios import WIDTH, clean_environment
from tests.benchmarks.workloads import asyncio_steps, ended, took

MOST_SECONDS, MOST_MEGABYTES = 10, 500  # for a million steps
INCOMPLETE = "the trace is incomplete"

# In a process of its own: started straight from a large one, the tool would be charged with that one's memory.
MEASURE = """
import resource, subprocess, sys, time
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic(), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
print(done.stdout)
"""


class Cost(NamedTuple):
    """Seconds after the script's end and of the processor, megabytes, whether the view says that events are missing."""

    seconds: float
    processor: float
    megabytes: float
    incomplete: bool


def cost(steps: int, folder: Path) -> Cost:
    """Run a script whose 1,000 tasks make so many steps in all."""
    script = folder / "script.py"
    script.write_text(asyncio_steps(1000, steps // 1000).source)
    tool = (sys.executable, "-m", "asyncdemo", "run", "--python", sys.executable, str(script))
    done = subprocess.run(
        (sys.executable, "-c", MEASURE, *tool), check=True, capture_output=True, text=True, env=clean_environment()
    )
    told, _, view = done.stdout.partition("\n")
    moment, processor, megabytes = map(float, told.split())
    return Cost(moment - ended(view), processor - took(view), megabytes, INCOMPLETE in view)


def main() -> None:
    """Measure and print one line for each number of steps."""
    print(f"{'after the end of so many steps':{WIDTH}} seconds  processor  of 250k   MB")
    with TemporaryDirectory() as folder:
        quarter = cost(250_000, Path(folder))
        for steps in (250_000, 1_000_000, 5_000_000):
            found = quarter if steps == 250_000 else cost(steps, Path(folder))
            growth = found.processor / quarter.processor
            verdict = "the trace has stopped, and the view says so" if found.incomplete else ""
            if steps == 1_000_000:
                within = found.seconds < MOST_SECONDS and found.megabytes < MOST_MEGABYTES and not found.incomplete
                verdict = f"{'within' if within else 'over'} {MOST_SECONDS} s and {MOST_MEGABYTES} MB"
            row = f"{f'{steps:,}':{WIDTH}} {found.seconds:7.2f}  {found.processor:9.2f}  x{growth:6.2f}"
            print(f"{row}  {found.megabytes:3.0f}  {verdict}", flush=True)


if __name__ == "__main__":
    main()
