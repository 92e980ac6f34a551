"""the loop is asked to call set_result

`call_soon_threadsafe` queues the call for the loop, and wakes it.
"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.6 of unsafe"]
# ///
import asyncio
import threading
import time

TIMER = 0.5

def work(loop, future):
    time.sleep(0.1)
    print("thread: set")
    loop.call_soon_threadsafe(future.set_result, "answer")

async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(TIMER, int)  # an unrelated timer
    future = loop.create_future()
    threading.Thread(target=work, args=[loop, future]).start()
    print(f"main: got {await future}")


asyncio.run(main())

# Output:
# thread: set
# main: got answer
