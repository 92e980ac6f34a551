"""Tells for what a suspended task waits, by the coroutines that await one another down to the innermost.

Reads frames and attributes only; nothing of the script's is called. The kinds are those of layout.WAITS; what the value
of each is stands there. Which function of a library waits for what is told by its code object, so it is all the same
how the script has come by it.
"""

import gc
import sys
import types
from _collections import deque as _deque

import _asyncdemo_layout as layout

_MANY = 200  # parts of an object that are looked at
_NO_PARTS = (type, types.ModuleType, types.FunctionType, types.CodeType, types.CoroutineType, types.FrameType, str)
_SMALL, _LARGE = (1 << 16) - 1, (1 << 32) - 1
_KIND = {name: number for number, name in enumerate(layout.WAITS)}
_STEPS_OF_GENERATORS = ("async_generator_asend", "async_generator_athrow", "anext_awaitable")

# Which kind of wait a function is, by its module and its name there.
_FUNCTIONS = {
    "asyncio.locks": {
        "Lock.acquire": "lock",
        "Semaphore.acquire": "semaphore",
        "Event.wait": "event",
        "Condition.wait": "condition",
        "Condition.wait_for": "condition",
        "Barrier.wait": "barrier",
    },
    "asyncio.queues": {"Queue.get": "queue.get", "Queue.put": "queue.put", "Queue.join": "queue.join"},
    "asyncio.tasks": {
        "sleep": "sleep",
        "wait": "asyncio.wait",
        "wait_for": "wait_for",
        "as_completed._wait_for_one": "as_completed",
        "_AsCompletedIterator._wait_for_one": "as_completed",
        "_AsCompletedIterator.__anext__": "as_completed",
    },
    "asyncio.taskgroups": {"TaskGroup.__aexit__": "task group"},
    "asyncio.threads": {"to_thread": "thread"},
    "asyncio.streams": {
        "StreamReader.read": "stream.read",
        "StreamReader.readline": "stream.read",
        "StreamReader.readuntil": "stream.read",
        "StreamReader.readexactly": "stream.read",
        "StreamWriter.drain": "stream.drain",
        "StreamWriter.wait_closed": "stream.close",
        "open_connection": "connect",
    },
    "asyncio.subprocess": {"Process.wait": "process", "Process.communicate": "process"},
    "asyncio.base_events": {
        "BaseEventLoop.create_connection": "connect",
        "BaseEventLoop.getaddrinfo": "name look-up",
        "BaseEventLoop.shutdown_default_executor": "threads of the pool",
        "Server.serve_forever": "connections",
        "Server.wait_closed": "connections",
    },
    "asyncio.selector_events": {
        "BaseSelectorEventLoop.sock_recv": "socket",
        "BaseSelectorEventLoop.sock_recv_into": "socket",
        "BaseSelectorEventLoop.sock_sendall": "socket",
        "BaseSelectorEventLoop.sock_accept": "socket",
        "BaseSelectorEventLoop.sock_connect": "connect",
    },
    "anyio.streams.memory": {
        "MemoryObjectReceiveStream.receive": "receive",
        "MemoryObjectSendStream.send": "send",
    },
    "anyio._backends._asyncio": {
        "TaskGroup.__aexit__": "task group",
        "Lock.acquire": "lock",
        "Semaphore.acquire": "semaphore",
        "Event.wait": "event",
        "AsyncIOBackend.run_sync_in_worker_thread": "thread",
    },
    "anyio._core._synchronization": {"Condition.wait": "condition"},
    "trio._timeouts": {"sleep": "sleep", "sleep_until": "sleep", "sleep_forever": "forever"},
    "trio._sync": {
        "Event.wait": "event",
        "Semaphore.acquire": "semaphore",
        "_LockImpl.acquire": "lock",
        "Condition.wait": "condition",
        "CapacityLimiter.acquire_on_behalf_of": "semaphore",
    },
    "trio._channel": {"MemorySendChannel.send": "send", "MemoryReceiveChannel.receive": "receive"},
    "trio._core._run": {"Nursery._nested_child_finished": "nursery"},
    "trio._threads": {"to_thread_run_sync": "thread"},
    "trio._subprocess": {"Process.wait": "process"},
    "trio._socket": {"_SocketType._nonblocking_helper": "socket"},
    "trio._core._io_epoll": {"EpollIOManager._epoll_wait": "socket"},
    "trio._highlevel_open_tcp_stream": {"open_tcp_stream": "connect"},
}

# What several objects are about, by the name of their class.
_SHARED = {
    "Condition": "_lock",
    "MemoryObjectReceiveStream": "_state",
    "MemoryObjectSendStream": "_state",
    "MemoryReceiveChannel": "_state",
    "MemorySendChannel": "_state",
}

_attribute_of = object.__getattribute__
name_of = type.__dict__["__name__"].__get__  # of a class, whatever that says itself
_bases_of, _names_of = (type.__dict__[name].__get__ for name in ("__mro__", "__dict__"))

