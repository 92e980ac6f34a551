"""a task fails, and nothing awaits it

The disk is full at 0.1 s, and `main` does not notice. The error is
reported at 0.2 s, when the last reference to the task is gone. It is
only reported: the script goes on, and its exit status is 0.

A task keeps its exception for whoever awaits it. That may happen at
any time, so asyncio cannot complain while something still refers to
the task. When nothing can ask any more, it logs
`Task exception was never retrieved` at level ERROR, and `logging`
writes that to stderr.

**Myth: "an exception always stops the program."** It stops the
coroutine that raised it, then the one that awaits that, and so on.
In a task that nothing awaits, it stops only the task.

Keep a reference to each task you create, and await it, or use a task
group, which awaits its tasks for you.

**Try** copying the script and replacing `del task` by `await task`.
Now the error reaches `main` and ends the program, and the exit
status is 1.
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
#   File "<path>", line 39, in save
#     raise OSError("disk full")
# OSError: disk full
