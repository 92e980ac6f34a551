"""`make stress`: check the course again and again while other processes take all the processor there is.

Ends with status 1 if a check has failed: that would be a false alarm, for the course is as it was when it passed. Not
part of CI, as it takes many minutes.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter

TIMES = 20
HOGS = 2


def hog() -> None:
    """Take all of one processor."""
    while True:
        pass


def check() -> list[dict[str, str | None]]:
    """Check the course, and give the results."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASYNCDEMO"))}
    command = [sys.executable, "-m", "asyncdemo", "check", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=kept, check=False)
    results: list[dict[str, str | None]] = json.loads(done.stdout)["results"]
    return results


def main() -> int:
    """Print a line for each check, then what was tried again and what failed, with how often."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    failed: Counter[str] = Counter()
    again: Counter[str] = Counter()
    hogs = [multiprocessing.Process(target=hog, daemon=True) for _ in range(HOGS)]
    for each in hogs:
        each.start()
    for number in range(1, times + 1):
        started = time.monotonic()
        results = check()
        wrong = [each for each in results if each["status"] == "failed"]
        tried = [each for each in results if each["status"] == "passed" and each["reason"]]
        failed.update(str(each["target"]) for each in wrong)
        again.update(str(each["target"]) for each in tried)
        took = time.monotonic() - started
        print(f"{number:>3}  {took:5.1f} s  {len(wrong)} failed  {len(tried)} tried again", flush=True)
        for each in wrong:
            print(f"     {each['target']}: {each['reason']}\n{each['diff'] or ''}", flush=True)
    print(f"failed: {dict(failed) or 'none'}\ntried again: {dict(again) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
