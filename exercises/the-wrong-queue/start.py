"""Take orders in a cafe, and make them."""
# /// script
# [tool.asyncdemo]
# exit = 1
# findings = ["blocking-call"]
# ///
import asyncio
import queue

DRINKS = ["espresso", "tea", "cocoa"]


async def barista(orders):
    for _ in DRINKS:
        drink = orders.get(timeout=0.3)
        print(f"made: {drink}")


async def waiter(orders):
    for drink in DRINKS:
        await asyncio.sleep(0.05)
        print(f"ordered: {drink}")
        orders.put(drink)


async def main():
    orders = queue.Queue()
    await asyncio.gather(barista(orders), waiter(orders))
    print("the cafe closes")


asyncio.run(main())

# Errors:
# Traceback (most recent call last):
# ...
# _queue.Empty
