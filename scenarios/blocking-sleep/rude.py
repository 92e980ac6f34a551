"""wait, and block everyone

`time.sleep` keeps the thread. No other task can run, and `beat` is
due again and again but never gets a turn.
"""
# /// script
# [tool.asyncdemo]
# findings = ["blocking-call"]
# time = ["over 1.5 of polite"]
# question = "The heart should tick every 0.1 s. What is printed?"
# choices = [
#     "tick\ntick\ntick\ndone 1\ndone 2\ndone 3",
#     "tick\ndone 1\ntick\ndone 2\ntick\ndone 3",
#     "tick\ndone 1\ndone 2\ndone 3",
# ]
# ///
import asyncio
import time

DELAY = 0.25


async def beat():
    while True:
        print("tick")
        await asyncio.sleep(0.1)


async def job(number):
    time.sleep(DELAY)
    print("done", number)


async def main():
    heart = asyncio.create_task(beat(), name="beat")
    await asyncio.gather(job(1), job(2), job(3))
    heart.cancel()


asyncio.run(main())

# Output:
# tick
# done 1
# done 2
# done 3
