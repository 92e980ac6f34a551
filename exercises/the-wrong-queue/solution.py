"""Take orders in a cafe, and make them."""
import asyncio

DRINKS = ["espresso", "tea", "cocoa"]


async def barista(orders):
    for _ in DRINKS:
        drink = await orders.get()
        print(f"made: {drink}")


async def waiter(orders):
    for drink in DRINKS:
        await asyncio.sleep(0.05)
        print(f"ordered: {drink}")
        await orders.put(drink)


async def main():
    orders = asyncio.Queue()
    await asyncio.gather(barista(orders), waiter(orders))
    print("the cafe closes")


asyncio.run(main())

# Output:
# ordered: espresso
# made: espresso
# ordered: tea
# made: tea
# ordered: cocoa
# made: cocoa
# the cafe closes
