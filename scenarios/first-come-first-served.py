"""take results as they come, with as_completed

The slow one was started first and is printed last. Each answer can
be used as soon as it arrives, at 0.1, 0.2 and 0.3 s.

`as_completed` starts them all and gives you one awaitable after
another: the first returns whichever result arrives first, the second
the next one, and so on. A plain `for` does not tell you whose result
it is, so the answer itself has to say so, as it does here. Since
Python 3.13, `async for task in asyncio.as_completed(tasks)` yields
your own tasks, and you can compare them.

**Myth: "gather is the only way."** `gather` returns all results
together when the last one is there. If you can start with the first
answer, `gather` makes you wait too long. Other ways are
`asyncio.wait`, which tells you which tasks are done, and a queue
into which each task puts its own result.

**Try** copying the script and adding `break` after the `print`. You
have the fastest answer after 0.1 s. The other two are cancelled when
`main` returns.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.25 to 0.55 s"]
# question = "In which order are they printed?"
# choices = ["slow\nfast\nmid", "fast\nmid\nslow", "fast"]
# ///
import asyncio


async def answer(name, delay):
    await asyncio.sleep(delay)
    return name


async def main():
    asked = [
        answer("slow", 0.3),
        answer("fast", 0.1),
        answer("mid", 0.2),
    ]
    for first in asyncio.as_completed(asked):
        print(await first)


asyncio.run(main())

# Output:
# fast
# mid
# slow
