"""The same scripts timed by hyperfine, where it is installed, and what its own summary then claims."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Timer

from tests.benchmarks.claims import RULES, Times, claims
from tests.benchmarks.ratios import clean_environment
from tests.benchmarks.trials import HOGS, ROUNDS, let_go, waiting_hogs


def judged(folder: Path, names: Sequence[str], number: int, *, hogged: bool) -> None:
    """Let it time the scripts so many times, and print how often it claims that one differs from the first."""
    if shutil.which("hyperfine") is None:
        print("  hyperfine is not installed")
        return
    seconds = sum(map(sum, timed(folder, names)))
    done = [timed(folder, names, hogs_after=seconds / 2 if hogged else None) for _ in range(number)]
    print(f"  times of hyperfine (whole processes, one script after the other), of {number}")
    for name, rule in list(RULES.items())[1:]:
        counts = [claims(rule, [(each[0], each[other]) for each in done]) for other in (1, 2)]
        print(f"  {name:34}  {counts[0]:11}  {counts[1]:14}", flush=True)


def timed(folder: Path, names: Sequence[str], hogs_after: float | None = None) -> list[Times]:
    """Give the times in seconds of each script; after so many seconds others may begin to hog the processors."""
    options = ["--shell=none", "--style=basic", "--warmup=1", f"--runs={ROUNDS}", "--export-json=times.json"]
    env = clean_environment()
    commands = [f"{sys.executable} {folder / name}" for name in names]
    with waiting_hogs(0 if hogs_after is None else HOGS) as hogs:
        timer = Timer(hogs_after or 0.0, let_go, [hogs])
        timer.start()
        subprocess.run(["hyperfine", *options, *commands], cwd=folder, env=env, check=True, capture_output=True)
        timer.cancel()
    return [each["times"] for each in json.loads((folder / "times.json").read_text())["results"]]
