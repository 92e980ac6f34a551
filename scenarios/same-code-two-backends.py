"""AnyIO's code, on asyncio and on Trio

`main` is written once, with AnyIO. It runs on asyncio's event loop,
then on Trio's, and does the same on both.

AnyIO is a layer on top of either. A library written with it works
for users of asyncio and for users of Trio. Its task groups and its
cancellation come from Trio; asyncio has since gained its own task
groups.

**Myth: "Trio is another language."** `async def` and `await` are
Python's. The event loop is a library, and there is more than one.
What you cannot do is mix them: `asyncio.sleep` fails on Trio, which
knows nothing about asyncio's loop.

The jobs here end 0.1 s apart. If both were due at the same moment,
either might come first: AnyIO guarantees no order, and Trio shuffles
on purpose, so that no one comes to rely on one.

**Try** copying the script and giving both jobs 0.1 s. Run it a few
times, and watch the order under `trio`.
"""
# /// script
# dependencies = ["anyio", "trio"]
# [tool.asyncdemo]
# question = "What does this print?"
# choices = [
#     "asyncio\njob 1\njob 2\ntrio\njob 1\njob 2",
#     "asyncio\njob 1\njob 2\ntrio\njob 2\njob 1",
#     "asyncio\njob 1\njob 2\ntrio, and an error",
# ]
# ///
import anyio

async def job(number, seconds):
    await anyio.sleep(seconds)
    print(f"job {number}")

async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(job, 1, 0.1)
        group.start_soon(job, 2, 0.2)


for backend in ("asyncio", "trio"):
    print(backend)
    anyio.run(main, backend=backend)

# Output:
# asyncio
# job 1
# job 2
# trio
# job 1
# job 2
