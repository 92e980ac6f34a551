"""The scripts that the tests of asyncio's tracing run; each begins with conftest.TRUTH."""

from tests.tracing.conftest import TRUTH

WORKERS = """\
async def sleeper(name, delay):
    for _ in range(5):
        start = now()
        await asyncio.sleep(delay)
        note(name, "waiting", start, start + delay)
async def blocker():
    for _ in range(3):
        await asyncio.sleep(0.013)
        start = now()
        time.sleep(0.02)
        note("blocker", "blocked", start, now())
def compute(seconds):
    until = now() + seconds
    while now() < until:
        sum(range(500))
async def computer():
    for _ in range(3):
        await asyncio.sleep(0.017)
        start = now()
        compute(0.02)
        note("computer", "running", start, now())
"""

STATES = f"""
import asyncio
{WORKERS}
async def main():
    tasks = [asyncio.create_task(sleeper(f"sleeper {{i}}", 0.01 + i / 200), name=f"sleeper {{i}}") for i in range(3)]
    tasks += [asyncio.create_task(blocker(), name="blocker"), asyncio.create_task(computer(), name="computer")]
    await asyncio.gather(*tasks)
    tell()
asyncio.run(main())
"""

HEARTBEAT = """
import asyncio
async def heart():
    start = now()
    await asyncio.sleep(0.03)
    note("heart", "waiting", start, start + 0.03)
    note("heart", "ready", start + 0.03, now())
async def main():
    beat = asyncio.create_task(heart(), name="heart")
    await asyncio.sleep(0.01)
    time.sleep(0.1)
    await beat
    tell()
asyncio.run(main())
"""

# One step after another holds the loop; the first also cancels, so that it is not known yet how that is taken.
NEVER_IDLE = """
import asyncio
async def beats():
    await asyncio.sleep(0.04)
async def sleeps():
    await asyncio.sleep(0)
    await asyncio.sleep(9)
async def forever():
    await asyncio.sleep(0)
    await asyncio.get_running_loop().create_future()
async def gathers():
    await asyncio.sleep(0)
    await asyncio.gather(asyncio.sleep(8))
async def holds():
    time.sleep(0.07)
def task(coroutine):
    made = asyncio.ensure_future(coroutine)
    made.set_name(coroutine.__name__)
    return made
async def main():
    beating, *tasks = [task(coroutine()) for coroutine in (beats, sleeps, forever, gathers)]
    await asyncio.sleep(0)
    time.sleep(0.07)
    await asyncio.sleep(0)
    time.sleep(0.07)
    for each in tasks: each.cancel()
    time.sleep(0.02)
    holding = task(holds())
    await asyncio.sleep(0)
    await asyncio.gather(beating, holding, *tasks, return_exceptions=True)
asyncio.run(main())
"""
SUSPENDED = {
    "beats": "await asyncio.sleep(0.04)",
    "sleeps": "await asyncio.sleep(9)",
    "forever": "create_future()",
    "gathers": "await asyncio.gather(asyncio.sleep(8))",
}

ENDS = """
import asyncio, gc
async def returns():
    await asyncio.sleep(0)
async def raises():
    await asyncio.sleep(0)
    raise ValueError
async def sleeps():
    await asyncio.sleep(9)
async def swallows():
    try:
        await asyncio.sleep(9)
    except asyncio.CancelledError:
        pass
async def forever():
    await asyncio.get_running_loop().create_future()
def task(coroutine, name):
    return asyncio.create_task(coroutine, name=name)
async def main():
    kept = [task(returns(), "returned"), task(raises(), "raised"), task(sleeps(), "cancelled"), task(swallows(), "swallowed")]
    task(raises(), "dropped raised")
    await asyncio.sleep(0.01)
    kept[2].cancel(), kept[3].cancel()
    await asyncio.gather(*kept, return_exceptions=True)
    task(returns(), "dropped returned")
    task(forever(), "destroyed")
    await asyncio.sleep(0.01)
    gc.collect()
    kept.append(task(forever(), "at exit"))
    later = task(returns(), "cancelled twice")
    asyncio.get_running_loop().call_later(0.02, later.cancel)
    await asyncio.sleep(0.03)
asyncio.run(main())
"""

LEFT = """
import asyncio

async def ticks():
    try:
        while True:
            yield 1
    finally:
        await asyncio.sleep(0.01)

async def main():
    async for tick in ticks():
        break
    await asyncio.sleep(0.05)

asyncio.run(main())
"""

