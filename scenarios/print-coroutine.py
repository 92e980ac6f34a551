"""look at what the call returned

What `main()` returns is a coroutine object. `print` shows its type,
its name and its address in memory, which is another in every run.
`greetings` is still missing: to make the object is not to run it.

The warning of the scenario before is here too. After `print` nobody
holds the object any more, so it is dropped, and it was never awaited.

It is tempting to think of the object as just another function. It
differs in two ways. It cannot be called: `main()()` is a TypeError.
And it serves once: a second `await` of the same object is a
RuntimeError. A function is a recipe, and a coroutine object is one
meal. For another one, call `main()` again.

To run the object, you `await` it. In a script, `await` is legal only
inside an `async def`; at the top level, as in `await main()` here,
it is a SyntaxError. The next scenario shows the way in from outside.

**Try** `print(main)` in a copy, without the call. It shows a plain
`<function main at 0x...>`, and no warning follows: no coroutine
object was made.
"""
# /// script
# [tool.asyncdemo]
# findings = ["never-awaited"]
# question = "What does this print?"
# choices = [
#     "greetings",
#     "<function main at <address>>",
#     "<coroutine object main at <address>>",
#     "<coroutine object main at <address>>, and a warning",
# ]
# ///
import asyncio

async def main():
    print('greetings')


print(main())

# Output:
# <coroutine object main at <address>>

# Errors:
# <path>:41: RuntimeWarning: coroutine 'main' was never awaited
#   print(main())
# RuntimeWarning: Enable tracemalloc to get the object allocation traceback
