"""asyncio.run inside a coroutine

`main` runs in an event loop. `asyncio.run` would open a second one in
the same thread, and refuses: RuntimeError. `inner` has only been
built, so a warning says besides that it was never awaited.

A running loop holds the thread; a second one inside would hold the
first, and all its tasks. Hence one `run` at the way in, and `await`
for everything inside.

**"asyncio.run is how one calls a coroutine."** It is how *plain* code
does. Inside an `async def` it is `await inner()`.

Notebooks are the trap: in Jupyter each cell runs inside a loop that
is running already. So `asyncio.run(main())`, copied from a tutorial,
fails there; a plain `await main()` in the cell works. The same goes
for a plain function that calls `asyncio.run` and is itself called
from a coroutine: give it a thread, `await asyncio.to_thread(plain)`.

**Try** `await inner()` in its place, in a copy: `main`, then `inner`.
"""
# /// script
# [tool.asyncdemo]
# findings = ["nested-run"]
# exit = 1
# question = "What does this print?"
# choices = [
#     "main\ninner",
#     "main, and a warning",
#     "main, and an error",
#     "main\ninner, and an error",
# ]
# ///
import asyncio

async def inner():
    print("inner")

async def main():
    print("main")
    asyncio.run(inner())


asyncio.run(main())

# Output:
# main

# Errors:
# Traceback (most recent call last):
# ...
# RuntimeError: asyncio.run() cannot be called from a running event loop
# ...
