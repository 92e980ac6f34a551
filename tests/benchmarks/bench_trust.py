"""How far `compare` can be trusted: what it claims of scripts whose relation is known. `make trust`.

The same script against itself, and against one that does 15 % more work: other rules judge the very same times. Then
sleeps of known length, and hyperfine with the same scripts, if it is installed. Once as the machine is, and once with
two processes that begin to hog the processors half-way. Figures, not a gate: the status is 0.

    python -m tests.benchmarks.bench_trust [TRIALS]
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks import hyperfine
from tests.benchmarks.claims import RULES, claims
from tests.benchmarks.trials import HOGS, ROUNDS, Trial, trials

TRIALS, SLEEPS = 400, 40
FALSE, HELD, NEAR = 35 / 400, 33 / 40, 0.002  # the bars: claims at most, intervals at least, seconds

LOOP = "total = 0\nfor number in range({}):\n    total += number\n"
SAME, AGAIN, MORE = "same.py", "again.py", "more.py"
SCRIPTS = {SAME: LOOP.format(100_000), AGAIN: LOOP.format(100_000), MORE: LOOP.format(115_000)}
NAPS = {"sleep-150.py": 0.150, "sleep-100.py": 0.100}
NAP = "import time\n\ntime.sleep({})\n"
AT_ONCE = {False: 1, True: 2}  # where the processors are hogged anyway, two trials may go on side by side
NAPS_AT_ONCE = 4  # asleep, they leave the processors to each other
WIDTH = 36


def main() -> None:
    """Measure and print the tables."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS
    with TemporaryDirectory() as name:
        folder = Path(name)
        for script, source in SCRIPTS.items():
            (folder / script).write_text(source)
        for script, seconds in NAPS.items():
            (folder / script).write_text(NAP.format(seconds))
        naps(folder, max(1, number * SLEEPS // TRIALS))
        for hogged in (False, True):
            where = f"{HOGS} processes hog the processors from the middle on" if hogged else "the machine as it is"
            print(f"\n{where}: {os.cpu_count()} processors, {ROUNDS} rounds a trial")
            judged(trials(folder, list(SCRIPTS), number, hogged=hogged, at_once=AT_ONCE[hogged]))
            hyperfine.judged(folder, list(SCRIPTS), max(1, number // 4), hogged=hogged)


def judged(done: Sequence[Trial]) -> None:
    """Print what each rule claims of the same times, and the warnings of the comparison."""
    like, more = [each.pair(SAME, AGAIN) for each in done], [each.pair(SAME, MORE) for each in done]
    print(f"{'  times of asyncdemo, judged by':{WIDTH}}  same script  15 % more work  of {len(done)}", flush=True)
    for name, rule in RULES.items():
        bar = f"   bar {FALSE * len(done):.0f}" if rule is RULES[next(iter(RULES))] else ""
        print(f"  {name:{WIDTH - 2}}  {claims(rule, like):11}  {claims(rule, more):14}{bar}")
    own = median(seconds for each in done for seconds in each.times[SAME])
    busy = median(each.busy or 0.0 for each in done)
    warnings = Counter(kind for each in done for kind in each.warnings)
    shown = Counter(kind for each in done for kind, matters in each.warnings.items() if matters)
    said = ", ".join(f"{kind} {warnings[kind]} ({shown[kind]} shown)" for kind in warnings) or "none"
    print(f"  its own time {own * 1e3:.1f} ms; others used {busy:.0%} of the processors; warnings: {said}", flush=True)


def naps(folder: Path, number: int) -> None:
    """Print how far sleeps of known length are from that, and how many intervals hold their ratio."""
    long, short = NAPS
    done = trials(folder, list(NAPS), number, at_once=NAPS_AT_ONCE)
    for name, seconds in NAPS.items():
        off = [median(each.times[name]) - seconds for each in done]
        figures = f"median {median(off) * 1e3:+.2f} ms, worst {max(off, key=abs) * 1e3:+.2f} ms"
        print(f"{name}: {figures} in {number} trials (bar {NEAR * 1e3:.0f} ms)")
    truth = NAPS[long] / NAPS[short]
    held = sum(each.interval is not None and each.interval[0] <= truth <= each.interval[1] for each in done)
    print(f"intervals that hold the true ratio {truth:.3f}: {held} of {number} (bar {HELD * number:.0f})", flush=True)


if __name__ == "__main__":
    main()
