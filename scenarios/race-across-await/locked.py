"""the same, with a lock around reading and writing

The lock lets one task in. The others wait at `async with` until it
has written, and then read the new number. Nothing is lost, and the
additions come one after another: that is the price.
"""
import asyncio

TASKS = 4
TIMES = 50

counter = 0

async def add(lock):
    global counter
    for _ in range(TIMES):
        async with lock:
            seen = counter
            await asyncio.sleep(0.001)
            counter = seen + 1

async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*[add(lock) for _ in range(TASKS)])
    print(f"{counter} of {TASKS * TIMES}")


asyncio.run(main())

# Output:
# 200 of 200
