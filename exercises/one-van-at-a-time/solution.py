"""Deliver three parcels at the same time."""
# /// script
# [tool.asyncdemo]
# time = ["under 0.7 of start"]
# ///
import asyncio

PARCELS = ["books", "shoes", "lamp"]


async def deliver(parcel):
    print(f"{parcel}: the van leaves")
    await asyncio.sleep(0.15)
    print(f"{parcel}: delivered")


async def main():
    vans = [asyncio.create_task(deliver(each)) for each in PARCELS]
    for van in vans:
        await van
    print("all vans are back")


asyncio.run(main())

# Output:
# books: the van leaves
# shoes: the van leaves
# lamp: the van leaves
# books: delivered
# shoes: delivered
# lamp: delivered
# all vans are back
