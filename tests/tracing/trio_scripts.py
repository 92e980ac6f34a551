"""The scripts that the tests of trio's tracing run; each begins with conftest.TRUTH."""

from tests.tracing import asyncio_scripts

STATES = f"""
import trio
{asyncio_scripts.WORKERS.replace("asyncio.", "trio.")}
async def main():
    async with trio.open_nursery() as nursery:
        for number in range(3):
            name = f"sleeper {{number}}"
            nursery.start_soon(sleeper, name, 0.01 + number / 200, name=name)
        nursery.start_soon(blocker, name="blocker")
        nursery.start_soon(computer, name="computer")
    tell()
trio.run(main)
"""

OVERDUE = """
import trio
async def heart():
    start = now()
    await trio.sleep(0.03)
    note("heart", "waiting", start, start + 0.03)
    note("heart", "ready", start + 0.03, now())
async def shielded():
    with trio.move_on_after(0.02):
        try:
            await trio.sleep(9)
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(0.02)
                start = now()
                await trio.sleep(0.03)
                note("shielded", "waiting", start, start + 0.03)
async def main():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(heart, name="heart")
        await trio.sleep(0.01)
        time.sleep(0.1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shielded, name="shielded")
    tell()
trio.run(main)
"""

FAMILY = """
import trio
async def returns():
    await trio.sleep(0.001)
async def raises():
    await trio.sleep(0.001)
    raise ValueError
async def group_raises():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(raises, name="raises in a group")
        nursery.start_soon(trio.sleep, 9, name="is cancelled with it")
async def branch():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(returns, name="leaf")
        nursery.start_soon(trio.sleep, 0.001, name="of the library")
async def renamed():
    trio.lowlevel.current_task().name = "new name"
    await trio.sleep(0)
async def odd():
    trio.lowlevel.current_task().name = ("no", "text")
    await trio.sleep(0.001)
async def started(task_status=trio.TASK_STATUS_IGNORED):
    await trio.sleep(0.001)
    task_status.started()
    await trio.sleep(0.001)
async def all_cancelled():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 9)
        nursery.start_soon(trio.sleep, 9)
        await trio.sleep(9)
async def main():
    trio.lowlevel.current_task().name = "root"
    async with trio.open_nursery() as nursery:
        nursery.start_soon(branch, name="branch")
        nursery.start_soon(renamed, name="old name")
        nursery.start_soon(odd, name="odd")
        await nursery.start(started, name="started")
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(group_raises, name="raises")
    except BaseException:
        print("caught")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 9, name="cancelled")
        nursery.start_soon(all_cancelled, name="cancelled with its children")
        await trio.sleep(0.001)
        nursery.cancel_scope.cancel()
trio.run(main)
"""

INSTRUMENTS = """
import traceback, trio
trio._core._run._r.seed(1)
class Mine(trio.abc.Instrument):
    def __init__(self, name):
        self.name, self.seen = name, []
    def task_spawned(self, task): self.seen.append(("spawned", task.name))
    def task_scheduled(self, task): self.seen.append(("scheduled", task.name))
    def before_task_step(self, task): self.seen.append(("step", task.name))
    def after_task_step(self, task): self.seen.append(("after", task.name))
    def task_exited(self, task): self.seen.append(("exited", task.name))
    def before_run(self): self.seen.append("begin")
    def after_run(self): self.seen.append("end")
class Broken(trio.abc.Instrument):
    def after_task_step(self, task): raise ValueError("broken instrument")
class Looks(trio.abc.Instrument):
    def before_io_wait(self, timeout):
        traceback.print_stack(file=sys.stdout, limit=-3)
        trio.lowlevel.remove_instrument(self)
async def child():
    await trio.sleep(0.001)
async def main(later):
    for each in later:
        trio.lowlevel.add_instrument(each)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(child)
    for each in later:
        try:
            trio.lowlevel.remove_instrument(each)
        except KeyError:
            traceback.print_exc(file=sys.stdout)
    try:
        trio.lowlevel.remove_instrument(Mine("never added"))
    except KeyError:
        traceback.print_exc(file=sys.stdout)
    await trio.sleep(0.001)
first, second = Mine("first"), Mine("second")
trio.run(main, [second, Broken()], instruments=[first, Looks()])
print(first.seen, second.seen)
third = Mine("third")
trio.run(main, [third, Broken(), Looks()])
print(third.seen)
trio.run(main, [])
"""

GUEST = """
import asyncio, trio
async def guest():
    for _ in range(3):
        start = now()
        await trio.sleep(0.01)
        note("guest", "waiting", start, start + 0.01)
    return "done"
async def host():
    asyncio.current_task().set_name("host")
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    async def named():
        trio.lowlevel.current_task().name = "guest"
        return await guest()
    outcomes = []
    trio.lowlevel.start_guest_run(
        named, run_sync_soon_threadsafe=loop.call_soon_threadsafe,
        done_callback=lambda outcome: (outcomes.append(outcome), done.set()),
    )
    await done.wait()
    print(outcomes[0].unwrap())
    tell()
asyncio.run(host())
"""

MANY = """
import trio
async def child():
    await trio.sleep(0.005)
    time.sleep(0.005)
async def main(name):
    trio.lowlevel.current_task().name = name
    async with trio.open_nursery() as nursery:
        nursery.start_soon(child)
for number in range(2):
    trio.run(main, f"after another {number}")
barrier = threading.Barrier(3)  # else one could have ended before the next begins
def at_once(number):
    barrier.wait()
    trio.run(main, f"at once {number}")
threads = [threading.Thread(target=at_once, args=(number,)) for number in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

FORK = """
import trio
async def main():
    trio.lowlevel.current_task().name = "parent"
    await trio.sleep(0.01)
    child = os.fork()
    if child == 0:
        trio.lowlevel.current_task().name = "child"
        for _ in range(20):
            await trio.lowlevel.checkpoint()
        print("in the child", flush=True)
        os._exit(0)
    print("child:", os.waitpid(child, 0)[1], flush=True)
    await trio.sleep(0.01)
trio.run(main)
"""

OVERFLOW = """
import gc, trio
async def work():
    for _ in range(100):
        await trio.lowlevel.checkpoint()
async def main():
    trio.lowlevel.current_task().name = "main"
    await trio.sleep(0.01)
    (instrument,) = [each for each in gc.get_objects() if type(each).__name__ == "_Instrument"]
    place = instrument._recorder.places.__next__
    del instrument
    while place() < EVENTS - 1000: pass
    async with trio.open_nursery() as nursery:
        for _ in range(100):
            nursery.start_soon(work)
    print("done")
trio.run(main)
"""
