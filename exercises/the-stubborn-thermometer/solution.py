"""Measure the temperature until it is enough, and then stop."""
# /// script
# [tool.asyncdemo]
# time = ["under 0.8 of start"]
# ///
import asyncio


async def next_value(last):
    await asyncio.sleep(0.1)
    if last == 22:
        raise ConnectionError("loose wire")
    return last + 1


async def measure():
    value = 20
    while value < 28:
        try:
            value = await next_value(value)
            print(f"{value} degrees")
        except ConnectionError:
            print("trouble, measuring again")
            value += 1


async def main():
    measuring = asyncio.create_task(measure())
    await asyncio.sleep(0.45)
    print("switching off")
    measuring.cancel()
    await asyncio.wait([measuring])
    print("it is off")


asyncio.run(main())

# Output:
# 21 degrees
# 22 degrees
# trouble, measuring again
# 24 degrees
# switching off
# it is off
