"""call it in a thread, and await that

The same call, made by another thread. The loop stays free.
"""
# /// script
# requires-python = ">=3.9"
#
# [tool.asyncdemo]
# time = ["0.35 to 0.9 s"]
# ///
import asyncio
import time

DELAY = 0.4


def legacy():
    time.sleep(DELAY)
    return "report"


async def beat():
    for _ in range(3):
        await asyncio.sleep(0.1)
        print("tick")


async def report():
    print(await asyncio.to_thread(legacy))


async def main():
    await asyncio.gather(beat(), report())


asyncio.run(main())

# Output:
# tick
# tick
# tick
# report
