"""a task for each wait"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.5 of sync"]
# question = "Five threads take 0.2 s. How long do five tasks take?"
# choices = ["about 0.04 s", "about 0.2 s", "about 1 s"]
# ///
import asyncio

TASKS = 5
DELAY = 0.2


async def answer(number):
    await asyncio.sleep(DELAY)
    print("answer", number)


async def main():
    await asyncio.gather(*[answer(n) for n in range(TASKS)])


asyncio.run(main())

# Unordered output:
# answer 0
# answer 1
# answer 2
# answer 3
# answer 4
