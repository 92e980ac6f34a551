"""three awaits one after another

Three waits of 0.2 s take 0.6 s, like three plain calls. `await` means
"go on here when that is done". The second call is not even made
before the first has its result.

**"await means concurrent."** It means the opposite for the function
that says it: this one stops here. What `await` allows is that *other*
tasks run in the meantime. Here there are none, so nobody does.

That is no fault where one step needs the result of the one before. It
is a waste where the steps have nothing to do with one another, as
here. To overlap them, you have to ask for it. The next scenario does.

**Try** `--set DELAY=0.1`. The time is three times the delay, whatever
the delay is.
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
