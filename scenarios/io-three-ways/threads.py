"""a thread for each wait"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.5 of sync"]
# ///
import time
from concurrent.futures import ThreadPoolExecutor

TASKS = 5
DELAY = 0.2


def answer(number):
    time.sleep(DELAY)
    print(f"answer {number}\n", end="")


def main():
    with ThreadPoolExecutor(max_workers=TASKS) as pool:
        list(pool.map(answer, range(TASKS)))


main()

# Unordered output:
# answer 0
# answer 1
# answer 2
# answer 3
# answer 4
