"""a task that nobody holds is thrown away

`job` waits for a future that nothing else knows of, and `main` has
not kept the task. When Python collects what nothing refers to, the
task goes too, in the middle of its wait, and asyncio logs an error:
`Task was destroyed but it is pending!` And `job: done` never comes.

The event loop refers only to what is due next: steps that are ready,
and timers. A waiting task is kept alive by what it waits for,
because that has to wake it. Here the task holds the future, and the
future holds the task: a reference cycle that nothing else holds.

Usually something does hold the future, such as a timer or a
connection. So the bug shows up rarely, and at a moment of the
garbage collector's choosing. Here, `gc.collect()` chooses it.

**Myth: "the loop keeps my task."** It holds only a weak reference.
Keep one yourself: in a variable, in a set, or in a task group.

**Try** copying the script and writing
`task = asyncio.create_task(job())`. Now `main` holds the task. It is
cancelled cleanly at the end.
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