FAMILY = """
import asyncio
async def leaf():
    await asyncio.sleep(0.001)
async def branch():
    await asyncio.gather(leaf(), leaf())
async def renamed():
    await asyncio.sleep(0.001)
    asyncio.current_task().set_name("new name")
async def renamed_at_the_end():
    asyncio.current_task().set_name("last name")
def callback():
    asyncio.ensure_future(leaf()).set_name("by a callback")
async def main():
    asyncio.current_task().set_name("root")
    group = [asyncio.create_task(branch(), name="branch"), asyncio.create_task(renamed(), name="old name")]
    group.append(asyncio.create_task(renamed_at_the_end(), name="first name"))
    asyncio.get_running_loop().call_soon(callback)
    await asyncio.wait(group)
    if hasattr(asyncio, "TaskGroup"):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(leaf(), name="of the group")
    await asyncio.wait_for(leaf(), 1)
    odd = asyncio.create_task(leaf())
    odd.set_name("\\ud800 <b>\\x1b[31m " + "long" * 100)
    await odd
asyncio.run(main())
"""

LOOPS = """
import asyncio
async def work(name):
    asyncio.current_task().set_name(name)
    for _ in range(3):
        start = now()
        await asyncio.sleep(0.01)
        note(name, "waiting", start, start + 0.01)
        start = now()
        time.sleep(0.005)
        note(name, "blocked", start, now())
for number in range(3):
    asyncio.run(work(f"after another {number}"))
barrier = threading.Barrier(3)  # else one could have ended before the next begins
def at_once(number):
    barrier.wait()
    asyncio.run(work(f"at once {number}"))
threads = [threading.Thread(target=at_once, args=(number,)) for number in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
loop = asyncio.new_event_loop()  # made here, run elsewhere
thread = threading.Thread(target=loop.run_forever)
thread.start()
asyncio.run_coroutine_threadsafe(work("from elsewhere"), loop).result()
loop.call_soon_threadsafe(loop.stop)
thread.join()
loop.close()
loop = asyncio.new_event_loop()  # run more than once
try:
    loop.run_until_complete(work("first run"))
    time.sleep(0.05)
    loop.run_until_complete(work("second run"))
finally:
    loop.close()
tell()
"""

STOPPED = """
import asyncio
async def stops():
    await asyncio.sleep(0.001)
    asyncio.get_running_loop().stop()
async def never():
    await asyncio.sleep(99)
loop = asyncio.new_event_loop()
one, other = loop.create_task(stops()), loop.create_task(never())
one.set_name("stops"), other.set_name("never")
loop.run_forever()
time.sleep(0.1)
loop.close()
time.sleep(0.1)
"""

CUSTOM = """
import asyncio, selectors
class Loop(asyncio.SelectorEventLoop):
    def call_soon(self, callback, *args, context=None):
        return super().call_soon(callback, *args, context=context)
class Virtual(asyncio.SelectorEventLoop):
    def time(self):
        return super().time() + 1000
class Task(asyncio.Task):
    def done(self):
        print("asked")
        return super().done()
    def get_name(self):
        raise AttributeError("asked")
finished = []
async def work():
    await asyncio.sleep(0.01)
    time.sleep(0.02)
    await asyncio.sleep(0.01)
    finished.append(1)
def factory(loop, coroutine, **options):
    return Task(coroutine, loop=loop, **options)
def run(loop, name, factory=None):
    loop.set_task_factory(factory)
    async def main():
        tasks = [asyncio.ensure_future(work()) for _ in range(2)]
        for task in tasks:
            task.set_name(name)
        while len(finished) < 2:
            await asyncio.sleep(0.02)
    finished.clear()
    loop.run_until_complete(main())
    loop.close()
run(Loop(), "subclass")
run(Virtual(), "virtual")
run(Loop(), "task class", factory)
run(Loop(), "python task", lambda loop, coroutine, **options: asyncio.tasks._PyTask(coroutine, loop=loop, **options))
"""

