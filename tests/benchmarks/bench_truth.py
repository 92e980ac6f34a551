"""How true the timeline is: scripts write down what they do, and when; this compares. Figures, not a gate.

    python tests/benchmarks/bench_truth.py [PYTHON...]

Once as the machine is, and once with four processes that hog its processors. The bars beside the
figures are those that a release has to keep.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.tracing.conftest import observe_script
from tests.tracing.truth import BEATS, HELD, LINES, beats, lines, states

HOGS = 4
ROUNDS = 3


@contextmanager
def hogged(count: int) -> Iterator[None]:
    """Have that many other processes compute all the time."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
        assert all(hog.poll() is None for hog in hogs), "the hogs were ended, so the figures are of a quiet machine"
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


class Figures(NamedTuple):
    """How often each verdict was given: of states, of overdue heartbeats, of lines by what holds the loop.

    `errors` are the seconds by which starts and ends of spans are off.
    """

    held: Counter[str]
    late: Counter[str]
    where: dict[str, Counter[str]]
    errors: list[float]


def measured(python: str, folder: Path) -> Figures:
    """Observe the scripts, and compare."""
    found = Figures(Counter(), Counter(), {}, [])
    for _ in range(ROUNDS):
        verdicts, errors = states(observe_script(folder, HELD, python, timeout=120))
        found.held.update(verdicts)
        found.errors.extend(errors)
        found.late.update(beats(observe_script(folder, BEATS, python, timeout=120)))
        for name, verdicts in lines(observe_script(folder, LINES, python, timeout=120)).items():
            found.where.setdefault(name, Counter()).update(verdicts)
    return found


def report(python: str, folder: Path, hogs: int) -> None:
    """Measure and print a row for each figure."""
    with hogged(hogs):
        found = measured(python, folder)
    print(f"{python}, {f'with {hogs} processes that compute' if hogs else 'the machine as it is'}")
    print(f"  blocked or computing   {told(found.held):44} bar {'95' if hogs else '99'} %")
    wrong = f"median {median(found.errors) * 1e3:.2f} ms, 95 % within {quantiles(found.errors, n=20)[-1] * 1e3:.2f} ms"
    print(f"  start and end          {wrong:44} bar 1 ms, 5 ms on a quiet machine")
    print(f"  waiting or overdue     {told(found.late)}")
    for name, verdicts in found.where.items():
        print(f"  line of {name:31} {told(verdicts)}", flush=True)


def told(verdicts: Counter[str]) -> str:
    """Some verdicts in words."""
    total = sum(verdicts.values())
    rest = "".join(f", {count} {name}" for name, count in verdicts.items() if name != "right")
    return f"{verdicts['right'] / total:.1%} of {total} right{rest}"


def main() -> None:
    """Measure on each interpreter that is named, else on our own."""
    with TemporaryDirectory() as folder:
        for python in sys.argv[1:] or [sys.executable]:
            for hogs in (0, HOGS):
                report(python, Path(folder), hogs)


if __name__ == "__main__":
    main()
