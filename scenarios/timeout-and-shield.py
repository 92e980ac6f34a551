"""a timeout cancels; a shield prevents that

Two jobs of 0.3 s start together. `main` waits 0.1 s for the first,
then 0.1 s for the second; both are too late. But `plain` never
prints `done`, and `kept` does, 0.1 s after its timeout.

`wait_for` cancels what it waits for when the time is up, and waits
until that has ended. `shield` stands in between: the shield is
cancelled, and the task behind it runs on.

**Myth: "a timeout only stops waiting."** It stops the work too. If
work must be finished once it has started, such as a payment, shield
it, and keep a reference to the task, as here, to await it later.

A shield is not magic. When the program ends, or someone cancels the
task itself, it ends like any other. `asyncio.timeout`, new in Python
3.11, does for a whole block what `wait_for` does for one awaitable.

**Try** copying the script and removing the last `await kept`: `main`
ends at 0.2 s, and `kept` is cancelled in spite of its shield.
"""
# /// script
# [tool.asyncdemo]
# question = "What does this print?"
# choices = [
#     "plain too late\nkept too late",
#     "plain too late\nkept too late\nkept done",
#     "plain too late\nplain done\nkept too late\nkept done",
#     "plain done\nkept done",
# ]
# ///
import asyncio

async def job(name):
    await asyncio.sleep(0.3)
    print(f"{name} done")

async def main():
    plain = asyncio.create_task(job("plain"))
    kept = asyncio.create_task(job("kept"))
    try:
        await asyncio.wait_for(plain, 0.1)
    except asyncio.TimeoutError:
        print("plain too late")
    try:
        await asyncio.wait_for(asyncio.shield(kept), 0.1)
    except asyncio.TimeoutError:
        print("kept too late")
    await kept


asyncio.run(main())

# Output:
# plain too late
# kept too late
# kept done
