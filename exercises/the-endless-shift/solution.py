"""Sort letters until all are done, and go home."""
import asyncio

LETTERS = ["Rome", "Oslo", "", "Lima"]


async def work(letters):
    while True:
        address = await letters.get()
        try:
            if not address:
                print("put aside")
                continue
            await asyncio.sleep(0.05)
            print(f"to {address}")
        finally:
            letters.task_done()


async def main():
    letters = asyncio.Queue()
    for letter in LETTERS:
        letters.put_nowait(letter)
    workers = [asyncio.create_task(work(letters)) for _ in range(2)]
    await letters.join()
    print(f"the shift is over, {letters.qsize()} letters are left")
    for worker in workers:
        worker.cancel()


asyncio.run(main())

# Unordered output:
# to Rome
# to Oslo
# put aside
# to Lima
# the shift is over, 0 letters are left
