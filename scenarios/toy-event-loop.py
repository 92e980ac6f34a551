"""an event loop of ten lines

Two jobs wait at the same time, as with asyncio: `A0` and `B0` at
once, `B1` at 0.1 s, `A1` at 0.2 s. The whole takes as long as the
longest job.

The loop has a heap of coroutines, ordered by when each is due. It
takes the first, sleeps until that one is due, and calls `send`. The
job runs to its next `await`, and the value it yields says when it
wants to continue.

asyncio does the same, in a few thousand lines more. Instead of
`time.sleep`, it asks the operating system to wake it when a timer is
due *or* a connection has something to read. It also has futures,
tasks, cancellation, threads and signals.

**Myth: "the loop is a thread."** It is a `while` loop in your
thread, and runs one job at a time. Whatever a job does between two
awaits holds the loop. Put `time.sleep(1)` into `job`, and you see it
stand still.

**Try** copying the script and running a third job: `run(job("A",
0.2), job("B", 0.1), job("C", 0.3))`.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.15 to 0.5 s"]
# question = "What does this print?"
# choices = [
#     "A0\nA1\nB0\nB1",
#     "A0\nB0\nA1\nB1",
#     "A0\nB0\nB1\nA1",
#     "nothing, and a warning",
# ]
# ///
import heapq
import time

class Sleep:
    def __init__(self, seconds):
        self.seconds = seconds

    def __await__(self):
        yield time.monotonic() + self.seconds

def run(*coroutines):
    heap = [(0, at, each) for at, each in enumerate(coroutines)]
    while heap:
        due, at, coroutine = heapq.heappop(heap)
        time.sleep(max(0, due - time.monotonic()))
        try:
            due = coroutine.send(None)
        except StopIteration:
            continue
        heapq.heappush(heap, (due, at, coroutine))

async def job(name, seconds):
    print(f"{name}0")
    await Sleep(seconds)
    print(f"{name}1")


run(job("A", 0.2), job("B", 0.1))

# Output:
# A0
# B0
# B1
# A1
