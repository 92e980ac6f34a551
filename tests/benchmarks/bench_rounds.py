"""What `compare` itself costs: between two runs, and in memory. `make bench`. Figures, not a gate: status 0.

Between runs: what is left of a longer comparison beside a shorter one when the whole times of all runs are taken off.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

BETWEEN, MEMORY = 30, 100  # the bars: milliseconds between two runs, and megabytes
FEW, MANY, TRIES = 5, 35, 3  # rounds of the shorter and the longer comparison, and how often each is made
CONTESTANTS, ROUNDS = 10, 30


def compared(folder: Path, contestants: int, rounds: int) -> tuple[float, int]:
    """Give the seconds that a comparison took besides its runs, and how many runs these were."""
    tool = Path(sys.executable).with_name("asyncdemo")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASYNCDEMO"))}
    names = [f"c{number}.py" for number in range(contestants)]
    command = [tool, "compare", *names, "--runs", str(rounds), "--json", "--python", sys.executable]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, env=kept)
    took = time.perf_counter() - started
    times = [seconds for each in json.loads(done.stdout)["contestants"] for seconds in each["whole_times"]]
    return took - sum(times), len(times)


def main() -> None:
    """Measure and print a line for each figure."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(CONTESTANTS):
            (folder / f"c{number}.py").write_text(f"print({number})\n")
        short, few = min(compared(folder, 2, FEW) for _ in range(TRIES))
        long, many = min(compared(folder, 2, MANY) for _ in range(TRIES))
        between = (long - short) / (many - few) * 1000
        print(f"compare, between two runs: {between:.1f} ms (bar {BETWEEN})", flush=True)
        compared(folder, CONTESTANTS, ROUNDS)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"compare, {CONTESTANTS} contestants, {ROUNDS} rounds: {peak:.0f} MB (bar {MEMORY})")


if __name__ == "__main__":
    main()
