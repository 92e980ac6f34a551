"""await a coroutine against await a task

Both times, a task that records `b` is created first. Then `main`
awaits `note("a")` three times: first as a coroutine object, then as
a task. `b` comes last in the first line of output, and first in the
second.

**Myth: "every await goes back to the loop."** Awaiting a coroutine
object runs it here and now, like a call. Only what really has to
wait, however deep inside, goes back to the event loop: a sleep, a
socket, a task that is not done. `note` contains no such wait. So
`main` awaits three times without ever giving up control, and `b` has
to wait.

Awaiting a task that is not done is such a wait. `a`'s task is queued
behind `b`'s. `main` has to wait for it, and so `b` runs.

An `await` is a place where other tasks *may* run, not one where they
always do. A loop that awaits only what is already there, such as a
cache or a full buffer, keeps every other task waiting.

**Try** copying the script and adding `await asyncio.sleep(0)` as the
last line of `note`. Now every `a` lets the others run: `a b a a`.
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
