"""one server, three clients, one thread

Three clients ask at once, and each answer takes 0.2 s. All of them
arrive after 0.2 s. Server and clients run in one process, in one
thread; between them is a real network connection, to this very
machine.

`start_server` creates a task for each connection. The three `answer`
tasks wait at the same time, like any other tasks.

**Myth: "a server needs a thread for each client."** One thread for
each client works too, for up to some hundreds of them. But a
connection that waits needs no thread: the operating system tells the
event loop when there is something to read. One thread can hold
thousands of connections that mostly wait.

But they share that one thread. An `answer` that computed for 0.2 s,
or called `time.sleep`, would keep all the others waiting.

Port 0 means any free port, so two of these can run side by side.

**Try** `asyncdemo run echo-loopback --set CLIENTS=100`. It takes
hardly any longer.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.15 to 0.5 s"]
# question = "Each answer takes 0.2 s. How long do three take?"
# choices = ["about 0.07 s", "about 0.2 s", "about 0.6 s"]
# ///
import asyncio

CLIENTS = 3

async def answer(reader, writer):
    line = await reader.readline()
    await asyncio.sleep(0.2)
    writer.write(line.upper())
    writer.close()

async def ask(port, n):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"hi {n}\n".encode())
    line = await reader.readline()
    writer.close()
    return line.decode().strip()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    asked = [ask(port, n) for n in range(CLIENTS)]
    print(*await asyncio.gather(*asked))
    server.close()


asyncio.run(main())

# Output:
# HI 0 HI 1 HI 2
