"""a broad except around an await

Both tasks are cancelled at 0.1 s. `polite` has `except Exception`,
and ends there and then. `greedy` has a bare `except:`, takes the
request for one more error, and works on for another 0.2 s.

A cancellation arrives as an exception, `CancelledError`, raised by
the `await`. Whoever catches it and goes on has answered "no", and is
not asked again. Since Python 3.8 it is no `Exception`, only a
`BaseException`, just so that `except Exception` lets it pass. In 3.7
both tasks would have eaten it.

**"A broad except is safe."** A bare `except:` and `except
BaseException` catch cancellations, Ctrl-C and `sys.exit()` too. Then
timeouts do not work, task groups do not end, and the program hangs
when it should stop.

If you must catch it, to clean up, say `raise` at the end.

**Try** `raise` as a line of its own after the `print` in `greedy`, in
a copy. Now both end at 0.1 s, and the finding is gone.
"""
# /// script
# [tool.asyncdemo]
# findings = ["swallowed-cancellation"]
# question = "Both tasks are cancelled. How do they end?"
# choices = [
#     "...\npolite cancelled: True\ngreedy cancelled: True",
#     "...\npolite cancelled: True\ngreedy cancelled: False",
#     "...\npolite cancelled: False\ngreedy cancelled: False",
# ]
# ///
import asyncio

async def polite():
    try:
        await asyncio.sleep(0.2)
    except Exception:
        print("polite: an error, never mind")

async def greedy():
    try:
        await asyncio.sleep(0.2)
    except:
        print("greedy: an error, never mind")
    await asyncio.sleep(0.2)
    print("greedy: done")

async def main():
    one = asyncio.create_task(polite())
    two = asyncio.create_task(greedy())
    await asyncio.sleep(0.1)
    one.cancel()
    two.cancel()
    await asyncio.wait([one, two])
    print(f"polite cancelled: {one.cancelled()}")
    print(f"greedy cancelled: {two.cancelled()}")


asyncio.run(main())

# Output:
# greedy: an error, never mind
# greedy: done
# polite cancelled: True
# greedy cancelled: False
