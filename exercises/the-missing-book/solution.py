"""Ship today's orders, and say which could not be shipped."""
import asyncio

ORDERS = {"lamp": 2, "book": 0, "chair": 5}  # how many are left


async def ship(order):
    await asyncio.sleep(0.05)
    if not ORDERS[order]:
        raise LookupError("out of stock")
    print(f"{order}: shipped")


async def main():
    results = await asyncio.gather(
        *[ship(order) for order in ORDERS],
        return_exceptions=True,
    )
    for order, result in zip(ORDERS, results):
        if isinstance(result, Exception):
            print(f"{order}: not shipped, {result}")


asyncio.run(main())

# Output:
# lamp: shipped
# chair: shipped
# book: not shipped, out of stock
