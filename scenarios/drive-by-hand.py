"""run a coroutine without any event loop

There is no asyncio here. `send(None)` runs the coroutine to its
first pause, and returns the value that the pause yields: `paused`.
`send(42)` resumes it, with 42 as the value of the `await`. When the
coroutine returns, `send` raises `StopIteration`, which carries the
return value.

That is all there is to `await`. It passes control down to the
innermost awaitable. A `yield` in there pauses the whole chain, up to
whatever called `send`. Usually that is an event loop.

**Myth: "await is magic."** A coroutine is a function that can be
left in the middle and resumed. The magic, if any, is in what calls
`send`, and when. An event loop does so when what was awaited is
there.

**Try** copying the script and adding a third `send(None)` at the
end: `RuntimeError: cannot reuse already awaited coroutine`. It can
be used only once.
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
