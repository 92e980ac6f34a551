"""the worker died, and join waits forever

`queue.join()` returns when `task_done()` was called once for each
item that was put in. The worker fails at the third item, and ends.
Two items are never done, so `main` waits forever. Nothing awaits the
worker, so its error goes unnoticed.

asyncdemo reports `queue.join (2 unfinished)`, and that the worker
ended with ZeroDivisionError, and at which line.

**The usual fix:** catch errors inside the loop, with `task_done()`
in a `finally`; or run the workers in a TaskGroup, next to the join:
then the first error ends everything.

**Myth: "an error in a task stops the program."** It is kept in the
task until something awaits it.

**Try** `--set ITEMS="[5, 2, 1]"`: without the zero, `main` ends.
"""
# /// script
# [tool.asyncdemo]
# findings = ["deadlock"]
# question = "What is printed before it stands still?"
# choices = [
#     "2.0\n5.0",
#     "2.0\n5.0\n10.0",
#     "nothing",
# ]
# ///
import asyncio

ITEMS = [5, 2, 0, 1]


async def worker(queue):
    while True:
        item = await queue.get()
        print(10 / item)
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    for item in ITEMS:
        queue.put_nowait(item)
    task = asyncio.create_task(worker(queue))
    await queue.join()
    print("all done")
    task.cancel()


asyncio.run(main())

# Output:
# 2.0
# 5.0
