"""one of three gathered jobs fails

Job 2 fails at 0.1 s, and `gather` raises its error in `main` at
once. But jobs 1 and 3 are still running: they print `done` at 0.2
and 0.3 s, after the error was caught.

`gather` only *waits* for its tasks. The first error ends the waiting
and nothing else; the other tasks belong to the event loop and go on.
Their results are lost, and so is a second error: nothing reports it.

**Myth: "gather cancels the rest."** It does so only if `main` itself
is cancelled while it waits there. A failure cancels nothing. If
`main` returned now, both jobs would be cancelled half-way.

With `return_exceptions=True`, `gather` waits for all of them and
returns the error as one of the results. A task group does cancel the
rest: see `taskgroup-fails-together`.

**Try** copying the script and removing the `asyncio.sleep(0.3)` in
`main`. It ends before jobs 1 and 3, and neither prints `done`.
"""
# /// script
# [tool.asyncdemo]
# question = "Job 2 fails after 0.1 s. What does this print?"
# choices = [
#     "caught: job 2 failed\nmain ends",
#     "caught: job 2 failed\njob 1 done\njob 3 done\nmain ends",
#     "job 1 done\njob 3 done\ncaught: job 2 failed\nmain ends",
#     "nothing, and an error",
# ]
# ///
import asyncio

async def job(number, seconds):
    await asyncio.sleep(seconds)
    if number == 2:
        raise ValueError(f"job {number} failed")
    print(f"job {number} done")

async def main():
    try:
        await asyncio.gather(job(1, 0.2), job(2, 0.1), job(3, 0.3))
    except ValueError as error:
        print(f"caught: {error}")
    await asyncio.sleep(0.3)
    print("main ends")


asyncio.run(main())

# Output:
# caught: job 2 failed
# job 1 done
# job 3 done
# main ends
