"""four tasks add to one counter

The `await` is between reading the counter and writing it. All four
tasks read the same number before any of them writes, so of four
additions only one survives.

**Try** copying the script and moving the `await` up, before `seen`
is read. Nothing can then happen between reading and writing, and
nothing is lost.
"""
# /// script
# [tool.asyncdemo]
# question = "Four tasks add 1, fifty times each. What is the result?"
# choices = [
#     "200 of 200",
#     "50 of 200",
#     "1 of 200",
# ]
# ///
import asyncio

TASKS = 4
TIMES = 50

counter = 0

async def add():
    global counter
    for _ in range(TIMES):
        seen = counter
        await asyncio.sleep(0.001)
        counter = seen + 1

async def main():
    await asyncio.gather(*[add() for _ in range(TASKS)])
    print(f"{counter} of {TASKS * TIMES}")


asyncio.run(main())

# Output:
# 50 of 200
