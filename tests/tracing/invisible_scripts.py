"""By what a script could ordinarily notice that its tasks and threads are traced: it prints all that it can see."""

ASYNCIO = {
    "reprs": """
        import asyncio, traceback
        async def child(n):
            await asyncio.sleep(0)
            if n == 2: raise ValueError("boom")
            if n == 3: traceback.print_stack(file=sys.stdout)
            await asyncio.sleep(0.001)
            return n
        async def main():
            loop = asyncio.get_running_loop()
            tasks = [asyncio.ensure_future(child(n)) for n in range(4)]
            say(tasks, loop, [task.get_coro() for task in tasks], [task.get_stack() for task in tasks])
            for _ in range(2):
                await asyncio.sleep(0)
                for task in tasks:
                    task.print_stack(file=sys.stdout)
                    say(task, type(task), task.get_coro().cr_frame, task.get_coro().cr_await, type(task).__mro__)
            say(await asyncio.gather(*tasks, return_exceptions=True), tasks)
            handles = [loop.call_soon(print, "x"), loop.call_later(1, print), loop.call_at(loop.time() + 1, child, 1)]
            say([str(handle).split(" when=")[0] for handle in handles], handles[0]._callback, handles[0]._args)
            for handle in handles: handle.cancel()
            say(handles[0], loop.get_task_factory(), loop.get_debug(), loop.is_running(), sorted(vars(loop)))
            future = loop.create_future()
            waiter = asyncio.ensure_future(asyncio.wait_for(future, 1))
            await asyncio.sleep(0)
            say(waiter, future, waiter._fut_waiter, sorted(t.get_name() for t in asyncio.all_tasks()))
            say(asyncio.current_task(), asyncio.current_task().get_name(), waiter._source_traceback)
            future.set_result(1)
            say(await waiter, waiter)
            say(repr(loop._ready), len(loop._ready), list(loop._ready), loop._ready == loop._ready.copy())
        asyncio.run(main())
        say(asyncio._set_running_loop.__name__, asyncio._set_running_loop.__module__, asyncio._set_running_loop.__doc__)
        say(asyncio.BaseEventLoop.__init__.__qualname__, asyncio.BaseEventLoop.call_exception_handler)
        say(inspect.signature(asyncio.BaseEventLoop.__init__).parameters.keys() and "has parameters")
        say(sorted(vars(asyncio)), sorted(vars(asyncio.base_events)), sorted(vars(asyncio.events)))
    """,
    "errors": """
        import asyncio, traceback
        async def fails(): raise ValueError("boom")
        async def deeper(): await fails()
        async def group():
            if hasattr(asyncio, "TaskGroup"):
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(deeper(), name="one")
                    tasks.create_task(asyncio.sleep(9), name="two")
        async def nested():
            coroutine = deeper()
            try: asyncio.run(coroutine)
            finally: coroutine.close()
        async def again():
            asyncio.get_running_loop().run_forever()
        async def from_task(): await asyncio.ensure_future(deeper())
        async def timeout(): await asyncio.wait_for(asyncio.sleep(9), 0.001)
        async def misused():
            loop = asyncio.get_running_loop()
            loop.call_soon(5)
            await asyncio.sleep(0)
        for broken in (deeper, group, nested, again, from_task, timeout):
            try:
                asyncio.run(broken())
            except BaseException:
                traceback.print_exc(file=sys.stdout)
        def bad(): 1 / 0
        async def callbacks():
            loop = asyncio.get_running_loop()
            loop.call_soon(bad)
            loop.call_later(0.05, bad)
            asyncio.ensure_future(asyncio.sleep(0)).add_done_callback(lambda task: bad())
            await asyncio.sleep(0.08)
            loop.set_exception_handler(lambda loop, context: (say(sorted(context), context["message"]), traceback.print_stack(file=sys.stdout)))
            loop.call_soon(bad)
            await asyncio.sleep(0)
        asyncio.run(callbacks())
        loop = asyncio.new_event_loop()
        loop.close()
        for call in (lambda: loop.call_soon(print), lambda: loop.run_forever(), lambda: loop._ready.popleft()):
            try: call()
            except Exception as error: say(type(error), error)
        async def last(): sys.exit(7)
        asyncio.run(last())
    """,
    "messages": """
        import asyncio, gc, traceback
        gc.disable()  # when it runs by itself depends on how much was allocated before
        async def lost(n): raise KeyError(n)
        async def forever(): await asyncio.get_running_loop().create_future()
        class Loud:
            def __init__(self, n): self.n = n
            def __del__(self): say("gone", self.n)
        async def holds(n):
            loud = Loud(n)
            await asyncio.sleep(0)
            return loud
        async def never(): pass
        async def main():
            loop = asyncio.get_running_loop()
            for n in range(3):
                asyncio.ensure_future(lost(n))
                say("made", n)
                await asyncio.sleep(0)
                say("ran", n)
                await asyncio.sleep(0)
                say("after", n)
            for n in range(3):
                asyncio.ensure_future(holds(n))
                asyncio.ensure_future(asyncio.sleep(0))
                for step in range(4):
                    say("step", n, step)
                    await asyncio.sleep(0)
            never()
            asyncio.ensure_future(forever())
            await asyncio.sleep(0)
            say("collected", gc.collect() > 0)
            handled = []
            loop.set_exception_handler(lambda loop, context: (handled.append(context["message"]), traceback.print_stack(file=sys.stdout)))
            asyncio.ensure_future(lost(9))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            say(handled)
            kept = asyncio.ensure_future(lost(10))
            await asyncio.sleep(0.001)
            say(kept, kept._log_traceback)
            cancelled = asyncio.ensure_future(forever())
            await asyncio.sleep(0)
            cancelled.cancel()
            del kept, cancelled
            gc.collect()
            await asyncio.sleep(0)
            asyncio.ensure_future(forever())
        asyncio.run(main())
        say("first loop is over")
        async def stops():
            asyncio.get_running_loop().stop()
            raise ValueError("lost as it stops")
        loop = asyncio.new_event_loop()
        loop.create_task(stops())
        loop.create_task(forever())
        loop.run_forever()
        say("stopped")
        loop.close()
        say("closed")
        del loop
        gc.collect()
    """,
    "garbage": """
        import asyncio, gc, weakref
        gc.collect(); gc.disable()
        async def child(n):
            await asyncio.sleep(0)
            await asyncio.sleep(0.0001 * n)
            return n
        async def main():
            say(sys.getrefcount(asyncio.current_task()))
            tasks = [asyncio.ensure_future(child(n)) for n in range(5)]
            say([sys.getrefcount(task) for task in tasks])
            await asyncio.sleep(0)
            say([sys.getrefcount(task) for task in tasks], sorted(type(each).__name__ for each in gc.get_referrers(tasks[1])))
            seen = [weakref.ref(task, lambda _: say("task is gone")) for task in tasks]
            await asyncio.gather(*tasks)
            del tasks
            say("let go", [ref() for ref in seen])
            await asyncio.sleep(0)
            say("later", [ref() for ref in seen])
        for n in range(3):
            asyncio.run(main())
            say("garbage", gc.collect(), gc.garbage)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        gone = weakref.ref(loop)
        del loop
        say("loop", gone() is None, gc.collect(), gone() is None)
        async def fails(): 1 / 0
        for n in range(2):
            try: asyncio.run(fails())
            except ZeroDivisionError: pass
            say("garbage", gc.collect())
        say(len(asyncio.tasks._scheduled_tasks if sys.version_info >= (3, 12) else asyncio.tasks._all_tasks))
    """,
    "context": """
        import asyncio, contextvars, signal
        number = contextvars.ContextVar("number", default=0)
        async def child(n):
            number.set(n)
            await asyncio.sleep(0)
            say(number.get(), len(contextvars.copy_context()), asyncio.current_task().get_name())
        async def generator():
            try:
                yield 1
                await asyncio.sleep(0)
                yield 2
            finally:
                say("generator is over", number.get())
        async def main():
            await asyncio.gather(child(1), child(2))
            asyncio.get_running_loop().call_soon(lambda: say("callback", number.get()))
            async for n in generator():
                break
            say(sys.get_asyncgen_hooks(), signal.getsignal(signal.SIGINT))
            await asyncio.sleep(0)
        asyncio.run(main())
        say(sys.get_asyncgen_hooks(), signal.getsignal(signal.SIGINT), asyncio._get_running_loop())
        async def interrupted():
            try:
                signal.raise_signal(signal.SIGINT)
                await asyncio.sleep(1)
            finally:
                say("finally")
        asyncio.run(interrupted())
    """,
    "factories": """
        import asyncio
        def factory(loop, coroutine, **options):
            task = asyncio.Task(coroutine, loop=loop, **options)
            say("made", task.get_coro().__name__, sorted(options))
            return task
        class Mine(asyncio.Task):
            def __init__(self, *words, **options):
                super().__init__(*words, **options)
                self.extra = 1
            def get_name(self):
                say("asked for the name", self.extra)
                return super().get_name()
            def done(self):
                say("asked whether done")
                return super().done()
        async def child():
            await asyncio.sleep(0)
        async def main(factory):
            loop = asyncio.get_running_loop()
            loop.set_task_factory(factory)
            say(loop.get_task_factory() is factory)
            await loop.create_task(child())
            await asyncio.gather(child(), child())
        asyncio.run(main(factory))
        asyncio.run(main(lambda loop, coroutine, **options: Mine(coroutine, loop=loop, **options)))
        if hasattr(asyncio, "eager_task_factory"):
            say(asyncio.eager_task_factory, asyncio.tasks._eager_tasks)
            asyncio.run(main(asyncio.eager_task_factory))
        class Loop(asyncio.SelectorEventLoop):
            def call_soon(self, callback, *args, context=None):
                say("call_soon", getattr(callback, "__name__", type(callback).__name__))
                return super().call_soon(callback, *args, context=context)
        loop = Loop()
        say(loop, type(loop), Loop.__mro__, sorted(vars(Loop)))
        loop.run_until_complete(main(None))
        loop.close()
    """,
    "tasks that outlive their loop": """
        import asyncio, gc
        tasks = []
        async def takes(queue):
            for _ in range(3):
                await queue.get()
        async def main():
            queues = asyncio.Queue(), asyncio.Queue()
            tasks.extend(asyncio.ensure_future(takes(queue)) for queue in queues)
            await asyncio.sleep(0)
            for order in (1, -1, 1):  # they take turns in either order
                for queue in queues[::order]:
                    queue.put_nowait(1)
                await asyncio.sleep(0.01)
            await asyncio.gather(*tasks)
        asyncio.run(main())
        tasks.clear()
        gc.collect()
        say("cleared")
    """,
    "own clocks": """
        import os, time
        def broken(*words): raise ZeroDivisionError
        kept = os.open, os.read, os.close
        time.monotonic_ns = broken
        import asyncio
        async def main():
            os.open = os.read = os.close = time.thread_time_ns = time.process_time_ns = broken
            await asyncio.sleep(0.001)
            time.sleep(0.01)
            await asyncio.sleep(0.001)
            os.open, os.read, os.close = kept
            say("done")
        asyncio.run(main())
    """,
    "own attributes": """
        import asyncio, signal
        class Watched:
            def __getattribute__(self, name):
                say("asked", type.__getattribute__(type(self), "__name__"), name)
                return super().__getattribute__(name)
        class Kind(type):
            def __getattribute__(kind, name):
                say("asked the class", name)
                return super().__getattribute__(name)
        class Holding(Watched, metaclass=Kind):
            async def __aenter__(self): return self
            async def __aexit__(self, *error): pass
        class Lock(Watched, asyncio.Lock): pass
        class Semaphore(Watched, asyncio.Semaphore): pass
        class Event(Watched, asyncio.Event): pass
        class Queue(Watched, asyncio.Queue): pass
        class Condition(Watched, asyncio.Condition): pass
        class Future(Watched, asyncio.Future): pass
        class Task(Watched, asyncio.Task): pass
        class Loop(Watched, asyncio.SelectorEventLoop): pass
        class Callback(Watched):
            def __call__(self, *words): pass
        async def holds(wait, *used):
            async with Holding():
                await wait
        async def waits_for(future):
            await future
        async def condition():
            async with Condition() as both:
                await both.wait()
        async def main():
            loop, lock, queue, full, shared = asyncio.get_running_loop(), Lock(), Queue(), Queue(1), Semaphore(0)
            await lock.acquire()
            full.put_nowait(1)
            future = Future(loop=loop)
            future.add_done_callback(Callback())
            waits = [lock.acquire(), queue.get(), full.put(2), Event().wait(), shared.acquire(), condition()]
            tasks = [Task(holds(wait, lock, queue, future), loop=loop) for wait in waits]
            tasks += [Task(waits_for(future), loop=loop), Task(waits_for(tasks[0]), loop=loop)]
            tasks += [Task(waits_for(asyncio.gather(future, tasks[1])), loop=loop)]
            tasks += [Task(asyncio.wait([future]), loop=loop)]
            for task in tasks:
                task.add_done_callback(Callback())
            say("nothing can wake them")
            signal.setitimer(signal.ITIMER_REAL, 0.5)  # whose signal ends the process
            await future
        loop = Loop()
        loop.run_until_complete(main())
    """,
    "own coroutines": """
        import asyncio, collections.abc
        class Own(collections.abc.Coroutine):
            steps = 0
            def send(self, value):
                self.steps += 1
                if self.steps > 3:
                    raise StopIteration(self.steps)
            def throw(self, *error): raise error[0]
            def close(self): say("closed")
            def __await__(self): return self
            def __bool__(self): say("asked whether true"); return True
            def __getattr__(self, name):
                say("asked for", name)
                raise AttributeError(name)
        async def main():
            say(await asyncio.get_running_loop().create_task(Own()))
        asyncio.run(main())
    """,
    "several loops": """
        import asyncio, threading
        async def work(): 
            await asyncio.sleep(0.001)
            say(threading.current_thread().name, asyncio.get_running_loop())
        thread = threading.Thread(target=asyncio.run, args=(work(),), name="T")
        thread.start(); thread.join()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="U")
        thread.start()
        asyncio.run_coroutine_threadsafe(work(), loop).result()
        try:
            asyncio.run_coroutine_threadsafe(asyncio.wait_for(asyncio.sleep(1), 0.001), loop).result()
        except Exception as error:
            say(type(error))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        async def jobs():
            loop = asyncio.get_running_loop()
            say(await loop.run_in_executor(None, lambda: threading.current_thread().name))
            try:
                await loop.run_in_executor(None, lambda: 1 / 0)
            except ZeroDivisionError:
                import traceback; traceback.print_exc(file=sys.stdout)
        asyncio.run(jobs())
        import os
        async def forks():
            child = os.fork()
            if not child:
                say("child"); os._exit(3)
            say(os.waitpid(child, 0)[1])
        time.sleep(0.03)  # until the worker is gone for the system too, which fork() counts
        asyncio.run(forks())
        raise SystemExit("the end")
    """,
    "touches": """
        import asyncio, inspect, threading, traceback
        def from_thread(touch, *words):
            def call():
                try:
                    say(touch.__name__, touch(*words))
                except BaseException as error:  # as in debug mode, in which some of it is refused
                    say(touch.__name__, type(error), error)
                    traceback.print_exc(file=sys.stdout)
            thread = threading.Thread(target=call, name="T")
            thread.start(); thread.join()
        def callback(*words):
            say("called", words, threading.current_thread().name)
            traceback.print_stack(file=sys.stdout)
        class Mine(asyncio.SelectorEventLoop):
            def call_soon(self, *words, **options):
                say("call_soon", threading.current_thread().name)
                return super().call_soon(*words, **options)
            def call_later(self, delay, *words, **options):
                say("call_later", threading.current_thread().name)
                return super().call_later(delay, *words, **options)
        async def child():
            say("child", asyncio.current_task().get_name())
            await asyncio.sleep(0)
            return "child"
        async def waits(future):
            try:
                say("waited", await future)
            except asyncio.CancelledError:
                say("cancelled")
                raise
        async def main():
            loop = asyncio.get_running_loop()
            future, queue, made = loop.create_future(), asyncio.Queue(), []
            tasks = [asyncio.ensure_future(waits(each)) for each in (future, queue.get(), asyncio.sleep(9))]
            for number, task in enumerate(tasks): task.set_name("waits %d" % number)
            await asyncio.sleep(0)
            def create_task(coroutine):
                made.append(loop.create_task(coroutine))
                made[-1].set_name("made")
                return made[-1].get_name()
            def call_soon(): return type(loop.call_soon(callback, "soon")).__name__
            def call_later(): return type(loop.call_later(0.001, callback, "later")).__name__
            def call_at(): return type(loop.call_at(loop.time(), callback, "at")).__name__
            def safely(): return type(loop.call_soon_threadsafe(callback, "safely")).__name__
            def cancel(): return type(loop.call_soon_threadsafe(tasks[2].cancel)).__name__
            coroutine = child()
            for touch, *words in (
                (future.set_result, 1), (queue.put_nowait, 2), (call_soon,), (call_later,), (call_at,), (safely,), (cancel,),
                (create_task, coroutine),
            ):
                from_thread(touch, *words)
                await asyncio.sleep(0.003)
            if not made:
                coroutine.close()
            await asyncio.wait([*tasks, *made], timeout=0.01)  # in debug mode two of them will never be woken up
            say([(each.get_name(), each.done()) for each in (*tasks, *made)])
            say([type(handle) for handle in loop._ready], loop._scheduled, threading.enumerate())
            say("call_soon" in vars(loop), inspect.signature(loop.call_at), loop.call_later.__qualname__)
        for make in (asyncio.new_event_loop, Mine):
            loop = make()
            try:
                loop.run_until_complete(main())
            finally:
                loop.close()
            from_thread(loop.call_soon, print)
    """,
}

