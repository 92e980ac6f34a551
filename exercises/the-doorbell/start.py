"""Wait for a guest while a record plays."""
# /// script
# [tool.asyncdemo]
# findings = ["unsafe-thread-call"]
# ///
import asyncio
import threading
import time


def watch_door(loop, bell):
    time.sleep(0.1)
    bell.set()


async def play_record():
    await asyncio.sleep(0.6)
    print("the record is over")


async def main():
    bell = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=watch_door, args=(loop, bell)).start()
    record = asyncio.create_task(play_record())
    await bell.wait()
    print("welcome, come in")
    await record


asyncio.run(main())

# Unordered output:
# the record is over
# welcome, come in
