"""The scripts that the tests of the tracing of threads run; each begins with conftest.TRUTH."""

LIVES = """
def sleeps():
    start = now()
    time.sleep(0.05)
    note(threading.current_thread().name, "waiting", start, now())
def computes():
    start = now()
    while now() < start + 0.05:
        sum(range(500))
    note("computes", "running", start, now())
def both():
    time.sleep(0.03)
    start = now()
    while now() < start + 0.03:
        sum(range(500))
def renamed():
    threading.current_thread().name = "new name"
class Own(threading.Thread):
    def run(self):
        time.sleep(0.01)
threads = [threading.Thread(target=sleeps, name=f"sleeps {number}") for number in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
for target in (computes, both, renamed):
    thread = threading.Thread(target=target, name=target.__name__)
    thread.start()
    thread.join()
for thread in (Own(name="own"), threading.Timer(0.01, print), threading.Thread(target=lambda: 1 / 0, name="raises")):
    thread.start()
    thread.join()
threading.Thread(target=time.sleep, args=(9,), name="daemon", daemon=True).start()
tell()
"""

# While all of them compute they wait for Python's lock in turn: nobody can tell that from waiting for anything else.
LOCKED = """
def computes():
    start = now()
    while now() < start + 0.1:
        sum(range(500))
threads = [threading.Thread(target=computes, name="computes") for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

JOBS = """
from concurrent.futures import ThreadPoolExecutor
def sleeps():
    start = now()
    time.sleep(0.03)
    note(threading.current_thread().name, "waiting", start, now())
def computes():
    start = now()
    while now() < start + 0.03:
        sum(range(500))
    note(threading.current_thread().name, "running", start, now())
def fails():
    raise ValueError
with ThreadPoolExecutor(2, thread_name_prefix="worker") as pool:
    jobs = [pool.submit(sleeps), pool.submit(sleeps)]
    for job in jobs: job.result()
    time.sleep(0.05)
    pool.submit(computes).result()
    print(pool.submit(fails).exception())
    time.sleep(0.05)
    print(list(pool.map(abs, [-1, -2, -3])), pool.submit(sleeps).result())
tell()
"""

TO_THREAD = """
import asyncio
def sleeps():
    start = now()
    time.sleep(0.05)
    note(threading.current_thread().name, "waiting", start, now())
async def main():
    asyncio.current_task().set_name("main")
    start = now()
    await asyncio.get_running_loop().run_in_executor(None, sleeps)
    note("main", "waiting", start, now())
    tell()
asyncio.run(main())
"""

ALONE = """
import threading, logging
print("nobody else")
"""
