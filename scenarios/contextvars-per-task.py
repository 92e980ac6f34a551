"""a context variable against a global

Two tasks set both to their own name, then wait. Afterwards each
finds its own name in the context variable. The global has what was
written last: `B`, for both.

Every task gets a copy of its creator's context when it is created.
What a task sets, it sets in its own copy. That is how a web
framework knows which request a log line belongs to.

**Myth: "every call has its own context."** Every *task* has.
`gather` created tasks, so afterwards `main` still finds `nobody`. A
plain `await` creates none: what `C` sets stays set in `main`, even
after the call.

To undo it, keep the token that `set` returns and call
`user.reset(token)`.

**Try** copying the script and replacing the plain `await` by `await
asyncio.create_task(request("C", 0.1))`. The last line then says
`nobody` too.
"""
# /// script
# [tool.asyncdemo]
# question = "How does the output begin?"
# choices = [
#     "A: user A, last A\nB: user B, last B\n...",
#     "A: user A, last B\nB: user B, last B\n...",
#     "A: user B, last B\nB: user B, last B\n...",
# ]
# ///
import asyncio
from contextvars import ContextVar

user = ContextVar("user", default="nobody")
last = "nobody"

async def request(name, seconds):
    global last
    user.set(name)
    last = name
    await asyncio.sleep(seconds)
    print(f"{name}: user {user.get()}, last {last}")

async def main():
    await asyncio.gather(request("A", 0.1), request("B", 0.2))
    print(f"after gather: {user.get()}")
    await request("C", 0.1)
    print(f"after await: {user.get()}")


asyncio.run(main())

# Output:
# A: user A, last B
# B: user B, last B
# after gather: nobody
# C: user C, last C
# after await: C
