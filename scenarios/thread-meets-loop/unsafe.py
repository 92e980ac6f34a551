"""set_result, called in the thread

The result is there at 0.1 s, but nothing wakes the loop. The timer
at 0.5 s does, by chance.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.45 to 1.5 s"]
# findings = ["unsafe-thread-call"]
# question = "The answer is there at 0.1 s. When does main get it?"
# choices = ["about 0.03 s", "about 0.1 s", "about 0.5 s"]
# ///
import asyncio
import threading
import time

TIMER = 0.5

def work(future):
    time.sleep(0.1)
    print("thread: set")
    future.set_result("answer")

async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(TIMER, int)  # an unrelated timer
    future = loop.create_future()
    threading.Thread(target=work, args=[future]).start()
    print(f"main: got {await future}")


asyncio.run(main())

# Output:
# thread: set
# main: got answer
