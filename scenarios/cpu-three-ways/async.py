"""a task for each job, which never waits"""
# /// script
# [tool.asyncdemo]
# findings = ["never-suspends"]
# time = ["over 0.3 of sync"]
# question = "Four tasks that only compute. How does it begin?"
# choices = [
#     "begin 0\nbegin 1\nbegin 2\nbegin 3\n...",
#     "begin 0\ndone 0\nbegin 1\ndone 1\n...",
#     "nothing, and a warning",
# ]
# ///
import asyncio

JOBS = 4
COUNT = 5_000_000


async def job(number):
    print("begin", number)
    total = 0
    for n in range(COUNT):
        total += n * n
    print("done", number)
    return total


async def main():
    jobs = [job(number) for number in range(JOBS)]
    results = await asyncio.gather(*jobs)
    print("equal results:", len(set(results)) == 1)


asyncio.run(main())

# Output:
# begin 0
# done 0
# begin 1
# done 1
# begin 2
# done 2
# begin 3
# done 3
# equal results: True
