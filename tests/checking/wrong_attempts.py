"""What people try first: replacements in the start of an exercise, and what they are told then."""

from collections.abc import Mapping
from typing import NamedTuple

_SHIP_ALL = "    for order in ORDERS:\n        asyncio.create_task(ship(order))\n"
_SHIP = "        asyncio.create_task(ship(order))\n"
_DONE = "            letters.task_done()\n"
_COUNT = "    global inside, most  # given\n"
_GATHERED = "await asyncio.gather(*[bake(each) for each in range(9)])"
_BAKE = f"    pizzas = {_GATHERED}\n"
_JOIN = "    await letters.join()  # given\n"
_OVER = '    print(f"the shift is over, {letters.qsize()} letters are left")\n'
_GET = "        address = await letters.get()\n"
_GATHER = "asyncio.gather(*map(ask, STATIONS))"


class Wrong(NamedTuple):
    """Texts of the start with what they become, and what is said of the attempt, in one line."""

    changes: Mapping[str, str]
    said: tuple[str, ...]


WRONG: dict[str, tuple[Wrong, ...]] = {
    "silent-oven": (
        Wrong(
            {"    heat_oven()": "    asyncio.create_task(heat_oven())"},
            ("+ the rye bread goes in the oven is on - the oven is hot",),
        ),
        Wrong(
            {"    heat_oven()": "    asyncio.run(heat_oven())"},
            ("line 20: nested-run", "RuntimeError: asyncio.run() cannot be called from a running event loop"),
        ),
        Wrong(
            {"    heat_oven()": "    print(heat_oven())"}, ("line 20: never-awaited", "+ <coroutine object heat_oven")
        ),
    ),
    "always-open": (
        Wrong({"if is_open(shop):": "if is_open(shop) is True:"}, ("never-awaited", "- kiosk: open")),
        Wrong({"if is_open(shop):": "if asyncio.create_task(is_open(shop)):"}, ("- bakery: closed",)),
        Wrong({"async def is_open": "def is_open"}, ("SyntaxError: 'await' outside async function",)),
    ),
    "slow-breakfast": (
        Wrong({"await make(": "await asyncio.create_task(make("}, ("its exit status was 1", "SyntaxError")),
        Wrong(
            {
                'coffee = await make("coffee", COFFEE)': 'coffee = asyncio.create_task(make("coffee", COFFEE))',
                'eggs = await make("eggs", EGGS)': 'eggs = asyncio.create_task(make("eggs", EGGS))',
                'toast = await make("toast", TOAST)': 'toast = asyncio.create_task(make("toast", TOAST))',
            },
            ("cancelled-at-exit", "- breakfast: coffee, eggs, toast"),
        ),
        Wrong({"0.2, 0.3, 0.1": "0.02, 0.03, 0.01"}, ("it does not print what is asked for",)),
    ),
    "one-van-at-a-time": (
        Wrong({"        await van\n": ""}, ("cancelled-at-exit", "- books: delivered")),
        Wrong({"        await van\n": "        await asyncio.sleep(0.15)\n"}, ("it does not print what is asked for",)),
        Wrong(
            {"        van = asyncio.create_task(deliver(parcel))\n        await van": "        await deliver(parcel)"},
            ("line 9: sequential-awaits", "- books: delivered"),
        ),
        Wrong({"        await van\n": "    await van\n"}, ("cancelled-at-exit", "- shoes: delivered")),
        Wrong({"        await van\n": "    await asyncio.sleep(0.2)\n"}, ("cancelled-at-exit", "- books: delivered")),
    ),
    "photo-finish": (
        Wrong(
            {"await asyncio.gather(*runners)": "asyncio.as_completed(runners)"}, ("never-awaited", "- place 1: Cleo")
        ),
        Wrong(
            {"await asyncio.gather(*runners)": "sorted(MINUTES, key=MINUTES.get)"}, ("never-awaited", "Cleo crosses")
        ),
        Wrong(
            {"await asyncio.gather(*runners):\n": "runners:\n        name = await name\n"},
            ("+ place 1: Ada",),
        ),
    ),
    "frozen-dashboard": (
        Wrong({"    time.sleep(0.2)": "    asyncio.sleep(0.2)"}, ("line 10: never-awaited: sleep()",)),
        Wrong({"    time.sleep(0.2)": "    await time.sleep(0.2)"}, ("TypeError", "blocking-call")),
        Wrong({"time.sleep(0.2)": "time.sleep(0.02)"}, ("+ weather: there news: loading",)),
        Wrong({"time.sleep(0.2)": "await asyncio.sleep(0)"}, ("the task asks for 0.2 to 0.7 of that",)),
        Wrong(
            {"    time.sleep(0.2)": "    await asyncio.sleep(0)\n    time.sleep(0.02)"},
            ("the task asks for 0.2 to 0.7 of that",),
        ),
    ),
    "the-old-library": (
        Wrong(
            {"shrink(photo)\n    return": "await asyncio.to_thread(shrink(photo))\n    return"},
            ("blocking-call", "TypeError"),
        ),
        Wrong(
            {
                "def shrink": "async def shrink",
                "    time.sleep": "    await asyncio.sleep",
                "= shrink(": "= await shrink(",
            },
            ("this line is marked # given and must stay: def shrink(photo):",),
        ),
        Wrong({"= shrink(photo)": "= asyncio.to_thread(shrink, photo)"}, ("never-awaited", "TypeError")),
    ),
    "the-wrong-queue": (
        Wrong({"= queue.Queue()": "= asyncio.Queue()"}, ("TypeError: Queue.get() got an unexpected keyword argument",)),
        Wrong(
            {"= queue.Queue()": "= asyncio.Queue()", "orders.get(timeout=0.3)": "orders.get()"},
            ("never-awaited", "+ made: <coroutine object Queue.get"),
        ),
        Wrong({"timeout=0.3": "timeout=0.9"}, ("blocking-call", "its exit status was 1: _queue.Empty")),
    ),
    "the-missing-book": (
        Wrong(
            {
                _SHIP: "        try:\n            asyncio.create_task(ship(order))\n"
                "        except LookupError as error:\n            print(order, error)\n"
            },
            ("exception-never-retrieved", "- book: not shipped, out of stock"),
        ),
        Wrong(
            {_SHIP_ALL: "    await asyncio.gather(*map(ship, ORDERS))\n"},
            ("its exit status was 1: LookupError: out of stock",),
        ),
        Wrong(
            {_SHIP_ALL: ("    await asyncio.gather(*map(ship, ORDERS), return_exceptions=True)\n")},
            ("- book: not shipped, out of stock + all orders are shipped",),
        ),
    ),
    "the-last-page": (
        Wrong(
            {"    saving.cancel()\n": "    saving.cancel()\n    await saving\n"},
            ("its exit status was 1", "CancelledError"),
        ),
        Wrong({"await save(7)": "await asyncio.shield(save(7))"}, ("- page 7 is saved",)),
        Wrong(
            {"    saving.cancel()\n": "    saving.cancel()\n    await asyncio.sleep(0.9)\n"},
            ("the task asks for under 6 of that",),
        ),
        Wrong({"    saving.cancel()\n": "    saving.cancel()\n    await asyncio.sleep(0.2)\n"}, ("- page 7 is saved",)),
    ),
    "the-stubborn-thermometer": (
        Wrong({"except:": "except BaseException:"}, ("swallowed-cancellation: measure was cancelled here",)),
        Wrong({'            print("trouble': '            return print("trouble'}, ("- 24 degrees",)),
        Wrong({"except:": "except asyncio.CancelledError:"}, ("it does not print what is asked for",)),
    ),
    "patience": (
        Wrong(
            {_GATHER: f"asyncio.wait_for({_GATHER}, 0.4)"},
            ("its exit status was 1: TimeoutError",),
        ),
        Wrong({"await fetch(station)": "await asyncio.wait_for(fetch(station), 0.4)"}, ("TimeoutError",)),
        Wrong({"1.4": "0.4"}, ("- Rome: no answer",)),
    ),
    "two-errors-at-once": (
        Wrong({"except ConnectionError as error": "except Exception as error"}, ("+ failed: unhandled errors",)),
        Wrong({"except ConnectionError as error": "except* ConnectionError as error"}, ("+ failed: unhandled errors",)),
        Wrong({"except ConnectionError as error": "except ExceptionGroup as error"}, ("- failed: films",)),
        Wrong(
            {
                "        raise ConnectionError(": "        print(",
                '{file}: the server hung up")\n': 'failed: {file}: the server hung up")\n        return\n',
            },
            ("+ maps: here",),
        ),
    ),
    "the-last-seat": (
        Wrong({"        seats -= 1\n": "        if seats > 0:\n            seats -= 1\n"}, ("- sold out",)),
        Wrong(
            {
                '        seats -= 1\n        print("sold a seat")\n': "        if seats > 0:\n            seats -= 1\n"
                '            print("sold a seat")\n        else:\n            print("sold out")\n'
            },
            ("+ paying",),
        ),
        Wrong({'    print("paying")  # given\n': ""}, ('must stay: print("paying")',)),
        Wrong(
            {"    if seats > 0:\n": "    async with asyncio.Lock():\n        pass\n    if seats > 0:\n"},
            ("+ seats left: -3",),
        ),
        Wrong({"seats = 2": "seats = 5"}, ("- sold out",)),
    ),
    "the-crowded-oven": (
        Wrong(
            {_COUNT: f"{_COUNT}    room = asyncio.Semaphore(3)\n    await room.acquire()\n"},
            ("+ 9 pizzas, at most 9 in the oven",),
        ),
        Wrong(
            {_GATHERED: "[await bake(each) for each in range(9)]"},
            ("+ 9 pizzas, at most 1 in the oven",),
        ),
        Wrong(
            {"max(most, inside)  # given": "min(3, inside)"},
            ("this line is marked # given and must stay: most = max(most, inside)",),
        ),
        Wrong(
            {
                _BAKE: "    pizzas = await asyncio.gather(*map(bake, range(3)))\n    for each in range(6):\n"
                "        pizzas.append(await bake(each))\n"
            },
            ("the task asks for under 3.5 of that",),
        ),
    ),
    "the-endless-shift": (
        Wrong({_JOIN: ""}, ("it does not print what is asked for", "- to Rome")),
        Wrong({_JOIN: "    await asyncio.sleep(0.3)\n"}, ("must stay: await letters.join()",)),
        Wrong(
            {_JOIN: _OVER + _JOIN, _JOIN + _OVER: _JOIN, "            continue": _DONE + "            continue"},
            ("+ the shift is over, 4 letters are left",),
        ),
        Wrong({"            continue\n": "            return\n"}, ("deadlock",)),
        Wrong(
            {
                _GET: f"{_GET}        letters.task_done()\n",
            },
            ("ValueError: task_done() called too many times",),
        ),
    ),
    "the-two-accounts": (
        Wrong({"        async with locks[payee]:\n": "        if True:\n"}, ("{'Ada':",)),
        Wrong({"locks[payee]:": "locks[payer]:"}, ("deadlock",)),
        Wrong({"0.05": "0.01"}, ("deadlock",)),
        Wrong(
            {
                "async with locks[payer]:": "if True:",
                "async with locks[payee]:": "if True:",
                "            await asyncio.sleep(0.04)  # given\n": "",
            },
            ("this line is marked # given and must stay: await asyncio.sleep(0.04)",),
        ),
    ),
    "the-open-line": (
        Wrong({"            break\n": "            break\n    await lines\n"}, ("TypeError",)),
        Wrong(
            {"            break\n": "            break\n    lines.aclose()\n"},
            ("unfinished-async-generator: headlines()",),
        ),
        Wrong({"            break\n": "            break\n    del lines\n"}, ("unfinished-async-generator",)),
        Wrong(
            {"            break\n": "            found = line\n", "    print(line)": "    print(found)"},
            ("+ heard art: a painting",),
        ),
    ),
    "your-own-loop": (
        Wrong({"while ready:": "while True:"}, ("- c 2",)),
        Wrong({"            ready.append(current)": "            ready.appendleft(current)"}, ("- b 1",)),
        Wrong({"StopIteration": "ValueError"}, ("StopIteration",)),
    ),
    "the-doorbell": (
        Wrong({"    bell.set()": "    loop.call_soon(bell.set)"}, ("line 9: unsafe-thread-call",)),
        Wrong({"    bell.set()": "    asyncio.run(bell.set())"}, ("welcome",)),
        Wrong({"bell.set()": "asyncio.run_coroutine_threadsafe(bell.set(), loop)"}, ("unsafe-thread-call",)),
    ),
}
