"""a broad except around an await

Both tasks are cancelled at 0.1 s. `polite` has `except Exception`,
and ends right then. `greedy` has a bare `except:`, treats the
request as one more error, and keeps working for another 0.2 s.

A cancellation arrives as an exception, `CancelledError`, raised by
the `await`. A task that catches it and goes on ignores the
cancellation, and is not asked again. Since Python 3.8
`CancelledError` is not an `Exception`, only a `BaseException`,
precisely so that `except Exception` lets it pass. In 3.7 both tasks
would have swallowed it.

**Myth: "a broad except is safe."** A bare `except:` and
`except BaseException` also catch cancellations, Ctrl-C and
`sys.exit()`. Then timeouts do not work, task groups do not end, and
the program hangs when it should stop.

If you must catch it to clean up, end with `raise`.

**Try** copying the script and adding `raise` on its own line after
the `print` in `greedy`. Now both end at 0.1 s, and the finding is
gone.
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
