"""three requests one after another

Each request is sent when the previous response has arrived.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.5 to 1.5 s"]
# ///
import asyncio

delays = {"slow": 0.3, "fast": 0.1, "mid": 0.2}


async def serve(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    name = request.split()[1].decode().strip("/")
    await asyncio.sleep(delays[name])
    writer.write(f"HTTP/1.0 200 OK\r\n\r\n{name}".encode())
    writer.close()


async def ask(port, name):
    streams = await asyncio.open_connection("127.0.0.1", port)
    reader, writer = streams
    writer.write(f"GET /{name} HTTP/1.0\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode().splitlines()[-1]


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        print(await ask(port, "slow"))
        print(await ask(port, "fast"))
        print(await ask(port, "mid"))


asyncio.run(main())

# Output:
# slow
# fast
# mid
