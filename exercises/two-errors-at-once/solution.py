"""Download four files, and say which could not be had."""
# /// script
# requires-python = ">=3.11"
# ///
import asyncio

FILES = ["maps", "films", "songs", "books"]


async def download(file):
    if file in ("films", "books"):
        raise ConnectionError(f"{file}: the server hung up")
    await asyncio.sleep(0.05)
    print(f"{file}: here")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            for file in FILES:
                group.create_task(download(file))
    except* ConnectionError as errors:
        for error in errors.exceptions:
            print("failed:", error)


asyncio.run(main())

# Output:
# failed: films: the server hung up
# failed: books: the server hung up
