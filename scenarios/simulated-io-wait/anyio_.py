"""a task for each wait, in a task group

AnyIO starts the tasks in a group. The `async with` block ends when
all of them have finished, so none can be forgotten. The same code
runs on asyncio, as here, or on Trio. AnyIO guarantees no order of
the tasks, and Trio shuffles them on purpose.
"""
# /// script
# dependencies = ["anyio"]
#
# [tool.asyncdemo]
# time = ["under 0.8 of sync"]
# ///
# Named anyio_.py: a file anyio.py would import itself here.
import anyio

TASKS = 10
DELAY = 0.05

kinds = ("upload", "download", "input", "database", "network")


async def answer(n):
    what = f"{kinds[n % 5]} {n}"
    print(f"ask {what}")
    await anyio.sleep(DELAY)
    print(f"got {what}")


async def main():
    async with anyio.create_task_group() as group:
        for n in range(TASKS):
            group.start_soon(answer, n)


anyio.run(main)

# Unordered output:
# ask upload 0
# ask download 1
# ask input 2
# ask database 3
# ask network 4
# ask upload 5
# ask download 6
# ask input 7
# ask database 8
# ask network 9
# got upload 0
# got download 1
# got input 2
# got database 3
# got network 4
# got upload 5
# got download 6
# got input 7
# got database 8
# got network 9
