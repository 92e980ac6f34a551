"""a task that begins inside create_task

The same lines twice. The first time, `create_task` only puts the
task into the loop's queue, so `made` comes first and `begins`
second. Then the loop gets another task factory, and the order is
reversed: the child runs up to its first wait before `create_task`
returns.

An eager task that never waits is finished right there. It never goes
through the queue, which saves most of what a task costs. Caches are
a good example: usually the answer is already there.

**Myth: "tasks are always lazy."** They are by default. But with the
eager factory, which needs Python 3.12, code that relies on the order
may break. Here, the order is all that differs.

**Try** copying the script, removing the sleep from `child`, and
having `parent` also print `task.done()`: `False` for the lazy one,
`True` for the eager one.
"""
# /// script
# requires-python = ">=3.12"
# [tool.asyncdemo]
# question = "What does this print?"
# choices = [
#     "lazy: made\nlazy: begins\neager: made\neager: begins",
#     "lazy: made\nlazy: begins\neager: begins\neager: made",
#     "lazy: begins\nlazy: made\neager: begins\neager: made",
# ]
# ///
import asyncio

async def child(kind):
    print(f"{kind}: begins")
    await asyncio.sleep(0.1)

async def parent(kind):
    task = asyncio.create_task(child(kind))
    print(f"{kind}: made")
    await task

async def main():
    await parent("lazy")
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    await parent("eager")


asyncio.run(main())

# Output:
# lazy: made
# lazy: begins
# eager: begins
# eager: made
