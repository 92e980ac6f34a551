"""Advice is put where it belongs: it compiles there, what it names exists, and the program that it makes is clean."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncdemo.findings import find
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import Reason
from tests.findings.examples import SCRIPTS, Example, examples
from tests.findings.fabricated import MAIN, PATH, Row, run, spans, task

_WHERE = re.compile(r"(?:import (?P<module>\w+) at the top, and )?(?:here: |line (?P<line>\d+): )?")
_KEPT = " (and keep the task)"


def is_code(advice: str) -> bool:
    """True if advice is Python and not words."""
    try:
        ast.parse(_code(advice))
    except SyntaxError:
        return _code(advice).startswith("return ")
    return True


def _code(advice: str) -> str:
    """Advice without what is to be done elsewhere, or where it is to be done."""
    return _WHERE.sub("", advice, count=1).removesuffix(_KEPT)


def put(source: str, finding: Finding) -> list[str]:
    """The program with the advice in place of each expression or statement of its line, as far as that compiles."""
    where = _WHERE.match(finding.advice)
    assert where is not None
    line = int(where["line"]) if where["line"] else finding.line
    code = _code(finding.advice)
    made = []
    for node in _parts(ast.parse(source), line):
        rows = source.encode().splitlines(keepends=True)
        before, after = rows[node.lineno - 1][: node.col_offset], rows[node.end_lineno - 1][node.end_col_offset :]
        rows[node.lineno - 1 : node.end_lineno] = [before + code.encode() + after]
        text = (b"import %s\n" % where["module"].encode() if where["module"] else b"") + b"".join(rows)
        try:
            compile(text, "script.py", "exec")
        except SyntaxError:
            continue
        made.append(text.decode())
    return made


def _parts(tree: ast.AST, line: int | None) -> Iterator[ast.expr | ast.stmt]:
    for node in ast.walk(tree):
        whole = isinstance(node, ast.Assign | ast.Return)
        if (isinstance(node, ast.expr) or whole) and node.lineno <= (line or 0) <= node.end_lineno:
            yield node


def never(source: str, name: str, line: int) -> Finding:
    """What is found where Python warns of a coroutine at a line."""
    (finding,) = find(
        run(source=source, stderr=f"{PATH}:{line}: RuntimeWarning: coroutine '{name}' was never awaited\n")
    )
    return finding


def blocking(source: str, line: int, coroutine: str = "job") -> str:
    """The advice about a blocking call at a line."""
    rows: list[Row] = [(3, "blocked", 0.1, 0.4, line)]
    (finding,) = find(run([MAIN, task(3, coroutine, 1)], rows, source=source))
    return finding.advice


COROUTINE = "import asyncio, functools\n\nasync def cell(a, b):\n    return [a, b]\n\nasync def main():\n    {}\n\nasyncio.run(main())\n"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("cell(1, 2)", "await cell(1, 2)"),
        ("kept = cell(1, b=2)", "await cell(1, b=2)"),
        ("print(len(str(cell(1, 2))))", "await cell(1, 2)"),
        ("print(await cell(2, 3).value)", "(await cell(2, 3)).value"),
        ("print(cell(2, 3)[0])", "(await cell(2, 3))[0]"),
        ("for each in cell(1, 2): print(each)", "await cell(1, 2)"),
        ("if cell(1, 2): pass", "await cell(1, 2)"),
        ("asyncio.get_running_loop().call_later(1, lambda: cell(1, 2))", "lambda: asyncio.create_task(cell(1, 2)) (and keep the task)"),
        ("await asyncio.get_running_loop().run_in_executor(None, cell, 1, 2)", "await cell(1, 2)"),
        ("await asyncio.to_thread(cell, 1, 2)", "await cell(1, 2)"),
        ("asyncio.get_running_loop().call_soon(cell, 1, 2)", "asyncio.create_task(cell(1, 2)) (and keep the task)"),
        ("asyncio.get_running_loop().call_later(1, cell, 1, 2)",
         "asyncio.get_running_loop().call_later(1, lambda: asyncio.create_task(cell(1, 2))) (and keep the task)"),
        ("asyncio.get_running_loop().call_later(1, functools.partial(cell, 1, 2))",
         "lambda: asyncio.create_task(cell(1, 2)) (and keep the task)"),
        ("await asyncio.to_thread(functools.partial(cell, 1, 2))", "await cell(1, 2)"),
        ("group.start_soon(cell(1, 2))", "group.start_soon(cell, 1, 2)"),
        ("handlers = [lambda: cell(1, 2)]", "await cell(1, 2) in a coroutine, or make a task of it there"),
        ("task = asyncio.current_task(); task.add_done_callback(cell)",
         "a done-callback is a plain function: await task, then await cell(task)"),
        ("asyncio.current_task().add_done_callback(cell)",
         "a done-callback is a plain function: await the task, then do what follows"),
    ],
)  # fmt: skip
def test_a_coroutine_that_was_never_awaited(code: str, advice: str) -> None:
    source = COROUTINE.format(code)
    if "group" in code:
        source = source.replace("async def main():", "async def main(group=None):")
    finding = never(source, "cell", 7)
    assert finding.advice == advice
    assert not is_code(advice) or put(source, finding)


def test_a_coroutine_of_a_library_s_function_that_the_line_does_not_name() -> None:
    source = COROUTINE.format('cache = Redis(); cache.set("a", 1)')
    assert never(source, "Redis.execute_command", 7).advice == 'await cache.set("a", 1)'


@pytest.mark.parametrize(
    ("source", "line", "advice"),
    [
        ("import asyncio\nasync def cell(): pass\ncell()\n", 3, "asyncio.run(cell())"),
        ("async def cell(): pass\ncell()\n", 2, "import asyncio at the top, and here: asyncio.run(cell())"),
        ("import trio\nasync def cell(n): pass\ncell(1)\n", 3, "trio.run(cell, 1)"),
        ("import asyncio\nasync def cell(): pass\ndef start():\n    return cell()\nasync def main():\n    start()\n", 4,
         "make start an async def, and await cell() in it"),
        ("import asyncio\nasync def cell(): pass\ncall = lambda: cell()\n", 3,
         "await cell() in a coroutine, or make a task of it there"),
        ("import asyncio\nasync def cell(): pass\nawait asyncio.sleep(0)\ncell()\n", 4, "await cell()"),  # a notebook
    ],
)  # fmt: skip
def test_where_no_coroutine_is(source: str, line: int, advice: str) -> None:
    assert never(source, "cell", line).advice == advice


@pytest.mark.parametrize(
    ("code", "line", "advice"),
    [
        ("async def main():\n    cells = [cell(n, 1) for n in range(3)]\n    print(cells)\n", 6,
         "await asyncio.gather(*[cell(n, 1) for n in range(3)])"),
        ("async def main():\n    print(sum(cell(n, 1) for n in range(3)))\n", 6,
         "(await asyncio.gather(*(cell(n, 1) for n in range(3))))"),
        ("async def main():\n    print(list(map(cell, [1, 2], [3, 4])))\n", 6,
         "await asyncio.gather(*map(cell, [1, 2], [3, 4]))"),
        ("async def main():\n    print({key: cell(key, 1) for key in 'ab'})\n", 6, "await cell(key, 1)"),
        ("async def main():\n    if (found := cell(1, 2)):\n        print(found)\n", 6, "await cell(1, 2)"),
        ("async def main():\n    print(f'{cell(1, 2)}')\n", 6, "await cell(1, 2)"),
        ("async def main():\n    print(1 + cell(1, 2))\n", 6, "await cell(1, 2)"),
        ("async def main():\n    with cell(1, 2):\n        pass\n", 6, "await cell(1, 2)"),
        ("async def main():\n    found = cell(\n        1,\n        b=2,\n    )\n    print(found)\n", 6, "await cell(1, b=2)"),
        ("async def main():\n    print(await cell(cell(1, 2), 3))\n", 6, "await cell(1, 2)"),
        ("async def main():\n    print(cell(1, 2)[0].x)\n", 6, "(await cell(1, 2))[0].x"),
        ("class Client:\n    def __init__(self):\n        self.token = cell(1, 2)\n", 7,
         "give Client a classmethod, async def create, that makes the object and awaits cell(1, 2)"),
        ("class Client:\n    @property\n    def token(self):\n        return cell(1, 2)\n", 8,
         "make token a method, async def, instead of a property, and await cell(1, 2) in it"),
        ("class Client:\n    def __enter__(self):\n        cell(1, 2)\n", 7,
         "move it into __aenter__, used by async with"),
        ("class Client:\n    def __str__(self):\n        return str(cell(1, 2))\n", 7,
         "await cell(1, 2) beforehand: __str__ cannot"),
        ("def later():\n    cell(1, 2)\nasync def main():\n    asyncio.get_running_loop().call_soon(later)\n", 6,
         "asyncio.create_task(cell(1, 2)) (and keep the task)"),
        ("class Chat(asyncio.Protocol):\n    def data_received(self, data):\n        cell(self, data)\n", 7,
         "asyncio.create_task(cell(self, data)) (and keep the task)"),
        ("import unittest\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.assertEqual(cell(1, 2), 3)\n", 8,
         "derive T from unittest.IsolatedAsyncioTestCase, and await cell(1, 2) in an async def"),
        ("def view():\n    return sorted([1], key=lambda n: cell(n, 1))\n", 6,
         "await cell(n, 1) in a coroutine, or make a task of it there"),
        ("async def main():\n    asyncio.get_running_loop().call_later(1, cell(1, 2))\n", 6,
         "lambda: asyncio.create_task(cell(1, 2)) (and keep the task)"),
        ("async def main():\n    asyncio.current_task().add_done_callback(cell(1, 2))\n", 6,
         "lambda done: asyncio.create_task(cell(1, 2)) (and keep the task)"),
        ("async def main():\n    await asyncio.to_thread(cell(1, 2))\n", 6, "await cell(1, 2)"),
        ("from fastapi import FastAPI\ncell(1, 2)\n", 6, "await cell(1, 2) in a coroutine, or make a task of it there"),
    ],
)  # fmt: skip
def test_wherever_people_put_a_coroutine(code: str, line: int, advice: str) -> None:
    source = f"import asyncio\n\nasync def cell(a, b):\n    return [a, b]\n{code}"
    finding = never(source, "cell", line)
    assert finding.advice == advice
    assert not is_code(advice) or put(source, finding)


GIVEN = """\
import asyncio
async def rows(*_): yield 1
async def job(*_): pass
async def main():
    jobs = [job(n) for n in range(2)]
    {}
