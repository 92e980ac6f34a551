"""run a coroutine without any event loop

There is no asyncio here. `send(None)` runs the coroutine to its first
pause, and returns what the pause has handed out: `paused`. `send(42)`
goes on from there, with 42 as the value of the `await`. At its end
the coroutine raises `StopIteration`, with what it returned.

That is all there is to `await`. It hands down to the innermost
awaitable. A `yield` in there pauses the whole chain, up to whoever
called `send`. Most often that is an event loop.

**"await is magic."** It is a function that can be left in the middle
and entered again. The magic, if any, is in who calls `send`, and
when. An event loop does it when what was waited for is there.

**Try** a third `send(None)` at the end of a copy: `RuntimeError:
cannot reuse already awaited coroutine`. It serves once.
"""
# /// script
# [tool.asyncdemo]
# question = "What does this print?"
# choices = [
#     "nothing, and a warning",
#     "nothing, and an error",
#     "paused\ngot 42\nreturned: done",
#     "got 42\npaused\nreturned: done",
# ]
# ///

class Pause:
    def __await__(self):
        answer = yield "paused"
        return answer

async def ask():
    answer = await Pause()
    print(f"got {answer}")
    return "done"


coroutine = ask()
print(coroutine.send(None))
try:
    coroutine.send(42)
except StopIteration as end:
    print(f"returned: {end.value}")

# Output:
# paused
# got 42
# returned: done
