"""Announce the runners of a race as they come in."""
# /// script
# [tool.asyncdemo]
# time = ["under 1.6 of start"]
# ///
import asyncio

MINUTES = {"Ada": 0.2, "Ben": 0.3, "Cleo": 0.1, "Dev": 0.4}


async def run(name):
    await asyncio.sleep(MINUTES[name])
    print(f"{name} crosses the line")
    return name


async def main():
    runners = [run(name) for name in MINUTES]
    place = 0
    for next_one in asyncio.as_completed(runners):
        name = await next_one
        place += 1
        print(f"place {place}: {name}")


asyncio.run(main())

# Output:
# Cleo crosses the line
# place 1: Cleo
# Ada crosses the line
# place 2: Ada
# Ben crosses the line
# place 3: Ben
# Dev crosses the line
# place 4: Dev
