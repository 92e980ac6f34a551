"""wait, and let other tasks run

At its `await`, a job gives up the thread until its time is over.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.2 to 0.6 s"]
# ///
import asyncio

DELAY = 0.25


async def beat():
    while True:
        print("tick")
        await asyncio.sleep(0.1)


async def job(number):
    await asyncio.sleep(DELAY)
    print("done", number)


async def main():
    heart = asyncio.create_task(beat(), name="beat")
    await asyncio.gather(job(1), job(2), job(3))
    heart.cancel()


asyncio.run(main())

# Output:
# tick
# tick
# tick

# Unordered output:
# done 1
# done 2
# done 3
