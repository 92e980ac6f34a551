"""Scripts that hold their event loop in every way and write down when and how, and what the timeline makes of it.

Each begins with conftest.TRUTH. The figures are printed by tests/benchmarks/bench_truth.py.
"""

from collections import Counter
from collections.abc import Sequence

from asyncdemo.model.spans import Span
from tests.tracing.conftest import TRUTH, Note, Observed

STEPS = 120  # of each of both kinds, of 25 ms

HELD = f"""
import asyncio
async def blocks():
    for _ in range({STEPS}):
        await asyncio.sleep(0.001)
        start = now()
        time.sleep(0.025)
        note("blocks", "blocked", start, now())
async def computes():
    for _ in range({STEPS}):
        await asyncio.sleep(0.001)
        start, used = now(), time.thread_time() + 0.025
        while time.thread_time() < used:
            sum(range(500))
        note("computes", "running", start, now())
async def main():
    await asyncio.gather(asyncio.create_task(blocks(), name="blocks"), asyncio.create_task(computes(), name="computes"))
    tell()
asyncio.run(main())
"""

# Timers that are due while the loop is held, and others that are not.
BEATS = """
import asyncio
async def beats():
    for _ in range(60):
        start = now()
        await asyncio.sleep(0.01)
        woken = now()
        note("beats", "waiting", start, start + 0.01)
        if woken - start > 0.02:
            note("beats", "ready", start + 0.01, woken)
async def main():
    task = asyncio.create_task(beats(), name="beats")
    while not task.done():
        await asyncio.sleep(0.025)
        time.sleep(0.03)
    tell()
asyncio.run(main())
"""

# What holds the loop: each in a line of its own, that ends with the comment of its name.
LINES = """
import asyncio, hashlib, os, re, socket, subprocess, tempfile, threading
def by_sleep():
    time.sleep(0.06)  # sleep
def by_socket():
    one, other = socket.socketpair()
    threading.Timer(0.06, other.send, [b"late"]).start()
    one.recv(4)  # socket
def by_lock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire(timeout=0.06)  # lock
def by_file():
    path = os.path.join(tempfile.mkdtemp(), "fifo")
    os.mkfifo(path)
    threading.Timer(0.06, lambda: open(path, "w").close()).start()
    open(path).close()  # file
def by_subprocess():
    subprocess.run(["sleep", "0.06"])  # subprocess
def by_C_code():
    re.match("(a?){22}a{22}", "a" * 22)  # C code
def by_C_code_that_lets_others_run():
    hashlib.pbkdf2_hmac("sha256", b"", b"", 400_000)  # C code that lets others run
def by_Python():
    until = now() + 0.06
    while now() < until: pass  # Python
def by_a_library():
    subprocess.list2cmdline(["x" * 2_000_000])  # a library
async def hold():
    for name, call in sorted(globals().items()):
        if name.startswith("by_"):
            asyncio.current_task().set_name(name)
            for _ in range(5):
                await asyncio.sleep(0.001)
                start = now()
                call()
                note(name[3:].replace("_", " "), "held", start, now())
async def main():
    task = asyncio.create_task(hold())
    await task
    tell()
asyncio.run(main())
"""


def nearest(note: Note, spans: Sequence[Span]) -> Span | None:
    """The span that has most of its time in common with what the script says; None where none has any."""

    def common(span: Span) -> float:
        return min(span.end, note.end) - max(span.start, note.start)

    best = max(spans, key=common, default=None)
    return best if best is not None and common(best) > 0 else None


def states(seen: Observed) -> tuple[Counter[str], list[float]]:
    """How often the state of a held loop is right, wrong or left out; by how much each start and end is wrong."""
    verdicts, errors = Counter[str](), list[float]()
    for note in seen.notes:
        span = nearest(note, seen.spans(note.name, "blocked", "running"))
        verdicts["left out" if span is None else "right" if span.state == note.state else "wrong"] += 1
        if span is not None:
            errors += [abs(span.start - note.start), abs(span.end - note.end)]
    return verdicts, errors


def beats(seen: Observed) -> Counter[str]:
    """How often the time in which a timer was overdue is told as ready."""
    verdicts = Counter[str]()
    for note in seen.notes:
        span = nearest(note, seen.spans(note.name))
        verdicts["left out" if span is None else "right" if span.state == note.state else "wrong"] += 1
    return verdicts


def lines(seen: Observed) -> dict[str, Counter[str]]:
    """For each way to hold the loop, how often the line is right, another one or left out."""
    source = (TRUTH + LINES).split("\n")
    at = {line.partition("  # ")[2]: number for number, line in enumerate(source, 1) if "  # " in line}
    (held,) = [task for task in seen.timeline.tasks if task.coroutine == "hold"]
    verdicts = {note.name: Counter[str]() for note in seen.notes}
    for note in seen.notes:
        span = nearest(note, seen.spans(held, "blocked", "running"))
        line = None if span is None else span.line
        verdicts[note.name]["left out" if line is None else "right" if line == at[note.name] else f"at {line}"] += 1
    return verdicts
