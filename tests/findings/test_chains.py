"""What of a script's code could overlap: pure, each on a fabricated recording in which every sleep was waited for."""

import pytest

from asyncdemo.findings import find
from tests.findings.fabricated import MAIN, Row, run

FETCH = "async def fetch(name):\n    await asyncio.sleep(0.2)\n    return name\n"


def found(code: str) -> bool:
    """True if waits that come one after another, at each line with a sleep in turn, three times, make a finding."""
    source = f"import asyncio\n{code}\nasyncio.run(main())\n"
    lines = [number for number, line in enumerate(source.splitlines(), 1) if "sleep(" in line or "# wait" in line]
    rows: list[Row] = []
    for at in range(3 * len(lines)):
        rows.append((1, "waiting", at * 0.3, at * 0.3 + 0.2, lines[at % len(lines)]))
    main = MAIN._replace(ended=9.0, line=source[: source.index("async def main(")].count("\n") + 1)
    return "sequential-awaits" in [each.rule for each in find(run([main], rows, source=source))]


def calls(body: str, before: str = FETCH) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{before}\nasync def main():\n{lines}"


@pytest.mark.parametrize(
    "body",
    [
        'a = await fetch("a")\nb = await fetch("b")\nprint(a, b)',
        'await fetch("a")\nawait fetch("b")',
        "for name in 'abc':\n    print(await fetch(name))",
        "results = {}\nfor name in 'abc':\n    results[name] = await fetch(name)",
        "results = []\nfor name in 'abc':\n    results.append(await fetch(name))",
        "return [await fetch(name) for name in 'abc']",
        "for name in 'abc':\n    text = await fetch(name)\n    if text:\n        print(text)",
        "for name in 'abc':\n    await asyncio.create_task(fetch(name))",
        "for name in 'abc':\n    await asyncio.wait_for(fetch(name), 1)",
        "for name in 'abc':\n    try:\n        print(await fetch(name))\n    except OSError as error:\n        print(error)",
    ],
)
def test_each_of_many(body: str) -> None:
    assert found(calls(body))


@pytest.mark.parametrize(
    "url", ["await client.get(name)  # wait", "await session.request(name)  # wait", "await httpx.get(name)  # wait"]
)
def test_a_library_that_can_do_many_at_once(url: str) -> None:
    assert found(
        f"import httpx\nasync def main():\n    client = session = X()\n    for name in 'abc':\n        {url}\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "for attempt in range(3):\n    try:\n        return await fetch(attempt)\n    except OSError:\n        print('again')",
        "for mirror in 'abc':\n    answer = await fetch(mirror)\n    if answer:\n        break",
        "for mirror in 'abc':\n    if await fetch(mirror):\n        return mirror",
        "while True:\n    if await fetch(1):\n        break",
        "ready = False\nwhile not ready:\n    ready = await fetch(1)",
        "for _ in range(3):\n    await fetch(1)",
        "token = None\nfor page in range(3):\n    token = await fetch((page, token))",
        "state = 'start'\nfor n in range(3):\n    state = step(state, await fetch((n, state)))",
        "page = await fetch(1)\ntoken = page['next']\nmore = token + 1\nawait fetch(more)",
        "if await fetch('exists'):\n    await fetch('it')",
        "found = await fetch('exists')\nif not found:\n    return\nawait fetch('it')",
        "try:\n    await fetch('lock')\nexcept OSError:\n    return\nawait fetch('it')",
        "try:\n    await fetch('lock')\nexcept OSError:\n    print('no')\nelse:\n    await fetch('it')",
        "ok = await fetch('a') and await fetch('b')",
        "lock = asyncio.Lock()\nfor name in 'abc':\n    async with lock:\n        await fetch(name)",
        "db = connect()\nfor name in 'abc':\n    async with db.transaction():\n        await fetch(name)",
        "steps = [fetch, fetch]\nfor step in steps:\n    await step(1)  # wait",
        "print(3)\nawait asyncio.sleep(0.1)\nprint(2)\nawait asyncio.sleep(0.1)\nprint(1)",
        "async for name in names():\n    await fetch(name)",
    ],
)
def test_the_next_needs_the_one_before(body: str) -> None:
    assert not found(calls(body))


RETRY = """\
async def retry(coro, times):
    for n in range(times):
        try:
            return await asyncio.wait_for(coro(n), 1)  # wait
        except TimeoutError:
            print("again")
"""


@pytest.mark.parametrize(
    "code",
    [
        calls("async for page in Pages():\n    print(page)",
              "class Pages:\n    def __aiter__(self): return self\n    async def __anext__(self):\n        await asyncio.sleep(0.1)\n"),
        calls("async for page in pages():\n    print(page)",
              "async def pages():\n    for n in range(3):\n        await asyncio.sleep(0.1 * n)\n        yield n\n"),
        calls("async with Room():\n    pass",
              "class Room:\n    async def __aenter__(self):\n        await asyncio.sleep(0.1)\n"
              "    async def __aexit__(self, *error):\n        await asyncio.sleep(0.1)\n"),
        calls("async with room():  # wait\n    pass",
              "@asynccontextmanager\nasync def room():\n    await asyncio.sleep(0.1)\n    yield\n    await asyncio.sleep(0.1)\n"),
        calls("await retry(fetch, 3)", RETRY + FETCH),
        calls("await retry(lambda n: fetch(n), 3)", RETRY + FETCH),
        calls("for n in range(3):\n    await fetch(n)", "@retried\n" + FETCH),
        calls("await fetch(3)", "async def fetch(n):\n    await asyncio.sleep(0.1)\n    if n:\n        await fetch(n - 1)\n"),
        calls("await even(3)", "async def even(n):\n    await asyncio.sleep(0.1)\n    if n: await odd(n - 1)\n"
              "async def odd(n):\n    await asyncio.sleep(0.1)\n    if n: await even(n - 1)\n"),
        calls("conn = Conn()\nfor q in 'abc':\n    await conn.fetch(q)",
              "class Conn:\n    async def fetch(self, q):\n        await asyncio.sleep(0.1)\n"),
        calls("api = Api()\nawait api.read(1)\nawait api.save(2)",
              "class Api:\n    async def read(self, q):\n        await asyncio.sleep(0.1)\n"
              "    async def save(self, q):\n        await asyncio.sleep(0.1)\n"),
        calls("for n in range(3):\n    await machine.go(n)",
              "class Machine:\n    async def go(self, n):\n        await asyncio.sleep(0.1)\n        self.state = n\n"),
        calls("for n in range(3):\n    await fetch(n)",
              "async def fetch(n):\n    global state\n    await asyncio.sleep(0.1)\n    state = n\n"),
        calls("while more():\n    await outer()", FETCH + "async def outer():\n    await fetch(1)\n    await fetch(2)\n"),
        calls("reader, writer = await asyncio.open_connection()\nfor line in 'abc':\n    writer.write(line)\n"
              "    await writer.drain()  # wait\n    await reader.readline()  # wait\n"),
        calls("for sql in 'abc':\n    await cursor.execute(sql)  # wait\n    await cursor.fetchone()  # wait\n"),
        calls("for text in 'abc':\n    await ws.send(text)  # wait\n    await ws.recv()  # wait\n"),
    ],
)  # fmt: skip
def test_what_calls_it_has_its_order(code: str) -> None:
    assert not found(code)