THREADS = """
    import faulthandler, gc, tempfile, threading, traceback, weakref
    from concurrent.futures import ThreadPoolExecutor
    def look():
        thread = threading.current_thread()
        say(thread, thread.name, thread.daemon, thread.is_alive(), threading.active_count(), thread in threading.enumerate())
        say(sorted(vars(thread)), threading.get_ident() == thread.ident, thread.native_id == threading.get_native_id())
        say(len(threading._active), threading.stack_size(), isinstance(threading._active, dict))
        traceback.print_stack(file=sys.stdout)
    for options in ({}, {"name": "named"}, {"daemon": True}):
        thread = threading.Thread(target=look, **options)
        say(thread)
        thread.start(); thread.join()
        say(thread, threading.enumerate(), list(threading._active.values()), thread.is_alive())
    def fails(): raise ValueError("in a thread")
    thread = threading.Thread(target=fails, name="T"); thread.start(); thread.join()
    threading.excepthook = lambda args: (say(args.exc_type, args.thread), traceback.print_tb(args.exc_traceback, file=sys.stdout))
    thread = threading.Thread(target=fails, name="U"); thread.start(); thread.join()
    class Own(threading.Thread):
        def run(self):
            say("own", self)
            raise SystemExit
    own = Own(); own.start(); own.join()
    local = threading.local()
    class Loud:
        def __del__(self): say("local is gone")
    def keeps(): local.loud = Loud()
    thread = threading.Thread(target=keeps, name="keeps"); thread.start(); thread.join()
    pool = ThreadPoolExecutor(1, thread_name_prefix="pool")
    say(pool.submit(look).result(), pool._threads)
    time.sleep(0.03)
    say(pool._idle_semaphore)
    future = pool.submit(fails)
    try: future.result()
    except ValueError: traceback.print_exc(file=sys.stdout)
    say(future, sorted(vars(future)), type(future).set_running_or_notify_cancel)
    time.sleep(0.01)
    for ident, frame in sorted(sys._current_frames().items()):
        traceback.print_stack(frame, file=sys.stdout)
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        say(file.read().decode())
    pool.shutdown()
    del pool, future, thread, own
    gc.collect()
    for n in range(3):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(abs, range(5)))
        ended = threading.Thread(target=abs, args=(1,)); ended.start(); ended.join()
        gone = weakref.ref(ended)
        del pool, ended
        say("garbage", gone() is None, gc.collect())
    timer = threading.Timer(0.001, look); timer.start(); timer.join()
    time.sleep(0.03)  # until it is gone for the system too, which fork() counts
    child = __import__("os").fork()
    if not child:
        say("child", threading.enumerate(), threading.active_count()); os._exit(0)
    os.waitpid(child, 0)
    import _thread
    done = _thread.allocate_lock(); done.acquire()
    def raw():
        say(type(threading.current_thread()).__name__, threading.active_count(), [t.name.split("-")[0] for t in threading.enumerate()])
        done.release()
    _thread.start_new_thread(raw, ()); done.acquire(); time.sleep(0.03)
    threading.Thread(target=lambda: (time.sleep(0.02), say("last", threading.main_thread())), name="last").start()
    say("main is over")
"""

