"""What a block is: told from its syntax and from the blocks before it."""

import pytest

from asyncdemo.documents.block_syntax import Nature, nature
from asyncdemo.documents.document_blocks import blocks


def natures(*codes: str) -> list[Nature]:
    text = "".join(f"```python\n{code}\n```\n\n" for code in codes)
    found = blocks(text)
    return [nature(block, found[:index]) for index, block in enumerate(found)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("print(1)", "runnable"),
        ("import asyncio", "runnable"),
        ("undefined_anywhere()", "runnable"),
        ("await x()", "await"),
        ("async with a: pass", "await"),
        ("async for a in b: pass", "await"),
        ("[x async for x in y]", "await"),
        ("async def f():\n    await x\n    return [y async for y in z]", "runnable"),
        ("async with asyncio.timeout(1):\n    await asyncio.sleep(0)", "await"),
        ("def f(:", "broken"),
        ("return 1", "broken"),
        ("def f():\n    await x", "broken"),
        ("  x", "broken"),
        ("pip install x", "not-python"),
        ("$ python x.py", "not-python"),
        ("%timeit f()", "not-python"),
        ("!ls -l", "not-python"),
        ("In [1]: x", "not-python"),
        ("(((" * 300, "broken"),
        ("-" * 100_000 + "1", "broken"),
    ],
)
def test_kinds(code: str, kind: str) -> None:
    assert natures(code)[0].kind == kind


def test_what_is_broken_has_its_line() -> None:
    assert natures("x", "a = 1\nb = = 2")[1] == Nature("broken", line=7, error="invalid syntax")


@pytest.mark.parametrize(
    ("first", "second", "needs"),
    [
        ("async def main(): ...", "asyncio.run(main())", ["main"]),
        ("import asyncio", "asyncio.run(None)", ["asyncio"]),
        ("x = 1", "x += 1", ["x"]),
        ("x = 1", "x = x + 1", ["x"]),
        ("x = 1", "x = 2\nprint(x)", []),
        ("x = 1", "def f(): return x", []),
        ("x = 1", "def f(): return x\nf()", ["x"]),
        ("x = 1", "def g(): return x\ndef f(): return g()\nf()", ["x"]),
        ("x = 1", "def f(x): return x\nf(2)", []),
        ("x = 1", "def f():\n    x = 2\n    return x\nf()", []),
        ("x = 1", "def f():\n    global x\n    x = 2\nf()\nprint(x)", ["x"]),
        ("x = 1", "def f(a=x): ...", ["x"]),
        ("x = 1", "@x\ndef f(): ...", ["x"]),
        ("x = 1", "class C(x): ...", ["x"]),
        ("x = 1", "class C:\n    def f(self): return x", []),
        ("x = 1", "class C:\n    def f(self): return x\nC().f()", ["x"]),
        ("x = 1", "class C:\n    x = 2\n    y = x", []),
        ("x = 1", "print([x for x in range(3)])", []),
        ("x = 1", "print([y for y in x])", ["x"]),
        ("x = 1", "print((lambda x: x)(1))", []),
        ("x = 1", "print((lambda: x)())", ["x"]),
        ("x = 1", "for x in range(3): print(x)", []),
        ("x = 1", "with open('f') as x: print(x)", []),
        ("x = 1", "try: ...\nexcept E as x: print(x)", []),
        ("x = 1", "match 1:\n    case x: print(x)", []),
        ("x = 1", "if (x := 2): print(x)", []),
        ("x = 1", "import x.y\nx.y", []),
        ("x = 1", "from m import *\nx", []),
        ("def print(): ...", "print(1)", []),
        ("import asyncio", "await asyncio.sleep(0)", []),
        ("import json", "await f(json)", ["json"]),
        ("def f(:", "f()", []),
        ("x = 1", "def f():\n    global x\n    x += 1\nf()", ["x"]),
        ("x = 1", "print([x for x in range(3)], {x: 1 for x in y})", []),
        ("x = 1", "def top(x): return x\ntop(2)", []),
    ],
)
def test_a_fragment_needs_what_only_an_earlier_block_defines(first: str, second: str, needs: list[str]) -> None:
    found = natures(first, second)[1]
    assert found.needs == tuple((name, 1) for name in needs)
    assert (found.kind == "fragment") == bool(needs)


def test_of_several_blocks_it_is_the_last_one_before() -> None:
    assert natures("x = 1", "x = y = 2", "print(x, y, z)", "x = z = 3")[2].needs == (("x", 2), ("y", 2))


def test_the_last_value_of_a_session_is_there() -> None:
    first, second = blocks("```py\n_ = 1\n```\n>>> 1\n1\n>>> _ + 1\n2\n")
    assert nature(second, [first]).kind == "runnable"


@pytest.mark.parametrize("code", ["def f[T](x: T) -> T: ...", "type X = list[T]"])
def test_names_of_types_are_their_own(code: str) -> None:
    assert natures("T = 1", code)[1].kind in ("runnable", "broken", "fragment")
