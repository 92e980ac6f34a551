"""Ask weather stations for the temperature."""
import asyncio

STATIONS = {"Oslo": 0.05, "Rome": 1.4, "Lima": 0.1}  # seconds


async def fetch(station):
    await asyncio.sleep(STATIONS[station])
    return 10 + len(station) * 2


async def ask(station):
    degrees = await fetch(station)
    return f"{station}: {degrees} degrees"


async def main():
    answers = await asyncio.gather(*map(ask, STATIONS))
    for answer in answers:
        print(answer)


asyncio.run(main())

# Output:
# Oslo: 18 degrees
# Rome: 18 degrees
# Lima: 18 degrees
