"""call an async def without await

There is nothing on stdout, and a warning on stderr. `main()` only
built a coroutine object; not one line of its body has run.

Two things have similar names. `main`, as `async def` made it, is a
*coroutine function*. What the call `main()` returns is a *coroutine
object*: a run that is prepared but not begun. It begins when
something drives it: an `await`, or an event loop. Nothing here does,
and Python does not make up for it later.

The warning does not say that `main` cannot run. It says that a
coroutine object was thrown away before anyone began it, and it comes
at the moment of throwing away. Here that is at once, because no name
holds the object. It is a warning and no error: the script goes on,
and its exit status is 0. That makes a forgotten `await` easy to miss.

The last line of the warning is a hint: `python -X tracemalloc FILE`
also shows where the object was made. Python 3.8 names the file as
you typed it, later versions with its whole path.

**Try** `x = main()` as the last line, in a copy. Now `x` keeps the
object, and the warning waits until Python shuts down. By then the
line is no longer known: it says `sys:1`, from Python 3.13 `<sys>:0`.
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