_by_code = {}  # by its id: the kind, and the code object, which so stays at that id
_read = {}  # the files whose functions are known


def attribute(value, name, default=None):
    """An attribute as it lies in an object; no __getattribute__ and no __getattr__ of the script's is called."""
    try:
        return _attribute_of(value, name)
    except AttributeError:
        return default


def _number(value, name):
    """An attribute that is a number; 0 where it is none, or one of a class of the script's."""
    found = attribute(value, name)
    return found if type(found) is int else 0


def kind_of(code):
    """The number of the kind of wait that a function is; 0 where it is none that is known."""
    found = _by_code.get(id(code))
    if found is None and code.co_filename not in _read:
        _read[code.co_filename] = True
        for module, functions in _FUNCTIONS.items():
            if getattr(sys.modules.get(module), "__file__", None) == code.co_filename:
                _learn(vars(sys.modules[module]), functions)
        found = _by_code.get(id(code))
    return 0 if found is None else found[0]


def _learn(names, functions):
    for name, kind in functions.items():
        owner, _, attribute = name.rpartition(".")
        holder = names.get(owner) if owner else None
        function = names.get(name) if not owner else getattr(holder, "__dict__", {}).get(attribute)
        function = getattr(function, "__func__", function)  # a class method's own
        if type(holder) is types.FunctionType:  # a function within a function
            codes = [each for each in holder.__code__.co_consts if getattr(each, "co_name", None) == attribute]
        else:
            codes = [function.__code__] if type(function) is types.FunctionType else []
        for code in codes:
            _by_code[id(code)] = _KIND[kind], code


def stepped_by(awaitable):
    """The asynchronous generator, or what stands before it, that is stepped by what its `async for` awaits, or None."""
    if name_of(type(awaitable)) not in _STEPS_OF_GENERATORS:
        return None
    return next((each for each in gc.get_referents(awaitable) if _is_step(each)), None)


def _is_step(value):
    return type(value) is types.AsyncGeneratorType or name_of(type(value)) in _STEPS_OF_GENERATORS


class Wait:
    """For what a task waits: the number of the kind, the object that it is about, and a value that says more."""

    __slots__ = ("about", "kind", "value")

    def __init__(self, kind, about=None, value=0):
        self.kind, self.about, self.value = kind, about, value


def wait_of(frames, future, library=None):
    """For what a task waits, by the frames below the innermost one of the script's own code.

    `future` is what an asyncio task waits for, None in trio; `library` tells of tasks and gathers.
    """
    kind, frame = 0, None
    for each in frames:
        number = kind_of(each.f_code)
        if number and (
            not kind or layout.WAITS[kind] == "wait_for" or (_named(kind, "condition") and _named(number, "lock"))
        ):
            kind, frame = number, each
    if (not kind or _named(kind, "wait_for")) and future is not None and library is not None:
        found = _wait_for_future(future, library)
        if found is not None and (found.kind != _KIND["future"] or not kind):
            return found
    if not kind:
        return Wait(0)
    about, value = _details(layout.WAITS[kind], frame)
    return Wait(kind, about, value)


def _named(number, name):
    return layout.WAITS[number] == name


def _wait_for_future(future, library):
    kind = type(future)
    if issubclass(kind, (library.task, library.python_task)):
        return Wait(_KIND["task"], future)
    if issubclass(kind, library.gathering):
        children = attribute(future, "_children", ())
        return Wait(_KIND["gather"], future, _pair(_left(children), len(children)))
    called = [each[0] for each in attribute(future, "_callbacks") or ()]
    names = {each.__code__.co_name for each in called if type(each) is types.FunctionType}
    for name, kind in (("_call_check_cancel", "thread"), ("_outer_done_callback", "shield")):
        if name in names:
            return Wait(_KIND[kind], future)
    return Wait(_KIND["future"], future)


def _details(kind, frame):
    """The object that a wait is about, and the value: read from the library's own variables."""
    read = _DETAILS.get(kind)
    names = frame.f_locals
    about = names.get("self")
    try:
        return about, min(_LARGE, max(0, read(about, names))) if read is not None else 0
    except (AttributeError, TypeError, KeyError):
        return about, 0


def _pair(first, second):
    return min(first, _SMALL) << 16 | min(second, _SMALL)


def _sleep(_, names):
    delay = names.get("delay", names.get("seconds"))
    return int(delay * 10_000) if type(delay) in (int, float) and 0 <= delay < 1e5 else 0


def _left(futures):
    return sum(attribute(each, "_state") == "PENDING" for each in futures)


def _unread(process, _):
    """How many bytes of a process nobody has read, if they are so many that its pipe is let fill up."""
    streams = [attribute(process, name) for name in ("stdout", "stderr")]
    return sum(len(attribute(each, "_buffer")) for each in streams if attribute(each, "_paused") is True)


