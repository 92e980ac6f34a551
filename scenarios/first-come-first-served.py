"""take results as they come, with as_completed

The slow one was asked first and is printed last. Each answer can be
used as soon as it is there, at 0.1, 0.2 and 0.3 s.

`as_completed` starts all of them and gives you one thing to await
after the other: first for whichever is done first, then for the next.
What it gives does not say whose answer it is. Where you need to know,
let the answer itself say it, as here.

**"gather is the only way."** `gather` hands over all results together
when the last is there. If you can begin with what you have, that is
late. Other ways are `asyncio.wait`, which says which tasks are done,
and a queue into which each puts its own result.

**Try** a copy with `break` after the `print`. You have the fastest
answer after 0.1 s. The two others are cancelled when `main` returns.
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
