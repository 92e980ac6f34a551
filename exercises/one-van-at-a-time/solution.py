"""Deliver three parcels at the same time."""
# /// script
# [tool.asyncdemo]
# time = ["under 0.65 of start"]
# ///
import asyncio

PARCELS = {"books": 0.3, "shoes": 0.2, "lamp": 0.1}  # hours


async def deliver(parcel):
    print(f"{parcel}: the van leaves")
    await asyncio.sleep(PARCELS[parcel])
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
# lamp: delivered
# shoes: delivered
# books: delivered
# all vans are back
