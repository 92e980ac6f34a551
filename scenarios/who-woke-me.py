"""who puts a waiting task back to work

A task that waits does nothing, and does not check whether it could
go on. Something else has to wake it: a timer, input, a thread, or,
as here, another task.

`runner` waits for an event, `sets` sets it. `set()` only puts
`runner` into the event loop's queue; `sets` goes on, and prints its
line first. `runner` runs when `sets` suspends.

**Myth: "`set()` runs the task that waits."** It makes it ready. No
other task runs until the one that called it suspends. The same is
true of `queue.put`, of `future.set_result` and of releasing a lock.

`asyncdemo run who-woke-me --save who.html` draws the lanes;
`asyncdemo run who-woke-me --critical` follows the wake-ups back from
the end of the program: `runner` was woken by `sets`, `sets` by its
timer.

**Try** copying the script and putting `await asyncio.sleep(0)`
between `set()` and the `print` that follows it.
"""
# /// script
# [tool.asyncdemo]
# question = "Which line comes first?"
# choices = [
#     "event is set\nrunner goes on",
#     "runner goes on\nevent is set",
#     "event is set",
# ]
# ///
import asyncio


async def runner(event):
    await event.wait()
    print("runner goes on")


async def sets(event):
    await asyncio.sleep(0.1)
    event.set()
    print("event is set")


async def main():
    event = asyncio.Event()
    await asyncio.gather(runner(event), sets(event))


asyncio.run(main())

# Output:
# event is set
# runner goes on