"""
FORBIDDEN = "TypeError: Passing coroutines is forbidden, use tasks explicitly."
NO_LIST = "TypeError: unhashable type: 'list'"
FUNCTION = "TypeError: a coroutine was expected, got <function job at 0x7f>"


@pytest.mark.parametrize(
    ("code", "error", "advice"),
    [
        ("await asyncio.gather(jobs)", NO_LIST, "asyncio.gather(*jobs)"),
        ("await asyncio.gather([job(1)], return_exceptions=True)", "TypeError: cannot use 'list' as a dict key (" + NO_LIST[11:] + ")",
         "asyncio.gather(*[job(1)], return_exceptions=True)"),
        ("await asyncio.wait([job(1), job(2)])", FORBIDDEN, "[asyncio.create_task(job(1)), asyncio.create_task(job(2))]"),
        ("await asyncio.wait([job(n) for n in range(2)])", FORBIDDEN, "[asyncio.create_task(job(n)) for n in range(2)]"),
        ("await asyncio.wait(jobs)", FORBIDDEN, "make a task of each: asyncio.create_task(...)"),
        ("asyncio.create_task(job)", FUNCTION, "job()"),
        ("await job", "TypeError: object function can't be used in 'await' expression", "job()"),
        ("await job", "TypeError: 'function' object can't be awaited", "job()"),
        ("for each in rows(2): pass", "TypeError: 'async_generator' object is not iterable", "async for each in rows(2):"),
        ("await rows(2)", "TypeError: object async_generator can't be used in 'await' expression",
         "async for each in rows(2):"),
    ],
)  # fmt: skip
def test_what_asyncio_was_given_instead(code: str, error: str, advice: str) -> None:
    source = GIVEN.format(code)
    text = f'Traceback (most recent call last):\n  File "{PATH}", line 6, in main\n    {code}\n{error}\n'
    warned = "sys:1: RuntimeWarning: coroutine 'job' was never awaited\n" if "job(" in code or "jobs" in code else ""
    (finding,) = find(run(source=source, stderr=text + warned))
    assert (finding.rule, finding.line, finding.advice) == ("never-awaited", 6, advice)
    assert not is_code(advice) or put(source, finding)


PROPERTY = """\
import asyncio
class Account:
    @property
    async def balance(self):
        return 42
    def show(self):
        return self.balance
