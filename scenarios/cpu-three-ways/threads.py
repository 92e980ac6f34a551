"""a thread for each job

The threads take turns, every few milliseconds. All of them finish
late.
"""
# /// script
# [tool.asyncdemo]
# time = ["over 0.3 of sync"]
# ///
from concurrent.futures import ThreadPoolExecutor

JOBS = 4
COUNT = 5_000_000


def job(number):
    print(f"begin {number}\n", end="")
    total = 0
    for n in range(COUNT):
        total += n * n
    print(f"done {number}\n", end="")
    return total


def main():
    with ThreadPoolExecutor(max_workers=JOBS) as pool:
        results = list(pool.map(job, range(JOBS)))
    print("equal results:", len(set(results)) == 1)


main()

# Unordered output:
# begin 0
# begin 1
# begin 2
# begin 3
# done 0
# done 1
# done 2
# done 3
# equal results: True
