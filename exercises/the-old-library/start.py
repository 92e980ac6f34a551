"""Shrink photos as they are uploaded."""
# /// script
# [tool.asyncdemo]
# findings = ["blocking-call"]
# ///
import asyncio
import time

PHOTOS = ["cat.jpg", "dog.jpg", "emu.jpg"]


def shrink(photo):  # given
    time.sleep(0.2)  # given
    return photo.replace(".jpg", "-small.jpg")  # given


async def upload(photo):
    print(f"{photo} is here")
    small = shrink(photo)
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
