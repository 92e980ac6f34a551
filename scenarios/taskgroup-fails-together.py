"""the same three jobs, in a task group

Job 2 fails at 0.1 s, as in `gather-first-error`. This time the group
cancels jobs 1 and 3 at the same moment: neither prints `done`, and
`main` ends at 0.1 s.

A task group owns its tasks. The `async with` block does not end
until all of them have ended, and one failure cancels the others. So
no task is left behind, and no error is lost.

Several tasks can fail at once, so the errors come as a group, an
`ExceptionGroup`. `except* ValueError` handles those of that type;
any others propagate.

**Myth: "use gather everywhere."** `gather` fits if the others should
finish in spite of a failure. If you need all the results, a task
group is the safer choice. `TaskGroup` and `except*` need Python
3.11.

**Try** copying the script and writing `if number > 0`. Job 2 still
fails first, and the others are cancelled before they can fail: the
group holds one error.
"""
# /// script
# requires-python = ">=3.11"
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
        async with asyncio.TaskGroup() as group:
            group.create_task(job(1, 0.2))
            group.create_task(job(2, 0.1))
            group.create_task(job(3, 0.3))
    except* ValueError as errors:
        for error in errors.exceptions:
            print(f"caught: {error}")
    print("main ends")


asyncio.run(main())

# Output:
# caught: job 2 failed
# main ends
