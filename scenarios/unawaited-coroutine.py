"""call an async def without await

Nothing on stdout, and a warning on stderr. `main()` only created a
coroutine object; not one line of its body has run.

Two things have similar names. `main`, defined by `async def`, is a
*coroutine function*. What the call `main()` returns is a *coroutine
object*: a call that is ready to run but has not started. It starts
when an `await` or an event loop drives it. Nothing here does, and
Python never runs it later.

The warning does not say that `main` cannot run. It says that a
coroutine object was thrown away before it had started, and it
appears at that moment. Here that is at once, because no name refers
to the object. It is a warning, not an error: the script goes on, and
its exit status is 0. That makes a missing `await` easy to overlook.

Its last line is a hint: `python -X tracemalloc FILE` also shows
where the object was created. Python 3.8 shows the file name as you
typed it, later versions the full path.

**Try** `x = main()` as the last line of a copy. Now `x` keeps the
object, and the warning waits until Python shuts down. By then the
line is unknown: it says `sys:1`, from Python 3.13 on `<sys>:0`.
"""
# /// script
# [tool.asyncdemo]
# aliases = ["unawaited"]
# findings = ["never-awaited"]
# question = "What does this print?"
# choices = [
#     "greetings",
#     "greetings, and a warning",
#     "nothing, and a warning",
#     "nothing, and an error",
# ]
# ///
import asyncio

async def main():
    print('greetings')

main()

# Errors:
# <path>:43: RuntimeWarning: coroutine 'main' was never awaited
#   main()
# RuntimeWarning: Enable tracemalloc to get the object allocation traceback
