"""two locks, taken in opposite orders

`alice` takes lock `a` and then wants `b`; `bob` takes `b` and then
wants `a`. Each holds what the other waits for. Nothing is left that
could wake the program. Plain Python would sit there forever, using
no processor time and printing nothing.

asyncdemo sees that no timer, no input and no thread can wake it any
more. It says which task holds what, where, and ends the run.

**The usual fix:** take the locks in the same order everywhere. Then
a task that has to wait for the first lock does not hold the other.

**Myth: "there are no deadlocks with one thread."** A task keeps its
locks across every `await`; that is enough.

**Try** copying the script and swapping the arguments of one
`transfer`: then both tasks get both locks.
"""
# /// script
# [tool.asyncdemo]
# findings = ["deadlock"]
# question = "What is printed?"
# choices = [
#     "alice has one\nbob has one",
#     "alice has one\nalice has both",
#     "nothing",
# ]
# ///
import asyncio


async def transfer(name, first, second):
    async with first:
        print(name, "has one")
        await asyncio.sleep(0.05)
        async with second:
            print(name, "has both")


async def main():
    a, b = asyncio.Lock(), asyncio.Lock()
    await asyncio.gather(
        transfer("alice", a, b),
        transfer("bob", b, a),
    )


asyncio.run(main())

# Output:
# alice has one
# bob has one
