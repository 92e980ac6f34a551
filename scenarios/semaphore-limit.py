"""nine jobs, three at a time

Three waves of three: 0.3 s in total. All nine tasks exist from the
start, but only three at a time are inside the `async with`. The
other six wait there, and each one that leaves lets one in.

That is how you ask one server for a thousand pages without opening a
thousand connections at once. A semaphore counts; a lock is a
semaphore that counts to 1.

**Myth: "gather throttles."** It starts everything it is given, all
at once. If you need a limit, you set it yourself: with a semaphore,
or with a few workers that take jobs from a queue.

The limit applies inside the `async with`. What a job does before it
is not limited.

**Try** `asyncdemo run semaphore-limit --set LIMIT=9`. One wave,
0.1 s in total. With `LIMIT=1` it is one after another, 0.9 s.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.25 to 0.8 s"]
# question = "How many jobs are at work at the same time?"
# choices = [
#     "9 jobs, at most 9 at once",
#     "9 jobs, at most 3 at once",
#     "9 jobs, at most 1 at once",
# ]
# ///
import asyncio

JOBS = 9
LIMIT = 3

running = peak = 0

async def job(gate):
    global running, peak
    async with gate:
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.1)
        running -= 1

async def main():
    gate = asyncio.Semaphore(LIMIT)
    await asyncio.gather(*[job(gate) for _ in range(JOBS)])
    print(f"{JOBS} jobs, at most {peak} at once")


asyncio.run(main())

# Output:
# 9 jobs, at most 3 at once
