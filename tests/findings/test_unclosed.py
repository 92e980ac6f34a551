"""Which line is named of what nothing has closed: one that gives it to a name; none where others may close it."""

from textwrap import indent

import pytest

from asyncdemo.findings import find
from asyncdemo.model.recording import Output
from tests.findings.fabricated import run

UNCLOSED = Output(0.5, "stderr", "Unclosed client session\n", writer="loop")


def line_named(body: str) -> int | None:
    """The line of the finding in a coroutine with this body, its first line being 3."""
    source = "import aiohttp\nasync def job(self, stack, given):\n" + indent(body, "    ") + "\n"
    (finding,) = find(run(source=source, output=(UNCLOSED,)))
    assert finding.rule == "unclosed-resource"
    return finding.line


@pytest.mark.parametrize(
    "body",
    [
        "session = aiohttp.ClientSession()",
        "session: aiohttp.ClientSession = aiohttp.ClientSession()",
        "if session := aiohttp.ClientSession():\n    await session.get(URL)",
        "self.session = given or aiohttp.ClientSession()",
        "session = await fetch(aiohttp.ClientSession) or aiohttp.ClientSession()\nawait fetch(session)",
        "aiohttp.ClientSession()",
        "self.session = aiohttp.ClientSession()\nreturn self",
    ],
)
def test_the_line_that_makes_it(body: str) -> None:
    assert line_named(body) == 3


@pytest.mark.parametrize(
    "body",
    [
        "session = aiohttp.ClientSession()\nawait session.close()",
        "session: aiohttp.ClientSession = aiohttp.ClientSession()\nawait session.close()",
        "self.session: Any = aiohttp.ClientSession()\nawait self.session.close()",
        "if session := aiohttp.ClientSession():\n    await session.close()",
        "session = given or aiohttp.ClientSession()\nawait session.close()",
        "async with aiohttp.ClientSession() as session:\n    pass",
        "session = aiohttp.ClientSession()\nasync with session:\n    pass",
        "session = await stack.enter_async_context(aiohttp.ClientSession())",
        "session = aiohttp.ClientSession()\nawait stack.enter_async_context(session)",
        "async with aclosing(aiohttp.ClientSession()) as session:\n    pass",
    ],
)
def test_not_where_it_is_closed(body: str) -> None:
    assert line_named(body) is None
    assert line_named(f"{body}\nother = aiohttp.ClientSession()") == body.count("\n") + 4


@pytest.mark.parametrize(
    "body",
    [
        "client = Client(aiohttp.ClientSession())",
        "client = Client(session=aiohttp.ClientSession())",
        "self.all.append(aiohttp.ClientSession())",
        "return aiohttp.ClientSession()",
        "session = aiohttp.ClientSession()\nreturn session",
        "yield aiohttp.ClientSession()",
        "every = [aiohttp.ClientSession()]",
        "self.every[given] = aiohttp.ClientSession()",
    ],
)
def test_no_line_where_it_is_handed_on(body: str) -> None:
    assert line_named(body) is None
