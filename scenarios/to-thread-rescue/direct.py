"""call it from the coroutine

The call blocks the event loop until it returns. `beat` is due after
0.1 s and gets its first turn after 0.4 s.
"""
# /// script
# [tool.asyncdemo]
# findings = ["blocking-call"]
# question = "The heart beats every 0.1 s. What is printed?"
# choices = [
#     "tick\ntick\ntick\nreport",
#     "tick\nreport\ntick\ntick",
#     "report\ntick\ntick\ntick",
# ]
# ///
import asyncio
import time

DELAY = 0.4


def legacy():
    time.sleep(DELAY)
    return "report"


async def beat():
    for _ in range(3):
        await asyncio.sleep(0.1)
        print("tick")


async def report():
    print(legacy())


async def main():
    await asyncio.gather(beat(), report())


asyncio.run(main())

# Output:
# report
# tick
# tick
# tick
