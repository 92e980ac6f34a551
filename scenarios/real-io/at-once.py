"""three requests at once

All three are sent, then the loop waits for whichever response
arrives first.
"""
# /// script
# [tool.asyncdemo]
# time = ["under 0.8 of one-by-one"]
# question = "In which order are the answers printed?"
# choices = ["slow\nfast\nmid", "fast\nmid\nslow", "slow\nmid\nfast"]
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
        names = ["slow", "fast", "mid"]
        asked = [ask(port, name) for name in names]
        for first in asyncio.as_completed(asked):
            print(await first)


asyncio.run(main())

# Output:
# fast
# mid
# slow
