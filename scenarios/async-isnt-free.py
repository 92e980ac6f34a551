"""what a call costs that never waits

Three ways to add 1, twenty thousand times. A plain call is the
cheapest. `await` creates a coroutine object each time, and costs two
or three times as much. `gather` also makes a task of each, and every
task goes through the loop's queue: about a hundred times as much.
asyncdemo does not trace this script, so the figures are Python's.

These are microseconds. Compared with a network response of 20 ms,
nobody notices a task. But here nothing waits, so nothing can
overlap, and all of it is cost with no return.

**Myth: "async is faster."** It lets waits overlap, no more. Code
that only computes gets slower as an `async def`.

So keep functions that never await plain. Create tasks for things
that wait, not for each line of a file.

**Try** `asyncdemo run async-isnt-free --python 3.13`, or any other
Python you have. The figures differ, but their order does not.
"""
# /// script
# [tool.asyncdemo]
# watched = false
# question = "How does the output end?"
# choices = [
#     "...\ncheapest first: plain, await, gather",
#     "...\ncheapest first: gather, await, plain",
#     "...\ncheapest first: await, gather, plain",
# ]
# ///
import asyncio
from time import process_time

CALLS = 20_000

costs = {}

def plain(n):
    return n + 1

async def cheap(n):
    return n + 1

def report(way, begun):
    costs[way] = (process_time() - begun) / CALLS * 1e6
    print(f"{way}: {costs[way]:.2f} us a call")

async def main():
    begun = process_time()
    for n in range(CALLS):
        plain(n)
    report("plain", begun)

    begun = process_time()
    for n in range(CALLS):
        await cheap(n)
    report("await", begun)

    begun = process_time()
    await asyncio.gather(*[cheap(n) for n in range(CALLS)])
    report("gather", begun)
    ranking = sorted(costs, key=costs.get)
    print(f"cheapest first: {', '.join(ranking)}")


asyncio.run(main())

# Output:
# plain: <number> us a call
# await: <number> us a call
# gather: <number> us a call
# cheapest first: plain, await, gather
