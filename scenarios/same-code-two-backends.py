"""AnyIO's code, on asyncio and on Trio

`main` is written once, with AnyIO. It runs on asyncio's event loop,
then on Trio's, and does the same on both.

AnyIO is a layer over either. A library written with it works for
people who use asyncio and for people who use Trio. Its task groups
and its way to cancel come from Trio; asyncio has got task groups of
its own since.

**"Trio is another language."** `async def` and `await` are Python's.
The loop is a library, and there is more than one. What you cannot do
is mix them: `asyncio.sleep` fails on Trio, which knows nothing of
asyncio's loop.

The jobs here end 0.1 s apart. If both were due at the same moment,
either might come first: AnyIO promises no order, and Trio shuffles on
purpose, so that nobody comes to rely on one.

**Try** 0.1 s for both jobs, in a copy. Run it a few times, and watch
the order under `trio`.
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
