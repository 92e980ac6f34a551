"""Bake a loaf of bread."""
# /// script
# [tool.asyncdemo]
# findings = ["never-awaited"]
# ///
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
    heat_oven()
    await bake("rye bread")
    print("enjoy your meal")


asyncio.run(main())

# Output:
# the rye bread goes in
# the rye bread is done
# enjoy your meal

# Errors:
# <path>:<number>: RuntimeWarning: coroutine 'heat_oven' was never awaited
#   heat_oven()
# RuntimeWarning: Enable tracemalloc to get the object allocation traceback
