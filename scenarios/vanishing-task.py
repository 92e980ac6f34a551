"""a task that nobody holds is thrown away

`job` waits for a future that nobody else knows. `main` has not kept
the task. When Python clears away what nobody holds, the task goes
with it, in the midst of its wait, and asyncio logs an error: `Task
was destroyed but it is pending!` And `job: done` never comes.

The event loop holds only what is due next: steps that are ready, and
timers. A task that waits is held by what it waits for, for that has
to wake it. Here the future is held by the task, and the task by the
future: a ring that hangs in the air.

Mostly something does hold the future, such as a timer or a
connection. So the fault shows itself seldom, and at a moment of the
garbage collector's choosing. `gc.collect()` is there to choose it.

**"The loop keeps my task."** Only weakly. Keep it yourself: in a
name, in a set, or in a task group.

**Try** `task = asyncio.create_task(job())` in a copy. Now `main`
holds the task. It is cancelled at the end, in good order.
"""
# /// script
# [tool.asyncdemo]
# findings = ["task-destroyed-pending"]
# question = "What does this print?"
# choices = [
#     "job: waiting\nmain ends",
#     "job: waiting\nmain ends, and a logged error",
#     "job: waiting\nmain ends\njob: done",
#     "job: waiting, and an error",
# ]
# ///
import asyncio
import gc

async def job():
    print("job: waiting")
    await asyncio.get_running_loop().create_future()
    print("job: done")

async def main():
    asyncio.create_task(job())
    await asyncio.sleep(0.1)
    gc.collect()
    await asyncio.sleep(0.1)
    print("main ends")


asyncio.run(main())

# Output:
# job: waiting
# main ends

# Errors:
# Task was destroyed but it is pending!
# task: <Task pending name='Task-2' <any> wait_for=<Future pending cb=[<any>]>>
