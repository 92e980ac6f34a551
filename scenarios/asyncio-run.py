"""give it to an event loop

`greetings`, and no warning. An *event loop* decides which coroutine
runs next, and wakes those that wait when what they wait for is
there. A *task* is a coroutine that an event loop runs.
`asyncio.run()` starts an event loop, wraps the coroutine object in a
task, runs it until it returns, and closes the loop.

`asyncio.run` is a plain function, so plain code can call it: it is
the way in. Each call starts one loop and closes it again, so most
programs call it once. Inside, one coroutine runs another with
`await`, which means: go on here only when this is done.

The body of an `async def` is ordinary Python. `print` works as it
does anywhere, and so does `time.sleep`. But while such a line runs,
nothing else on this loop can. Only an `await` that has to wait lets
other tasks run.

Nothing overlaps in this script: there is one task, and nothing else
that could run while it waits. It does what a plain call would do,
and takes a little longer because of the loop. Soon there will be
more tasks, and then it pays off. `asyncdemo explain task` says again
what a word means.

**Try** copying the script, adding `return 'HelloWorld'` at the end
of `main`, and making `print(asyncio.run(main()))` the last line.
`asyncio.run` returns what `main` returns.
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
