"""create_task schedules, does not start

The line after `create_task` runs before the first line of the child.
`create_task` puts the child into the event loop's queue and returns
at once. The child starts when `main` next has to wait: here, at its
`sleep`. From then on the two overlap.

**Myth: "create_task runs it now."** One thread can do one thing at a
time, and right now it is running `main`. As long as `main` does not
wait, the child does not start, even if that takes a minute.

**Myth: "the task runs when I await it."** It doesn't have to be
awaited to run. It has been running for 0.1 s when `main` reaches
`await task`. That line only waits for the rest, and gets the result.

Since Python 3.12 there is another kind, the eager task. That one
does start at once; see `eager-tasks`.

**Try** copying the script and replacing `main`'s sleep by
`asyncio.sleep(0)`. It takes no time, but gives the others a turn.
"""
# /// script
# [tool.asyncdemo]
# question = "In which order do these lines come?"
# choices = [
#     "child starts\nmain: made a task\nmain: goes on\nresult",
#     "main: made a task\nchild starts\nmain: goes on\nresult",
#     "main: made a task\nmain: goes on\nchild starts\nresult",
# ]
# ///
import asyncio


async def child():
    print("child starts")
    await asyncio.sleep(0.2)
    return "result"


async def main():
    task = asyncio.create_task(child())
    print("main: made a task")
    await asyncio.sleep(0.1)
    print("main: goes on")
    print(await task)


asyncio.run(main())

# Output:
# main: made a task
# child starts
# main: goes on
# result
