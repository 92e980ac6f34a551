"""three awaits one after another

Three waits of 0.2 s take 0.6 s, like three plain calls. `await`
means "continue here when that is done". The second call is not even
made until the first has returned its result.

**Myth: "await means concurrent."** For the function that contains
it, it means the opposite: this function stops here. What `await`
allows is that *other* tasks run in the meantime. Here there are
none, so nothing else runs.

That is fine if a step needs the previous result. It is a waste if
the steps are independent, as they are here. To overlap them, you
have to ask for it. The next scenario does.

**Try** `asyncdemo run await-in-a-row --set DELAY=0.1`. The time is
three times the delay, whatever the delay is.
"""
# /// script
# [tool.asyncdemo]
# findings = ["sequential-awaits"]
# time = ["0.5 to 1.5 s"]
# question = "Three waits of 0.2 s: how long does it take?"
# choices = ["about 0.01 s", "about 0.2 s", "about 0.6 s"]
# ///
import asyncio

DELAY = 0.2


async def answer(number):
    await asyncio.sleep(DELAY)
    return number


async def main():
    print(await answer(1))
    print(await answer(2))
    print(await answer(3))


asyncio.run(main())

# Output:
# 1
# 2
# 3