async def main():
    account = Account()
    print(account.balance)
"""


def test_an_init_cannot_be_a_coroutine_function() -> None:
    source = "class Base:\n    async def __init__(self):\n        pass\nasync def main():\n    Base()\n"
    wanted = "give Base a classmethod, async def create: __init__ cannot be async"
    assert never(source, "Base.__init__", 5).advice == wanted


def test_a_property_is_not_called() -> None:
    assert never(PROPERTY, "Account.balance", 10).advice == "await account.balance"
    assert never(PROPERTY, "Account.balance", 7).advice == "make show an async def, and await self.balance in it"


UNITTEST = """\
import unittest
class AddTest(unittest.TestCase):
    async def test_add(self):
        self.assertEqual(1, 1)
unittest.main()
"""


def test_a_test_of_unittest_that_is_a_coroutine() -> None:
    wanted = "derive the class from unittest.IsolatedAsyncioTestCase"
    assert never(UNITTEST, "AddTest.test_add", 5).advice == wanted


BLOCKS = """\
import asyncio, time, subprocess
from time import sleep
def get_json(url, *, tries=1):
    time.sleep(0.2)
def load_user(n):
    return get_json(f"http://example/{{n}}", tries=2)
async def job(n):
    {}
async def main():
    await asyncio.gather(job(1), job(2))
