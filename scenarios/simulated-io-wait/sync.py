"""one wait after another

`time.sleep` blocks the only thread there is. The loop cannot start
the next wait before this one is over, so the waits add up.
"""
import time

TASKS = 10
DELAY = 0.05

kinds = ("upload", "download", "input", "database", "network")


def answer(n):
    what = f"{kinds[n % 5]} {n}"
    print(f"ask {what}")
    time.sleep(DELAY)
    print(f"got {what}")


def main():
    for n in range(TASKS):
        answer(n)


main()

# Output:
# ask upload 0
# got upload 0
# ask download 1
# got download 1
# ask input 2
# got input 2
# ask database 3
# got database 3
# ask network 4
# got network 4
# ask upload 5
# got upload 5
# ask download 6
# got download 6
# ask input 7
# got input 7
# ask database 8
# got database 8
# ask network 9
# got network 9
