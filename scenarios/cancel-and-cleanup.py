"""cancel a task, and let it clean up

`cancel()` is a request. It returns at once, and right after it the
task is not done. The task receives the request at its next turn: its
`await` raises `CancelledError`, `finally` runs, and here even waits
for another 0.1 s. Only then is the task cancelled.

That is a strength. Files are closed, locks are released, and the
other side of a connection gets a goodbye.

**Myth: "cancel() kills it at once."** Nothing in asyncio can stop a
task between two awaits. The request reaches it at an `await` that
waits. A task that computes, or sits in `time.sleep`, does not
notice.

`await task` then waits for the clean-up. The `CancelledError` that
it raises tells you how the task ended, and you may catch it here: it
is not `main` that was cancelled.

**Try** copying the script and removing the `asyncio.sleep(0.1)` in
`main`. The task is cancelled before its first step: not even
`at work` appears.
"""
# /// script
# [tool.asyncdemo]
# question = "What comes after \"at work\"?"
# choices = [
#     "at work\nasked; done? True\ncancelled? True",
#     "at work\nasked; done? False\ncancelled? True",
#     "at work\nasked; done? False\ncleaning up\nclean\n...",
#     "at work\ncleaning up\nclean\nasked; done? True\n...",
# ]
# ///
import asyncio

async def job():
    try:
        print("at work")
        await asyncio.sleep(10)
        print("finished")
    finally:
        print("cleaning up")
        await asyncio.sleep(0.1)
        print("clean")

async def main():
    task = asyncio.create_task(job())
    await asyncio.sleep(0.1)
    task.cancel()
    print(f"asked; done? {task.done()}")
    try:
        await task
    except asyncio.CancelledError:
        print(f"cancelled? {task.cancelled()}")


asyncio.run(main())

# Output:
# at work
# asked; done? False
# cleaning up
# clean
# cancelled? True
