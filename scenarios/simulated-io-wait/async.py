"""a task for each wait, on one event loop

`gather` makes a task of each coroutine object. They all run in one
thread. When a task reaches an `await` where it has to wait, the next
task runs. So the `ask` lines come at once, and in order.

**Try** copying the script and using `await answer(n)` in a `for`
loop instead of the `gather`. It is still async, but nothing
overlaps: the waits add up.
"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.5 of sync"]
# question = "How does the output begin?"
# choices = [
#     "ask upload 0\ngot upload 0\n...",
#     "ask upload 0\nask download 1\n...",
#     "nothing, and a warning",
# ]
# ///
import asyncio

TASKS = 10
DELAY = 0.05

kinds = ("upload", "download", "input", "database", "network")


async def answer(n):
    what = f"{kinds[n % 5]} {n}"
    print(f"ask {what}")
    await asyncio.sleep(DELAY)
    print(f"got {what}")


async def main():
    await asyncio.gather(*[answer(n) for n in range(TASKS)])


asyncio.run(main())

# Output:
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

# Unordered output:
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
