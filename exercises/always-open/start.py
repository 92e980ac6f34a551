"""Say which shops are open at ten in the evening."""
# /// script
# [tool.asyncdemo]
# findings = ["never-awaited"]
# ///
import asyncio

CLOSES = {"bakery": 18, "kiosk": 23, "bookshop": 20}
HOUR = 22


async def is_open(shop):
    await asyncio.sleep(0.05)  # asks the shop's website
    return HOUR < CLOSES[shop]


async def main():
    for shop in CLOSES:
        if is_open(shop):
            print(f"{shop}: open")
        else:
            print(f"{shop}: closed")


asyncio.run(main())

# Output:
# bakery: open
# kiosk: open
# bookshop: open

# Errors:
# <path>:<number>: RuntimeWarning: coroutine 'is_open' was never awaited
# ...
