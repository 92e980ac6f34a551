"""a process for each job

Each has its own interpreter and, as far as there are enough, its own
processor. The new interpreters import this file, which is why there
is an `if` at the end. They print nothing themselves: each result is
sent back to the script.
"""
from concurrent.futures import ProcessPoolExecutor

JOBS = 4
COUNT = 5_000_000


def job(number):
    total = 0
    for n in range(COUNT):
        total += n * n
    return total


def main():
    with ProcessPoolExecutor(max_workers=JOBS) as pool:
        jobs = []
        for number in range(JOBS):
            print("begin", number)
            jobs.append(pool.submit(job, number))
        results = []
        for number in range(JOBS):
            results.append(jobs[number].result())
            print("done", number)
    print("equal results:", len(set(results)) == 1)


if __name__ == "__main__":
    main()

# Output:
# begin 0
# begin 1
# begin 2
# begin 3
# done 0
# done 1
# done 2
# done 3
# equal results: True
