"""a queue with room for three

`put 0`, `put 1`, `put 2` come at once, because there is room. Then
the queue is full, and the producer waits at its `await`. Each `got`
frees one place, and one more `put` follows. From there on, the slow
consumer sets the pace.

This is called backpressure. Without it, a fast producer fills the
memory, and the items that the consumer gets are older and older.

**Myth: "a queue is a list."** A list takes whatever you append, and
raises IndexError when there is nothing to take. A queue makes
callers wait: `put` while it is full, `get` while it is empty. The
waiting is the point.

`asyncio.Queue()` without a number has no limit. Give it one, unless
you know better.

**Try** `asyncdemo run queue-backpressure --set ROOM=1`: they take
turns from the start. With `ROOM=0`, which means no limit, all the
`put` lines come at once.
"""
# /// script
# [tool.asyncdemo]
# question = "How does the output begin?"
# choices = [
#     "put 0\nput 1\nput 2\ngot 0\nput 3\n...",
#     "put 0\nput 1\nput 2\nput 3\nput 4\n...",
#     "put 0\ngot 0\nput 1\ngot 1\n...",
# ]
# ///
import asyncio

ROOM = 3

async def producer(queue):
    for n in range(5):
        await queue.put(n)
        print(f"put {n}")

async def consumer(queue):
    for _ in range(5):
        await asyncio.sleep(0.1)
        print(f"got {await queue.get()}")

async def main():
    queue = asyncio.Queue(ROOM)
    await asyncio.gather(producer(queue), consumer(queue))


asyncio.run(main())

# Output:
# put 0
# put 1
# put 2
# got 0
# put 3
# got 1
# put 4
# got 2
# got 3
# got 4
