"""Read headlines until the one that is wanted."""
# /// script
# [tool.asyncdemo]
# findings = ["unfinished-async-generator"]
# ///
import asyncio

NEWS = ["sport: two goals", "weather: rain", "art: a painting"]


async def headlines():
    print("calling")
    try:
        for line in NEWS:
            await asyncio.sleep(0.05)
            print("heard", line)
            yield line
    finally:
        await asyncio.sleep(0.02)
        print("hung up")


async def main():
    lines = headlines()
    async for line in lines:
        if line.startswith("weather"):
            break
    print(line)
    await asyncio.sleep(0.1)
    print("the umbrella is packed")


asyncio.run(main())

# Output:
# calling
# heard sport: two goals
# heard weather: rain
# weather: rain
# the umbrella is packed

# Output, from 3.13:
# hung up
