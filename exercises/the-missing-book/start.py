"""Ship today's orders."""
# /// script
# [tool.asyncdemo]
# findings = ["exception-never-retrieved"]
# ///
import asyncio

ORDERS = {"lamp": 2, "book": 0, "chair": 5}  # how many are left


async def ship(order):
    await asyncio.sleep(0.05)
    if not ORDERS[order]:
        raise LookupError("out of stock")
    print(f"{order}: shipped")


async def main():
    for order in ORDERS:
        asyncio.create_task(ship(order))
    await asyncio.sleep(0.2)
    print("all orders are shipped")


asyncio.run(main())

# Output:
# lamp: shipped
# chair: shipped
# all orders are shipped

# Errors:
# Task exception was never retrieved
# ...
