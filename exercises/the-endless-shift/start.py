"""Sort letters until all are done."""
# /// script
# [tool.asyncdemo]
# findings = ["deadlock"]
# ///
import asyncio

LETTERS = ["Rome", "Oslo", "", "Lima"]


async def work(letters):
    while True:
        address = await letters.get()
        if not address:
            print("put aside")
            continue
        await asyncio.sleep(0.05)
        print(f"to {address}")
        letters.task_done()


async def main():
    letters = asyncio.Queue()
    for letter in LETTERS:
        letters.put_nowait(letter)
    workers = [asyncio.create_task(work(letters)) for _ in range(2)]
    await letters.join()  # given
    print(f"the shift is over, {letters.qsize()} letters are left")
    for worker in workers:
        worker.cancel()


asyncio.run(main())

# Unordered output:
# to Rome
# to Oslo
# put aside
# to Lima
