"""Ask weather stations for the temperature, but not for ever."""
# /// script
# [tool.asyncdemo]
# time = ["under 0.65 of start"]
# ///
import asyncio

STATIONS = {"Oslo": 0.05, "Rome": 1.4, "Lima": 0.1}  # seconds


async def fetch(station):
    await asyncio.sleep(STATIONS[station])
    return 10 + len(station) * 2


async def ask(station):
    try:
        degrees = await asyncio.wait_for(fetch(station), 0.4)
    except asyncio.TimeoutError:
        return f"{station}: no answer"
    return f"{station}: {degrees} degrees"


async def main():
    answers = await asyncio.gather(*map(ask, STATIONS))
    for answer in answers:
        print(answer)


asyncio.run(main())

# Output:
# Oslo: 18 degrees
# Rome: no answer
# Lima: 18 degrees
