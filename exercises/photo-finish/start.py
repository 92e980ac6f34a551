"""Announce the runners of a race."""
import asyncio

MINUTES = {"Ada": 0.2, "Ben": 0.3, "Cleo": 0.1, "Dev": 0.4}


async def run(name):
    await asyncio.sleep(MINUTES[name])
    print(f"{name} crosses the line")
    return name


async def main():
    runners = [run(name) for name in MINUTES]
    place = 0
    for name in await asyncio.gather(*runners):
        place += 1
        print(f"place {place}: {name}")


asyncio.run(main())

# Output:
# Cleo crosses the line
# Ada crosses the line
# Ben crosses the line
# Dev crosses the line
# place 1: Ada
# place 2: Ben
# place 3: Cleo
# place 4: Dev
