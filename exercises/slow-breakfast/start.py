"""Make breakfast."""
# /// script
# [tool.asyncdemo]
# findings = ["sequential-awaits"]
# ///
import asyncio

COFFEE, EGGS, TOAST = 0.2, 0.3, 0.1  # minutes, in a fast kitchen


async def make(what, minutes):
    await asyncio.sleep(minutes)
    print(f"{what}: ready")
    return what


async def main():
    coffee = await make("coffee", COFFEE)
    eggs = await make("eggs", EGGS)
    toast = await make("toast", TOAST)
    print(f"breakfast: {coffee}, {eggs}, {toast}")


asyncio.run(main())

# Output:
# coffee: ready
# eggs: ready
# toast: ready
# breakfast: coffee, eggs, toast