# nest_asyncio runs a loop from within a step of it like this.
NESTED = """
import asyncio
from asyncio import events
def run_nested(loop, coroutine, told):
    task = loop.create_task(coroutine)
    task.set_name("inner")
    current = asyncio.current_task(loop)
    asyncio.tasks._leave_task(loop, current)
    if told:
        events._set_running_loop(loop)
    while not task.done():
        loop._run_once()
    if told:
        events._set_running_loop(loop)
    asyncio.tasks._enter_task(loop, current)
    return task.result()
async def inner():
    start = now()
    await asyncio.sleep(0.02)
    note("inner", "waiting", start, start + 0.02)
    start = now()
    time.sleep(0.02)
    note("inner", "blocked", start, now())
async def outer(told):
    start = now()
    time.sleep(0.02)
    note("outer", "blocked", start, now())
    run_nested(asyncio.get_running_loop(), inner(), told)
    start = now()
    time.sleep(0.05)
    if told:
        note("outer", "blocked", start, now())
    start = now()
    await asyncio.sleep(0.02)
    note("outer", "waiting", start, start + 0.02)
async def main():
    asyncio.current_task().set_name("outer")
    await outer("TOLD" in sys.argv[0] or TOLD)
    tell()
asyncio.run(main())
"""

REPLACED = """
import asyncio, collections
async def main():
    asyncio.current_task().set_name("main")
    await asyncio.sleep(0.02)
    loop = asyncio.get_running_loop()
    loop._ready = collections.deque(loop._ready)
    for _ in range(100):
        await asyncio.sleep(0.0005)
    print("unaffected", type(loop._ready))
asyncio.run(main())
print("after", type(asyncio.new_event_loop()._ready).__name__)
"""

FORK = """
import asyncio
async def work(name):
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    task.set_name(name)
    await asyncio.sleep(0.01)
    if name == "parent":
        child = os.fork()
        if child == 0:
            task.set_name("child")
            loop.create_task(asyncio.sleep(0)).set_name("of the child")
            for _ in range(50 if sys.version_info < (3, 14) else 0):  # since then a loop does not run on in a child
                await asyncio.sleep(0)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("child:", status)
    await asyncio.sleep(0.01)
asyncio.run(work("parent"))
child = os.fork()
if child == 0:
    asyncio.run(work("other child"))
    os._exit(0)
print("child:", os.waitpid(child, 0)[1])
"""

FLOOD = """
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    seen = 0
    done = asyncio.Event()
    def count():
        nonlocal seen
        seen += 1
        if seen == 4 * 5000:
            done.set()
    def flood():
        for _ in range(5000):
            loop.call_soon_threadsafe(count)
    async def ticks():
        while not done.is_set():
            await asyncio.sleep(0.001)
    beat = asyncio.create_task(ticks(), name="ticks")
    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads: thread.start()
    await done.wait()
    await beat
    for thread in threads: thread.join()
    print(seen)
sys.setswitchinterval(1e-5)
asyncio.run(main())
"""

EAGER = """
import asyncio
async def at_once():
    return 1
async def later():
    await asyncio.sleep(0.02)
async def inner():
    await asyncio.sleep(0.01)
async def outer():
    await asyncio.create_task(inner(), name="inner")
async def yields():
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    asyncio.current_task().set_name("main")
    await asyncio.sleep(0.01)
    start = now()
    tasks = [asyncio.create_task(each(), name=each.__name__) for each in (at_once, later, outer, yields)]
    note("later", "waiting", start, start + 0.02)
    await asyncio.gather(*tasks)
    tell()
asyncio.run(main())
"""

# A signal handler that raises an error at any moment, also in the midst of the tracer.
# Late is of every kind that our own code expects; where ASKED, the stack is asked for all the time.
SIGNALS = """
import asyncio, signal
class Late(TimeoutError, KeyError, IndexError, ValueError): pass
calls = caught = 0
armed = False
def handler(*_):
    global armed, calls
    if armed:
        armed = False
        calls += 1
        raise Late
async def work():
    global armed, caught
    while True:
        try:
            await asyncio.sleep(0)
            armed = True
        except Late:
            caught += 1
def report(loop, context):
    global caught
    caught += isinstance(context.get("exception"), Late)
signal.signal(signal.SIGALRM, handler)
loop = asyncio.new_event_loop()
loop.set_exception_handler(report)
tasks = []
def ask():
    while calls < 60:
        os.kill(os.getpid(), signal.SIGURG)
        time.sleep(0.0001)
if ASKED:
    threading.Thread(target=ask, daemon=True).start()
signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
until = now() + 15
while calls < 60 and now() < until:
    try:
        tasks += [loop.create_task(work()) for _ in range(5)]  # some steps are lost, as they are without us
        loop.call_later(0.1, loop.stop)
        loop._thread_id = asyncio._set_running_loop(None)  # an error may have come just then
        try:
            loop.run_forever()
        finally:
            armed = False
    except Late:
        caught += 1
signal.setitimer(signal.ITIMER_REAL, 0)
caught += sum(task.done() and isinstance(task.exception(), Late) for task in tasks)
print("all caught:", caught >= 0.9 * calls > 20)
"""

