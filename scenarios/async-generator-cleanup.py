"""break out of an async for

After the `break`, `after break` is printed first, and the `finally`
of the generator runs later, in a task of its own: `Task-2`. With
`aclose()` it runs at once, in `Task-1`, the task of `main`.

A plain generator runs its `finally` when it is dropped. An async one
cannot: there may be an `await` in it, and dropping is no place to
wait. So the event loop is asked to close it, and makes a task for
that, when it gets round to it.

**"break runs finally."** It leaves the loop and drops the generator.
Until the clean-up comes, a file or a connection stays open. In that
other task there are other context variables, and a timeout or a task
group around the `yield` breaks in strange ways.

So close it yourself, with `aclose()`.

**Try** `async with contextlib.aclosing(ticks()) as items:` around the
first loop, in a copy that imports contextlib, and loop over `items`.
(It needs Python 3.10.) The clean-up then comes before `after break`,
in `Task-1`.
"""
# /// script
# [tool.asyncdemo]
# findings = ["unfinished-async-generator"]
# question = "How does the output begin?"
# choices = [
#     "cleaned up by Task-1\nafter break\n...",
#     "after break\ncleaned up by Task-1\n...",
#     "after break\ncleaned up by Task-2\n...",
# ]
# ///
import asyncio

async def ticks():
    try:
        for n in range(10):
            await asyncio.sleep(0.1)
            yield n
    finally:
        name = asyncio.current_task().get_name()
        print(f"cleaned up by {name}")

async def main():
    async for tick in ticks():
        break
    print("after break")
    await asyncio.sleep(0.1)

    generator = ticks()
    async for tick in generator:
        break
    await generator.aclose()
    print("after aclose")


asyncio.run(main())

# Output:
# after break
# cleaned up by Task-2
# cleaned up by Task-1
# after aclose
