"""look at what the call returned

`main()` returns a coroutine object. `print` shows its type, its name
and its address in memory, which differs in every run. `greetings` is
still missing: creating the object does not run it.

The warning from the previous scenario is here too. After the
`print`, nothing refers to the object, so it is thrown away
unawaited.

It is tempting to think of the object as just another function. It
differs in two ways. It cannot be called: `main()()` is a TypeError.
And it can be used only once: awaiting it again is a RuntimeError. A
function is a recipe; a coroutine object is one meal. For another
meal, call `main()` again.

To run the object, you `await` it. In a script, `await` is allowed
only inside an `async def`; at the top level, `await main()` is a
SyntaxError. The next scenario shows the way in from outside.

**Try** copying the script and printing `main`, without the call. You
see a plain `<function main at 0x...>`, and there is no warning: no
coroutine object was created.
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
# <path>:42: RuntimeWarning: coroutine 'main' was never awaited
#   print(main())
# RuntimeWarning: Enable tracemalloc to get the object allocation traceback
