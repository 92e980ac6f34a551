"""Make breakfast, all of it at the same time."""
# /// script
# [tool.asyncdemo]
# time = ["under 0.65 of start"]
# ///
import asyncio

COFFEE, EGGS, TOAST = 0.2, 0.3, 0.1  # minutes, in a fast kitchen


async def make(what, minutes):
    await asyncio.sleep(minutes)
    print(f"{what}: ready")
    return what


async def main():
    coffee, eggs, toast = await asyncio.gather(
        make("coffee", COFFEE),
        make("eggs", EGGS),
        make("toast", TOAST),
    )
    print(f"breakfast: {coffee}, {eggs}, {toast}")


asyncio.run(main())

# Output:
# toast: ready
# coffee: ready
# eggs: ready
# breakfast: coffee, eggs, toast