def _come(reader, names):
    """How many bytes are there of what is not complete, and which way of reading it is: see layout.WAITS."""
    blocks, joined = names.get("blocks"), names.get("joined")  # before CPython 3.15, and from then on
    if type(blocks) is list:
        way, come = layout.TO_THE_END, sum(len(each) for each in blocks[:_MANY])
    elif type(joined) is bytearray:
        way, come = layout.TO_THE_END, len(joined)
    else:
        way, come = layout.SO_MANY if "n" in names else layout.A_LINE, 0
    come += len(attribute(reader, "_buffer", b""))
    return way << layout.WAY_AT | min(come, (1 << layout.WAY_AT) - 1) if come else 0


def _unsent(writer, _):
    """How many bytes a stream could not send."""
    kept = attribute(attribute(writer, "_transport"), "_buffer")
    if type(kept) is bytearray:
        return len(kept)
    return sum(len(each) for each in kept) if type(kept) is _deque else 0


def _open(server, _):
    """How many connections of a server are open that is closed itself."""
    if attribute(server, "_sockets") is not None:
        return 0
    clients = attribute(server, "_clients")
    return _number(server, "_active_count") if clients is None else len(clients)


_DETAILS = {
    "stream.read": _come,
    "stream.drain": _unsent,
    "connections": _open,
    "sleep": _sleep,
    "process": _unread,
    "semaphore": lambda about, _: _number(about, "_value"),
    "queue.put": lambda about, _: _number(about, "_maxsize"),
    "queue.join": lambda about, _: _number(about, "_unfinished_tasks"),
    "barrier": lambda about, _: _pair(_number(about, "_count"), _number(about, "_parties")),
    "task group": lambda about, _: len(attribute(about, "_tasks", ())),
    "nursery": lambda about, _: len(attribute(about, "_children", ())),
    "asyncio.wait": lambda _, names: _left(names["fs"]),
    "receive": lambda about, _: _number(attribute(about, "_state"), "open_send_channels"),
    "send": lambda about, _: _number(attribute(about, "_state"), "open_receive_channels"),
}


def identity(value):
    """The id of what is waited for or held; of a condition that of its lock, of a channel's end that of the channel."""
    shared = _SHARED.get(name_of(type(value)))
    inner = None if shared is None else attribute(value, shared)
    return id(value if inner is None else inner)


def uses(frame, coroutine, wanted):
    """Those of the objects, given by their identities, that a frame has in its variables, or in what these hold."""
    found = []
    for each in gc.get_referents(frame) or gc.get_referents(coroutine):
        if issubclass(type(each), _NO_PARTS):
            continue
        for part in (each, *_parts(each)):
            if id(part) in wanted and id(part) not in found:
                found.append(id(part))
    return found


def _parts(value):
    parts = gc.get_referents(value)[:_MANY]
    for each in parts[:]:
        if type(each) is dict and not issubclass(type(value), dict):
            parts += list(each.values())[:_MANY]
    return parts


def _has(value, exit_):
    return any(_names_of(kind).get("__aexit__") is exit_ for kind in _bases_of(type(value)))


def held_in(frame, coroutine):
    """What a suspended frame holds by its `async with` blocks: the object of each, also of one that is being entered.

    The interpreter keeps the way out of each block with the frame: a bound __aexit__, from CPython 3.14 on the function
    and its object one after the other.
    """
    found = []
    held = gc.get_referents(frame) or gc.get_referents(coroutine)  # before 3.11 its frame has it, then the coroutine
    for each, following in zip(held, [*held[1:], None]):  # noqa: B905 (not before 3.10)
        if type(each) is types.MethodType and attribute(each.__func__, "__name__") == "__aexit__":
            found += [each.__self__, *_held_by(each.__self__)]
        elif type(each) is types.FunctionType and each.__name__ == "__aexit__" and _has(following, each):
            found += [following, *_held_by(following)]
        elif type(each) is types.AsyncGeneratorType:
            found += _held_in_generator(each)
    return found


def _held_by(manager):
    """What a context manager holds in its turn: the function behind an @asynccontextmanager, or an AsyncExitStack."""
    kind, library = type(manager), vars(sys.modules["contextlib"]) if "contextlib" in sys.modules else {}
    if kind is library.get("_AsyncGeneratorContextManager"):
        return _held_in_generator(attribute(manager, "gen"))
    if kind is library.get("AsyncExitStack"):
        entered = [each[1] for each in list(attribute(manager, "_exit_callbacks", ()))]
        entered = [
            each
            for each in entered
            if type(each) is types.MethodType and attribute(each.__func__, "__name__") == "__aexit__"
        ]
        return [each.__self__ for each in entered]
    return []


def _held_in_generator(generator):
    """What an asynchronous generator holds that was left in the midst of an `async with`."""
    if type(generator) is not types.AsyncGeneratorType or generator.ag_running or generator.ag_frame is None:
        return []
    return held_in(generator.ag_frame, generator)
