"""Deliver three parcels."""
# /// script
# [tool.asyncdemo]
# findings = ["sequential-awaits"]
# ///
import asyncio

PARCELS = {"books": 0.3, "shoes": 0.2, "lamp": 0.1}  # hours


async def deliver(parcel):
    print(f"{parcel}: the van leaves")
    await asyncio.sleep(PARCELS[parcel])
    print(f"{parcel}: delivered")


async def main():
    for parcel in PARCELS:
        van = asyncio.create_task(deliver(parcel))
        await van
    print("all vans are back")


asyncio.run(main())

# Output:
# books: the van leaves
# books: delivered
# shoes: the van leaves
# shoes: delivered
# lamp: the van leaves
# lamp: delivered
# all vans are back