"""


@pytest.mark.parametrize(
    ("code", "line", "advice"),
    [
        ("time.sleep(n)", 8, "await asyncio.sleep(n)"),
        ("sleep(n + 1)", 8, "await asyncio.sleep(n + 1)"),
        ("await time.sleep(n)", 8, "await asyncio.sleep(n)"),
        ("subprocess.run(['ls'], check=True)", 8, "await asyncio.to_thread(subprocess.run, ['ls'], check=True)"),
        ("subprocess.run([str(n)])", 8, "await asyncio.to_thread(subprocess.run, [str(n)])"),
        ("done = subprocess.run(['a-program', '--with', 'many', 'words', '--and', 'so', 'on', str(n)], text=True)", 8,
         "await it in a thread: asyncio.to_thread(subprocess.run, ...)"),
        ("print(get_json('x', tries=n))", 8, "call it from a coroutine, in a thread: asyncio.to_thread"),  # which of both
        ("user = load_user(n)", 4, "line 8: user = await asyncio.to_thread(load_user, n)"),
        ("print(load_user(n)[0])", 4, "line 8: (await asyncio.to_thread(load_user, n))"),
        ("later = lambda: time.sleep(n)", 8, "call it from a coroutine, in a thread: asyncio.to_thread"),
        ("later = lambda: load_user(n)", 4, "call it from a coroutine, in a thread: asyncio.to_thread"),
        ("asyncio.get_running_loop().call_soon(load_user, 1)", 4, "call it from a coroutine, in a thread: asyncio.to_thread"),
    ],
)  # fmt: skip
def test_a_call_that_blocks(code: str, line: int, advice: str) -> None:
    said = blocking(BLOCKS.format(code), line)
    assert said == advice or said.startswith(advice + "[0]")


DATABASE = """\
import asyncio, sqlite3
async def job():
    db = sqlite3.connect("x")
    db.execute("select 1")
"""
HANDLER = """\
import asyncio, logging, time
class Cloud(logging.Handler):
    def emit(self, record):
        time.sleep(0.1)
async def job():
    logging.info("x")
"""


def test_a_connection_to_a_database_stays_in_its_thread() -> None:
    wanted = "open the database and ask it in one function, and give that to asyncio.to_thread"
    assert blocking(DATABASE, 4) == wanted
    beat = task(2, "beat", 3)
    rows: list[Row] = [(3, "running", 0.1, 0.4, 4), (2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.41)]
    (finding,) = find(run([MAIN, beat, task(3, "job", 2)], rows, source=DATABASE))
    assert (finding.rule, finding.advice) == ("cpu-bound-step", wanted)


MODULE = """\
import time
def read(path):
    time.sleep(0.2)
class Store:
    async def load(self, path):
        text = read(path)
        return text
