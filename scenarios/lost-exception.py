"""a task fails, and nobody awaits it

The disk is full at 0.1 s, and `main` notices nothing. The message
comes at 0.2 s, when the last name for the task is gone. It is a
message only: the script goes on, and its exit status is 0.

A task keeps its exception for whoever awaits it. That may happen at
any time, so asyncio cannot complain while someone still holds the
task. When nobody can ask any more, it logs `Task exception was never
retrieved` at level ERROR, and `logging` writes that to stderr.

**"An exception always stops the program."** It stops the coroutine
that raised it, then the one that awaits that, and so on. In a task
nobody awaits, it stops the task.

Keep the tasks that you make, and await them, or put them into a task
group, which awaits them for you.

**Try** `await task` in place of `del task`, in a copy. Now the error
reaches `main` and ends the program, and the exit status is 1.
"""
# /// script
# [tool.asyncdemo]
# findings = ["exception-never-retrieved"]
# question = "What does this print?"
# choices = [
#     "nothing, and an error",
#     "main goes on\nmain ends",
#     "main goes on\nmain ends, and a logged error",
#     "main goes on, and an error",
# ]
# ///
import asyncio

async def save():
    await asyncio.sleep(0.1)
    raise OSError("disk full")

async def main():
    task = asyncio.create_task(save())
    await asyncio.sleep(0.2)
    print("main goes on")
    del task
    await asyncio.sleep(0.1)
    print("main ends")


asyncio.run(main())

# Output:
# main goes on
# main ends

# Errors:
# Task exception was never retrieved
# future: <Task finished name='Task-2' <any> exception=OSError('disk full')>
# Traceback (most recent call last):
#   File "<path>", line 37, in save
#     raise OSError("disk full")
# OSError: disk full