TRIO = {
    "reprs": """
        import gc, traceback, trio
        trio._core._run._r.seed(1)
        async def child(n):
            await trio.sleep(0)
            if n == 1: traceback.print_stack(file=sys.stdout)
            if n == 2: raise ValueError("boom")
            await trio.sleep(0.001)
        async def main():
            task = trio.lowlevel.current_task()
            say(task, task.name, task.coro, task.parent_nursery, type(task), task.parent_nursery.child_tasks)
            say(str(trio.lowlevel.current_statistics()).split("seconds_to")[0], trio.lowlevel.current_root_task())
            say(trio.lowlevel.current_root_task().child_nurseries, sys.get_asyncgen_hooks())
            try:
                async with trio.open_nursery() as nursery:
                    for n in range(3):
                        nursery.start_soon(child, n)
                    say([each.name for each in nursery.child_tasks], nursery)
            except BaseException:
                traceback.print_exc(file=sys.stdout)
            with trio.move_on_after(0.001) as scope:
                await trio.sleep(9)
            say(scope.cancelled_caught, trio.current_time() > 0)
            try:
                trio.run(child, 0)
            except RuntimeError:
                traceback.print_exc(file=sys.stdout)
            trio.lowlevel.spawn_system_task(child, 0)
            await trio.sleep(0.002)
            try:
                say(await trio.to_thread.run_sync(lambda: 1 / 0))
            except ZeroDivisionError:
                traceback.print_exc(file=sys.stdout)
            say(gc.collect() >= 0)
            return 5
        say(trio.run(main))
        for wrong in ((5,), (main(),)):
            try:
                trio.run(*wrong)
            except BaseException:
                traceback.print_exc(file=sys.stdout)
        try:
            trio.run(main, instruments=5)
        except TypeError:
            traceback.print_exc(file=sys.stdout)
        async def fails(): raise ValueError("the end")
        trio.run(fails)
    """,
    "garbage": """
        import gc, trio, weakref
        trio._core._run._r.seed(1)
        async def child(n): await trio.sleep(0.0001 * n)
        async def main():
            seen = []
            async with trio.open_nursery() as nursery:
                for n in range(5):
                    nursery.start_soon(child, n)
                seen = [weakref.ref(task, lambda _: say("task is gone")) for task in nursery.child_tasks]
                say(sorted({type(each).__name__ for task in nursery.child_tasks for each in gc.get_referrers(task)} - {"dict"}))
            say("over", [ref() for ref in seen])
        gc.collect(); gc.disable()
        for n in range(3):
            trio.run(main)
            say("garbage", gc.collect(), gc.garbage)
    """,
    "interrupted": """
        import signal, trio
        async def main():
            try:
                signal.raise_signal(signal.SIGINT)
                await trio.sleep(1)
            finally:
                say("finally", signal.getsignal(signal.SIGINT))
        trio.run(main)
    """,
}