"""
APP = "import asyncio, store\nasync def main():\n    await store.Store().load('x')\nasyncio.run(main())\n"


def test_the_advice_is_for_the_file_in_which_the_coroutine_is() -> None:
    """Who called whom was seen; the module has to import asyncio first."""
    module = "/home/me/store.py"
    made = spans([(3, "blocked", 0.1, 0.4, 3)])
    made.places[0] = (module, 3)
    made.reasons[0] = Reason("", None, ((PATH, 3), (module, 6)))
    observed = run([MAIN, task(3, "load", 5, path=module)], source=APP)
    timeline = observed.timeline
    assert timeline is not None
    observed = observed._replace(
        timeline=timeline._replace(spans=made), subject=observed.subject._replace(modules={module: MODULE})
    )
    (finding,) = find(observed)
    assert (finding.path, finding.line) == (module, 3)
    assert finding.advice == "import asyncio at the top, and line 6: text = await asyncio.to_thread(read, path)"
    assert finding.message.endswith("Called by load (line 6), main (app.py:3).")
    assert (6, "called read, which blocks") in finding.beside
    assert put(MODULE, finding)


BESIDE_DATABASE = """\
import asyncio, sqlite3, time
from sqlite3 import connect
def save(store, n):
    time.sleep(0.2)
    store.execute("insert", n)
def load():
    with connect("x") as db:
        rows = db.execute("select 1").fetchall()
    return rows
def work(rows):
    time.sleep(0.2)
async def job():
    time.sleep(1)
    store = connect("x").cursor()
    save(store, 1)
    work(load())
"""


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        (13, "await asyncio.sleep(1)"),
        (8, "open the database and ask it in one function, and give that to asyncio.to_thread"),
        (5, "open the database and ask it in one function, and give that to asyncio.to_thread"),
        (4, "open the database and ask it in one function, and give that to asyncio.to_thread"),  # it would move
        (11, "line 16: await asyncio.to_thread(work, load())"),
    ],
)
def test_of_a_database_is_spoken_where_it_is_used(line: int, advice: str) -> None:
    assert blocking(BESIDE_DATABASE, line) == advice


def test_a_handler_of_logging_does_not_await() -> None:
    assert blocking(HANDLER, 4) == "logging.handlers.QueueHandler here, and a QueueListener that writes in a thread"


def test_what_is_not_imported_is_to_be_imported() -> None:
    source = "from asyncio import run\nimport time\nasync def job():\n    time.sleep(1)\n"
    assert blocking(source, 4) == "import asyncio at the top, and here: await asyncio.sleep(1)"


NESTED = """\
import asyncio
async def inner(): pass
def value():
    return asyncio.run(inner())
async def main():
    print(asyncio.run(inner()))
"""


@pytest.mark.parametrize(
    ("line", "advice"), [(6, "await inner()"), (4, "make value an async def, and await the coroutine in it")]
)
def test_no_loop_is_started_in_another(line: int, advice: str) -> None:
    error = "RuntimeError: asyncio.run() cannot be called from a running event loop"
    text = f'Traceback (most recent call last):\n  File "{PATH}", line {line}, in main\n    x\n{error}\n'
    assert [each.advice for each in find(run(source=NESTED, stderr=text))] == [advice]


EVERY = [
    example for path in sorted(SCRIPTS.glob("*.md")) for example in examples(path) if example.kind == "found"
]  # fmt: skip


def named(example: Example) -> str:
    return f"{example.rule}: {example.title}".replace(" ", "-")


@pytest.mark.observation
@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("example", EVERY, ids=named)
def test_the_advice_of_every_example_works_in_its_place(example: Example, tmp_path: Path) -> None:
    from tests.findings.test_scripts import observed, skip_if_it_cannot_run

    skip_if_it_cannot_run(example)
    for _ in range(3):
        found = observed(example, tmp_path).findings or ()
        if found:
            break
    assert found
    for finding in found:
        if is_code(finding.advice):
            assert any(_is_mended(text, finding, tmp_path) for text in put(example.code, finding)), finding.advice


def _is_mended(text: str, finding: Finding, folder: Path) -> bool:
    """True if a program runs to its end and is no longer found out by the same rule."""
    (folder / "mended.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-W", "error", "mended.py"], check=False, cwd=folder, capture_output=True, timeout=30
    )
    example = Example(finding.rule, "silent", "", text, None, 1, False, {})
    return done.returncode == 0 and not done.stderr and _is_silent(example, finding.rule, folder)


def _is_silent(example: Example, rule: str, folder: Path) -> bool:
    from tests.findings.test_scripts import observed

    code = example.code if "import asyncio" in example.code else "import asyncio\n" + example.code
    run = observed(example._replace(code=code), folder)
    return rule not in [each.rule for each in run.findings or ()]
