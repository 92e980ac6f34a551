"""What a script could ordinarily notice of being traced while it runs on uvloop."""

from tests.tracing.invisible_scripts import ASYNCIO

# On any version, also where asyncio.run has no loop_factory.
INSTALL = "import asyncio, uvloop; asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())"
# These look at asyncio's own loop.
_ASYNCIO_ALONE = ("reprs", "factories", "own clocks")

UVLOOP = {
    name: source.replace("import asyncio", INSTALL, 1) for name, source in ASYNCIO.items() if name not in _ASYNCIO_ALONE
} | {
    "reprs": """
        import asyncio, collections, gc, traceback, uvloop
        say(collections.deque, type(collections), collections.__dict__["deque"] is collections.deque)
        async def child(n):
            await asyncio.sleep(0)
            if n == 2: raise ValueError("boom")
            if n == 3: traceback.print_stack(file=sys.stdout)
            await asyncio.sleep(0.001)
            return n
        async def main():
            loop = asyncio.get_running_loop()
            tasks = [asyncio.ensure_future(child(n)) for n in range(4)]
            say(tasks, loop, loop.__class__, type(loop).__mro__, [task.get_stack() for task in tasks])
            for _ in range(2):
                await asyncio.sleep(0)
                for task in tasks:
                    task.print_stack(file=sys.stdout)
                    say(task, type(task), task.get_coro().cr_frame, task.get_coro().cr_await)
            say(await asyncio.gather(*tasks, return_exceptions=True), tasks)
            handles = [loop.call_soon(print, "x"), loop.call_later(1, print), loop.call_at(loop.time() + 1, child, 1)]
            say(handles, [type(handle) for handle in handles], [handle.cancelled() for handle in handles])
            say(loop.call_soon_threadsafe(print, "y"))
            for handle in handles: handle.cancel()
            say(handles, loop.get_task_factory(), loop.get_debug(), loop.is_running(), sorted(vars(type(loop))))
            future = loop.create_future()
            waiter = asyncio.ensure_future(asyncio.wait_for(future, 1))
            await asyncio.sleep(0)
            say(waiter, future, sorted(t.get_name() for t in asyncio.all_tasks()), asyncio.current_task())
            future.set_result(1)
            say(await waiter, waiter)
            for wrong in (lambda: loop.call_soon(5), lambda: loop.call_later("x", print), lambda: loop.run_forever()):
                try: wrong()
                except Exception: traceback.print_exc(file=sys.stdout)
            await asyncio.sleep(0)
        for debug in (False, True):
            loop = uvloop.new_event_loop()
            loop.set_debug(debug)
            loop.run_until_complete(main())
            loop.close()
            for closed in (lambda: loop.call_soon(print), lambda: loop.run_forever()):
                try: closed()
                except Exception: traceback.print_exc(file=sys.stdout)
        say(sorted(vars(uvloop)), sorted(vars(uvloop.loop)), sorted(vars(asyncio)))
        import queue
        say(type(queue.Queue().queue), queue.deque is collections.deque)
    """,
    "cancelled handles and order": """
        import asyncio, threading, uvloop
        async def main():
            loop = asyncio.get_running_loop()
            first = loop.call_soon(say, 1)
            second = loop.call_soon(say, 2)
            loop.call_soon(lambda: third.cancel())
            third = loop.call_soon(say, 3)
            first.cancel()
            loop.call_soon(loop.call_soon, say, 4)
            thread = threading.Thread(target=loop.call_soon_threadsafe, args=(say, 5))
            thread.start(); thread.join()
            await asyncio.sleep(0.02)
            say(first, second, third)
            for n in range(3): loop.call_later(0.02 * (3 - n), say, "later", n)
            await asyncio.sleep(0.1)
        loop = uvloop.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
    """,
    "processes and signals": """
        import asyncio, signal, uvloop
        async def main():
            loop = asyncio.get_running_loop()
            got = asyncio.Event()
            loop.add_signal_handler(signal.SIGUSR1, lambda: (say("signal"), got.set()))
            say(signal.getsignal(signal.SIGUSR1) is not None, signal.getsignal(signal.SIGINT))
            os.kill(os.getpid(), signal.SIGUSR1)
            await got.wait()
            say(loop.remove_signal_handler(signal.SIGUSR1))
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "import sys; print(sys.stdin.read())", stdin=-1, stdout=-1)
            say(await child.communicate(b"to the child"), child.returncode)
            child = await asyncio.create_subprocess_shell("exit 3")
            say(await child.wait())
        loop = uvloop.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(main())
        loop.close()
    """,
    "streams": """
        import asyncio, uvloop
        class Echo(asyncio.Protocol):
            def connection_made(self, transport): self.transport = transport
            def data_received(self, data): self.transport.write(data)
            def connection_lost(self, error): say("lost", error)
        async def main():
            loop = asyncio.get_running_loop()
            server = await loop.create_server(Echo, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            async def client(n):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"%d" % n * 100000)
                data = await reader.readexactly(100000)
                writer.close()
                return len(data)
            say(await asyncio.gather(*map(client, range(5))))
            say(server.is_serving())
            server.close()
            await server.wait_closed()
        loop = uvloop.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
    """,
}

# A signal handler raises while the loop is busy: wherever that comes up, nothing is lost by it.
INTERRUPTED = """
        import sys
        say = print
        import asyncio, signal, uvloop
        def raises(*_): raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, raises)
        async def busy():
            while True: await asyncio.sleep(0)
        async def main(n, others):
            signal.setitimer(signal.ITIMER_REAL, 0.01 + 0.0003 * n)
            await asyncio.wait(others)
        for n in range(40):
            loop = uvloop.new_event_loop()
            loop.set_exception_handler(lambda *_: None)  # whether a task is hit or the loop is a matter of chance
            others = [loop.create_task(busy()) for _ in range(3)]
            try: loop.run_until_complete(main(n, others))
            except BaseException as error: say("stopped by", type(error), loop.is_running())
            left = asyncio.all_tasks(loop)
            for task in left: task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            del left, task, others
            loop.close()
    """
