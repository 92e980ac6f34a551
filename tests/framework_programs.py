"""Programs on real frameworks, in which a line blocks and an await is forgotten two modules below the handler."""

STORE = """\
import time


async def audit(name):
    return name


def read_config():
    time.sleep(0.15)
    return "config"


async def load(name):
    read_config()
    audit(name)
    return name
"""
BLOCKS, FORGETS = 9, 15  # lines of it

APP = """\
from fastapi import FastAPI

from web.store import load

app = FastAPI()


@app.get("/item/{name}")
async def item(name: str):
    return {"name": await load(name)}
"""

# By the name of the module; each prints "pen" at its end.
PROGRAMS = {
    "serve": """\
import asyncio
import sys
import urllib.request

import uvicorn

from web.app import app


async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=0, loop=sys.argv[1], log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/item/pen"
    print(await asyncio.to_thread(lambda: urllib.request.urlopen(url).read()))
    server.should_exit = True
    await serving


if sys.argv[1] == "uvloop":
    import uvloop

    uvloop.run(main())
else:
    asyncio.run(main())
""",
    "aio": """\
import asyncio

import aiohttp
from aiohttp import web

from web.store import load


async def handle(request):
    return web.Response(text=await load(request.match_info["name"]))


async def main():
    app = web.Application()
    app.router.add_get("/item/{name}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/item/pen") as answer:
        print(await answer.text())
    await runner.cleanup()


asyncio.run(main())
""",
    "client": """\
from starlette.testclient import TestClient

from web.app import app

with TestClient(app) as client:
    print(client.get("/item/pen").json())
""",
    "database": """\
import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from web.store import load


async def main():
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.execute(text("create table items (name text)"))
        await connection.execute(text("insert into items values (:name)"), {"name": await load("pen")})
        print((await connection.execute(text("select name from items"))).scalar())
    await engine.dispose()


asyncio.run(main())
""",
    "cache": """\
import asyncio

from fakeredis import FakeAsyncRedis

from web.store import load


async def main():
    async with FakeAsyncRedis() as redis:
        await redis.set("item", await load("pen"))
        print((await redis.get("item")).decode())


asyncio.run(main())
""",
    "terminal": """\
import asyncio

from textual.app import App
from textual.widgets import Label

from web.store import load


class Items(App):
    def compose(self):
        yield Label("none")

    async def on_key(self, event):
        self.query_one(Label).update(await load(event.key))


async def main():
    app = Items()
    async with app.run_test() as pilot:
        await pilot.press("p")
        await pilot.pause()
    print("pen")


asyncio.run(main())
""",
}
PACKAGES = (
    "aiohttp",
    "aiosqlite",
    "fakeredis",
    "fastapi",
    "greenlet",
    "httpx",
    "sqlalchemy",
    "textual",
    "uvicorn",
    "uvloop",
)
