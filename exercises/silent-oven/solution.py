"""Bake a loaf of bread, in a hot oven."""
import asyncio

MINUTES = 0.1


async def heat_oven():
    print("the oven is on")
    await asyncio.sleep(MINUTES)
    print("the oven is hot")


async def bake(loaf):
    print(f"the {loaf} goes in")
    await asyncio.sleep(MINUTES)
    print(f"the {loaf} is done")


async def main():
    await heat_oven()
    await bake("rye bread")
    print("enjoy your meal")


asyncio.run(main())

# Output:
# the oven is on
# the oven is hot
# the rye bread goes in
# the rye bread is done
# enjoy your meal
