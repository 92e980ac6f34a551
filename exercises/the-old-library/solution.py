"""Shrink photos as they are uploaded, in threads."""
# /// script
# requires-python = ">=3.9"
# [tool.asyncdemo]
# time = ["under 0.75 of start"]
# ///
import asyncio
import time

PHOTOS = ["cat.jpg", "dog.jpg", "emu.jpg"]


def shrink(photo):
    time.sleep(0.2)
    return photo.replace(".jpg", "-small.jpg")


async def upload(photo):
    print(f"{photo} is here")
    small = await asyncio.to_thread(shrink, photo)
    return small


async def main():
    small = await asyncio.gather(*[upload(each) for each in PHOTOS])
    print("done:", ", ".join(small))


asyncio.run(main())

# Output:
# cat.jpg is here
# dog.jpg is here
# emu.jpg is here
# done: cat-small.jpg, dog-small.jpg, emu-small.jpg
