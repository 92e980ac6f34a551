"""Close an editor that saves by itself."""
# /// script
# [tool.asyncdemo]
# findings = ["cancelled-at-exit"]
# ///
import asyncio


async def save(page):
    print(f"saving page {page}")
    await asyncio.sleep(0.5)  # the disk is slow
    print(f"page {page} is saved")


async def autosave():
    try:
        await asyncio.sleep(3600)  # until it is time to save
    finally:
        await save(7)


async def main():
    saving = asyncio.create_task(autosave())
    await asyncio.sleep(0.1)
    print("closing")
    saving.cancel()
    await asyncio.sleep(0.05)  # the window fades out
    print("goodbye")


asyncio.run(main())

# Output:
# closing
# saving page 7
# goodbye