MEDDLING = """
import asyncio
async def work(name):
    asyncio.current_task().set_name(name)
    for _ in range(5):
        await asyncio.sleep(0.002)
async def main():
    ready = asyncio.get_running_loop()._ready
    works = [asyncio.ensure_future(work(f"work {n}")) for n in range(4)]
    await asyncio.sleep(0.003)
    for _ in range(5):
        handle = asyncio.get_running_loop().call_soon(print, "never")
        ready.remove(handle)
        asyncio.get_running_loop().call_soon(print, "first")
        ready.rotate()
        ready.appendleft(asyncio.Handle(print, ("put in front",), asyncio.get_running_loop()))
        await asyncio.sleep(0.002)
    await asyncio.gather(*works)
asyncio.run(main())
"""

MANY_STEPS = """
import asyncio
async def work():
    for _ in range(1000):
        await asyncio.sleep(0)
async def main():
    await asyncio.gather(*(work() for _ in range(1000)))
asyncio.run(main())
"""

# Takes all but the last places for events, so that there are soon none left.
OVERFLOW = """
import asyncio
async def work():
    for _ in range(100):
        await asyncio.sleep(0)
async def main():
    asyncio.current_task().set_name("main")
    await asyncio.sleep(0.02)
    place = asyncio.get_running_loop()._ready.library.recorder.places.__next__
    while place() < EVENTS - 1000: pass
    await asyncio.gather(*(work() for _ in range(100)))
    await asyncio.sleep(0.05)
    print("done")
asyncio.run(main())
"""


def line_of(script: str, text: str) -> int:
    """The line in the file on which this text stands first."""
    source = TRUTH + globals()[script]
    return source[: source.index(text)].count("\n") + 1


# As uvloop's: not built on BaseEventLoop, though asyncio knows that it runs. It tells of whatever it is asked.
FOREIGN = """
import asyncio
class Loop(asyncio.AbstractEventLoop):
    def __init__(self): self.__dict__["queue"] = []
    def __getattribute__(self, name):
        if name not in KNOWN: print("asked for", name)
        return object.__getattribute__(self, name)
    def get_debug(self): return False
    def is_running(self): return True
    def time(self): return now()
    def create_future(self): return asyncio.Future(loop=self)
    def create_task(self, coroutine, **more): return asyncio.Task(coroutine, loop=self, **more)
    def call_soon(self, callback, *args, context=None):
        handle = asyncio.Handle(callback, args, self, context)
        self.queue.append(handle)
        return handle
    def run(self, coroutine):
        task = self.create_task(coroutine)
        asyncio._set_running_loop(self)
        try:
            while not task.done(): self.queue.pop(0)._run()
        finally: asyncio._set_running_loop(None)
KNOWN = {"queue", "__dict__", "__class__", "_timer_handle_cancelled", *vars(Loop)} - {"__getattribute__"}
async def child(): await asyncio.sleep(0)
async def main():
    if EAGER and hasattr(asyncio, "eager_task_factory"):
        await asyncio.Task(child(), loop=asyncio.get_running_loop(), eager_start=True)
    await asyncio.gather(child(), child())
    print("end of", type(asyncio.get_running_loop()).__name__)
Loop().run(main())
"""

# While another thread puts something in, tasks are made, and the loop is left and entered again.
MADE_IN_A_FLOOD = """
import asyncio
async def nothing():
    pass
def flood():
    while not done:
        loop.call_soon_threadsafe(int)
        time.sleep(0.00001)  # else it need not let the loop have a turn
async def makes():
    for _ in range(100):
        asyncio.ensure_future(nothing())
    await asyncio.sleep(0)
loop = asyncio.new_event_loop()
sys.setswitchinterval(1e-6)
done = False
thread = threading.Thread(target=flood)
thread.start()
for _ in range(100):
    loop.run_until_complete(makes())
done = True
thread.join()
loop.close()
print("done")
"""
