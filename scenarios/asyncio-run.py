"""give it to an event loop

`greetings`, and no warning. `asyncio.run()` opens an event loop,
makes a task of the coroutine object, runs it until it returns, and
closes the loop.

`asyncio.run` is a plain function, not a coroutine. That is why plain
code can call it: it is the way in. Each call opens one loop and
closes it again, so most programs call it once. Inside, `await` is
how one coroutine runs another.

The body of an `async def` is ordinary Python. `print` works there as
anywhere, and so does `time.sleep`. But while such a line runs,
nothing else on this loop can. Only an `await` that has to wait lets
others go on.

Nothing overlaps in this script. There is one task, and nobody to
take a turn while it waits. It does what a plain call would do, and
takes a little longer, for the loop. It pays off with a second task;
that is the next scenario.

`asyncio.run` needs Python 3.7. The rest is older: the module is from
3.4, `async def` and `await` are from 3.5.

**Try** a copy that has `return 'HelloWorld'` at the end of `main`
and `print(asyncio.run(main()))` as its last line. What `main`
returns is what `asyncio.run` returns.
"""
# /// script
# [tool.asyncdemo]
# question = "What does this print?"
# choices = [
#     "greetings",
#     "<coroutine object main at <address>>",
#     "nothing, and a warning",
# ]
# ///
import asyncio

async def main():
    print('greetings')


asyncio.run(main())

# Output:
# greetings
