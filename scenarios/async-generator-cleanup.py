"""break out of an async for

After the `break`, `after break` is printed first, and the `finally`
of the generator runs later, in a task of its own: `Task-2`. With
`aclose()` it runs at once, in `Task-1`, the task of `main`.

A plain generator runs its `finally` when it is dropped. An async
generator cannot: its `finally` may contain an `await`, and nothing
can wait at the moment an object is dropped. So Python asks the event
loop to close it, and the loop creates a task for that when it gets
round to it.

**Myth: "break runs finally."** It leaves the loop and drops the
generator. Until the clean-up runs, a file or a connection stays
open. That other task has its own context variables, and a timeout or
a task group around the `yield` breaks in strange ways.

So close it yourself, with `aclose()`.

**Try** copying the script, importing `contextlib`, putting `async
with contextlib.aclosing(ticks()) as items:` around the first loop,
and looping over `items`. (It needs Python 3.10.) The clean-up then
comes before `after break`, in `Task-1`.
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
