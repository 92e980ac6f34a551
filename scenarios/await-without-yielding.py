"""await a coroutine against await a task

Each time, a task that notes `b` is made first. Then `main` awaits
`note("a")` three times, the second time as tasks. `b` comes last in
the first line, and first in the second.

**"Every await goes back to the loop."** To await a coroutine object
is to run it here and now, like a call. Only what really has to wait,
however deep inside, goes back to the loop: a sleep, a socket, a task
that is not done. `note` has nothing of the kind. So `main` says
`await` three times and never steps aside, and `b` stands by.

To await a task is such a wait. That of `a` stands in the loop's queue
behind that of `b`. `main` has to wait for it, and so `b` runs.

An `await` is a place where others *may* run, not one where they do. A
loop that awaits only what is there already, such as a cache or a full
buffer, keeps everybody else out.

**Try** `await asyncio.sleep(0)` as the last line of `note`, in a
copy. Now every `a` gives the others a turn: `a b a a`.
"""
# /// script
# [tool.asyncdemo]
# question = "When does b have its turn?"
# choices = [
#     "coroutine: b a a a\ntask: b a a a",
#     "coroutine: a b a a\ntask: a b a a",
#     "coroutine: a a a b\ntask: b a a a",
# ]
# ///
import asyncio


async def note(name):
    turns.append(name)


async def main():
    other = asyncio.create_task(note("b"))
    for _ in range(3):
        await note("a")
    await other
    print("coroutine:", *turns)

    turns.clear()
    other = asyncio.create_task(note("b"))
    for _ in range(3):
        await asyncio.create_task(note("a"))
    await other
    print("task:", *turns)


turns = []
asyncio.run(main())

# Output:
# coroutine: a a a b
# task: b a a a
