"""asyncio.run inside a coroutine

`main` runs in an event loop. `asyncio.run` would start a second one
in the same thread, and refuses: RuntimeError. `inner()` only created
a coroutine object, so a warning also says that it was never awaited.

A running loop occupies its thread; a second one inside it would
block the first, and all its tasks. Hence one `run` as the way in,
and `await` for everything inside.

**Myth: "asyncio.run is how you call a coroutine."** It is how
*plain* code does. Inside an `async def`, write `await inner()`.

Notebooks are a trap: in Jupyter, each cell runs inside a loop that
is already running. So `asyncio.run(main())`, copied from a tutorial,
fails there; a plain `await main()` in the cell works. The same goes
for a plain function that calls `asyncio.run` and is itself called
from a coroutine: run it in a thread, with
`await asyncio.to_thread(plain)`.

**Try** copying the script and writing `await inner()` instead: it
prints `main`, then `inner`.
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
