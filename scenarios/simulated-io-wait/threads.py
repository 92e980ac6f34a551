"""a thread for each wait

The function is almost the same as in `sync`. Ten threads run it, and
the operating system switches between them, so the waits overlap.

It can switch anywhere, even inside a `print`, which writes the text
first and the newline second. That is why the newline is part of the
string here.
"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.5 of sync"]
# ///
import time
from concurrent.futures import ThreadPoolExecutor

TASKS = 10
DELAY = 0.05

kinds = ("upload", "download", "input", "database", "network")


def answer(n):
    what = f"{kinds[n % 5]} {n}"
    print(f"ask {what}\n", end="")
    time.sleep(DELAY)
    print(f"got {what}\n", end="")


def main():
    with ThreadPoolExecutor(max_workers=TASKS) as pool:
        list(pool.map(answer, range(TASKS)))


main()

# Unordered output:
# ask upload 0
# ask download 1
# ask input 2
# ask database 3
# ask network 4
# ask upload 5
# ask download 6
# ask input 7
# ask database 8
# ask network 9
# got upload 0
# got download 1
# got input 2
# got database 3
# got network 4
# got upload 5
# got download 6
# got input 7
# got database 8
# got network 9
