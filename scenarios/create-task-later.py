"""create_task schedules, does not start

The line after `create_task` runs before the first line of the child.
`create_task` puts the child into the loop's queue and returns at
once. The child starts when `main` next has to wait: here at its
`sleep`. From then on the two overlap.

**"create_task runs it now."** One thread can do one thing at a time,
and just then it runs `main`. As long as `main` does not wait, the
child does not start, be it for a minute.

**"The task runs when I await it."** It does not need that. It has run
for 0.1 s when `main` comes to `await task`. That line only waits for
what is left, and hands over the result.

From Python 3.12 there is another kind, an eager task. That one does
start at once.

**Try** `asyncio.sleep(0)` in place of `main`'s sleep, in a copy. To
give the others one turn, no time has to pass.
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
