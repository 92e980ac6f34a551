"""Stores what happens to tasks, for whichever library runs them: events, and who and where in entries of their own.

No lock: places are handed out by counters in C, which no other thread can interrupt. Where no event fits any more, or
anything else goes wrong, tracing is given up for good and the script goes on; so it is in a forked child.
"""

import _functools
import _thread
import _weakref
import itertools
import os
import sys
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_libraries
import _asyncdemo_reasons
import _asyncdemo_waits

_REREAD = 5_000_000  # ns between two readings of the scheduler's figures while nothing takes long
_SEEN = 1 << 15  # events at most that are looked through for tasks whose line is to be read
_GLANCED = 1 << 10  # the same while a loop is never idle
_FEW = 64  # of them, and there are more than a few tasks
_DEEP = 100  # coroutines that await one another, at most
_MOST_IGNORED = 127  # cancellations, of which more are not told apart
_native = getattr(_thread, "get_native_id", int)
_Coroutine, _Generator = types.CoroutineType, types.GeneratorType
_OF_COROUTINES = {"code": "cr_code", "frame": "cr_frame", "awaits": "cr_await", "running": "cr_running"}
_OF_GENERATORS = {"code": "gi_code", "frame": "gi_frame", "awaits": "gi_yieldfrom", "running": "gi_running"}
_OF_ASYNC_GENERATORS = {"code": "ag_code", "frame": "ag_frame", "awaits": "ag_await", "running": "ag_running"}
# What stands for the code of the object that closes an asynchronous generator: it is written in C.
_CLOSING = (lambda: None).__code__.replace(co_name="aclose", co_filename="", co_firstlineno=0)
_arguments_of = BaseException.__dict__["args"].__get__  # whatever a class of the script makes of it
_str_of = type.__getattribute__  # of a class, whatever its metaclass does
_encode = str.encode
_INFOS_AT, _INFO = layout.INFOS_AT * 8, layout.INFO * 8  # bytes
_KEYS, _TOLD = layout.INFOS, (layout.NAME_AT + layout.NAME) * 8 - 1
_NATIVE_WORDS = sys.maxsize == (1 << 63) - 1  # then a view of them as such is the same, and stores sooner
_MANY_FAILED = 1000  # tasks that have failed, before those are forgotten that are gone
_MOST_ERRORS, _LONGEST_ERROR = 500, 200  # different ones of which is told what they say, and characters of that
_MOST_BITS = 1000  # of a number that is quoted: longer ones take long to write, and Python refuses to from some point
_FILES = (lambda: None).__code__.co_filename.rpartition(os.sep)[0] + os.sep + "_asyncdemo_"


class Recorder:
    """The regions of the shared memory that hold the trace of tasks."""

    def __init__(self, words, libraries, *, watch_forks=True):
        self.words = self._header = words
        self.is_own = own_code(libraries)
        self._libraries = libraries
        self._bytes = words.cast("B")
        events = self._bytes.cast("n") if _NATIVE_WORDS else words
        self.times = events[layout.TIMES_AT : layout.TIMES_AT + layout.EVENTS]
        self.wakes = events[layout.WAKES_AT : layout.WAKES_AT + layout.EVENTS]
        self.codes = events[layout.CODES_AT : layout.CODES_AT + layout.EVENTS]
        self.places = itertools.count()  # of the next events
        self.put, self.introduce = _stores(self._bytes, self.places, self.times, self.wakes, self.codes)
        self.keys = itertools.count(1)
        self._file = itertools.count(1).__next__
        self._files = {}
        self._chains = {}
        self.sections = {}  # of loops that run, by their keys: functions that give the lines of a snapshot
        self.runners = {}  # of loops that are written in C: the identities of the frames that run them, by their keys
        self.threads = {}  # those that run, as their tracer knows them, by their identifiers
        self._on_thread = []
        self._failed = []  # the keys of tasks that have failed, with references that do not keep them
        self._most_failed = _MANY_FAILED
        self._errors = set()
        if watch_forks and hasattr(os, "register_at_fork"):  # which can never be taken back
            os.register_at_fork(after_in_child=self._forked)

    def handed_out(self):
        """How many places of events were handed out by now: `count(7)` is how a counter shows its next number."""
        return int(repr(self.places)[6:-1])

    def give_up(self):
        """Trace no more: every further attempt to store an event fails at once, and is caught where it is made."""
        words = self.words
        self.release()
        if words is not None:  # else it was given up before, or this is a forked child
            _asyncdemo_reasons.say(words, "tracing")
            words[layout.UNTIL] = time.monotonic_ns()
            words[layout.UNTRACED] |= 2

    def is_installed(self, path):
        """True if a file is of an installed library: none of those that come with Python."""
        return _asyncdemo_libraries.is_installed(path, self._libraries)

    def untraced(self, is_asyncios):
        """Take note of a loop that is not traced, also where tracing was given up before."""
        if self._header is not None:
            _asyncdemo_reasons.say(self._header, "a loop", "it is not built on asyncio's own, or its queue is another")
            self._header[layout.UNTRACED] |= 2 if is_asyncios else layout.OTHER_LOOP

    def _forked(self):
        self._header = None
        self.release()

    def release(self):
        """Let go of the memory."""
        self.words = None
        self._bytes.release()
        self.times.release()
        self.wakes.release()
        self.codes.release()

    def unmap(self):
        """Let go of the memory's header, too: nothing can be stored any more."""
        header, self._header = self._header, None
        if header is not None:
            header.release()

    def once_there_are_threads(self, call):
        """Have something called as soon as there is another thread than the main one."""
        self._on_thread.append(call)
        if self.threads:
            self.there_are_threads()

    def there_are_threads(self):
        """Take note that there is a thread. Called in it, before it does anything."""
        while self._on_thread:
            self._on_thread.pop()()

    def key(self):
        """A new key for a task or a loop. Raises IndexError where there is no room for another."""
        key = next(self.keys)
        if key >= _KEYS:
            raise IndexError
        return key

    def tell(self, key, kind, loop, name, code, thread=0):
        """Store who a key is; `code` is the code object of its coroutine, or None."""
        self.introduce(key, name, self.form(kind, loop, code, thread))

    def form(self, kind, loop, code, thread=0):
        """What `introduce` stores of all that have the same code: the words of an info from `kind` up to the name."""
        line, file = (code.co_firstlineno, self.file(code.co_filename)) if code is not None else (0, 0)
        numbers = b"".join(int.to_bytes(word, 8, sys.byteorder) for word in (kind, loop, line, file, thread))
        return numbers + _encoded(code.co_name if code is not None else "").ljust(layout.NAME * 8, b"\0")

    def runs_in(self, key, thread):
        """Store in which thread a loop runs: this one."""
        at = layout.INFOS_AT + key * layout.INFO
        self.words[at + layout.THREAD_ID], self.words[at + layout.NATIVE] = thread, _native()

    def failed(self, key, task):
        """A task has failed. Gives the number under which its error is told."""
        self._failed.append((key, _weakref.ref(task)))
        if len(self._failed) > self._most_failed:  # those that are gone need no look any more
            self._failed = [each for each in self._failed if each[1]() is not None]
            self._most_failed = 2 * len(self._failed) + _MANY_FAILED
        error = _asyncdemo_waits.attribute(task, "_exception")
        name = _asyncdemo_waits.name_of(type(error))
        text = _text_of(error)
        whole = name + ": " + text
        if text and (whole in self._errors or len(self._errors) < _MOST_ERRORS):
            self._errors.add(whole)
            name = whole
        return self.file(name)

    def look_at_failed(self):
        """The script has ended: find out which errors nothing has looked at. They are kept somewhere."""
        for key, kept in self._failed:
            task = kept()
            if task is not None and _asyncdemo_waits.attribute(task, "_log_traceback") is True:
                self.words[layout.INFOS_AT + key * layout.INFO + layout.UNSEEN] = 1

    def rename(self, key, name):
        """Store another name of a task."""
        self._text(layout.INFOS_AT + key * layout.INFO + layout.NAME_AT, layout.NAME, name)

    def describe(self, key, code):
        """Store what code a task runs; None where it has none."""
        at = layout.INFOS_AT + key * layout.INFO
        self.words[at + 2] = code.co_firstlineno if code is not None else 0
        self.words[at + 3] = self.file(code.co_filename) if code is not None else 0
        self._text(at + layout.CODE_AT, layout.NAME, code.co_name if code is not None else "")

    def runs_loop(self, frame):
        """True if what a frame has called is a loop that is written in C, and so has no frame of its own."""
        return id(frame) in self.runners.values()

    def file(self, path):
        """The number of a file; 0 where there is no room for another."""
        number = self._files.get(path)
        if number is None:
            number = self._file()
            if number >= layout.FILES - layout.PRINTING:
                number = 0
            else:
                at = layout.FILES_AT + number * layout.FILE
                self._text(at + 1, layout.FILE - 1, path)
                self.words[at] = number
            self._files[path] = number
        return number

    def chain(self, outer, at):
        """The number of a chain of lines: `outer`, a chain, goes on to `at`; 0 where there is no more room."""
        number = self._chains.get((outer, at))
        if number is None:
            number = len(self._chains) + 1
            if number >= layout.CHAINS:
                return 0
            place = layout.CHAINS_AT + number * layout.CHAIN
            self.words[place + 1] = at
            self.words[place] = outer + 1
            self._chains[outer, at] = number
        return number

    def _text(self, at, room, text):
        self._bytes[at * 8 : (at + room) * 8] = _encoded(text, room).ljust(room * 8, b"\0")


def _encoded(text, room=layout.NAME):
    """A text in UTF-8 that leaves a byte free at the end of so many words."""
    try:
        data = _encode(text)
    except UnicodeEncodeError:
        data = _encode(text, "utf-8", "backslashreplace")
    return data if len(data) < room * 8 else data[: room * 8 - 1]


def _stores(memory, places, times, wakes, codes):
    """Make the functions that store an event, and a task. They are closures, which find their names sooner."""

    def put(value, code, wake=0):
        """Store an event and give its place. Raises IndexError where there is no room, ValueError when given up."""
        place = following(places)
        times[place] = value
        if wake:
            wakes[place] = wake
        codes[place] = code
        return place

    def introduce(key, name, form, made=0, made_by=0):
        """Store who a key is, of which nothing was stored; if it was `made` just then, also that."""
        try:
            told = form + encode(name)
        except UnicodeEncodeError:
            told = form + _encoded(name)
        size, at = length(told), _INFOS_AT + key * _INFO
        if size > _TOLD:
            told, size = told[:_TOLD], _TOLD
        memory[at : at + size] = told
        if made:
            place = following(places)
            times[place] = made
            wakes[place] = made_by
            codes[place] = key << 4 | layout.NEW

    encode, length, following = str.encode, len, next
    return put, introduce


def _text_of(error):
    """What an error says, in one line; "" where only code of the script could tell, and of a huge number."""
    kind, given = type(error), _arguments_of(error)
    says = _str_of(kind, "__str__")
    if says is OSError.__str__ and len(given) > 1:
        number, text = given[:2]
        text = "[Errno %d] %s" % (number, text) if _is_short(number) and type(text) is str else ""
    elif len(given) != 1 or not (type(given[0]) in (str, float) or _is_short(given[0])):
        text = ""
    elif says is KeyError.__str__:
        text = repr(given[0])
    else:
        text = str(given[0]) if says in (BaseException.__str__, OSError.__str__) else ""
    return text.partition("\n")[0][:_LONGEST_ERROR]


def _is_short(number):
    """True if it is an int, of no class of the script, that is quickly written."""
    return type(number) is int and number.bit_length() < _MOST_BITS


def run_queue():
    """How long (ns) this thread was ready and had no processor; None where the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return int(os.read(file, 64).split()[1])
        finally:
            os.close(file)
    except (OSError, IndexError, ValueError) as error:
        if raised_elsewhere(error):
            raise
        return None


def raised_elsewhere(error):
    """True if an error that came up in the midst of our code is not of our making: a signal handler has raised it.

    If so its traceback is made to begin there, and errors that we were just dealing with are taken off it.
    """
    theirs = _below_ours(error)
    if theirs is None and isinstance(error, Exception):
        return False
    error.__traceback__ = theirs
    while error.__context__ is not None and _below_ours(error.__context__) is None:
        error.__context__ = error.__context__.__context__
    return True


def _below_ours(error):
    """The traceback from where it leaves our code; None if it does not."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(_FILES):
        traceback = traceback.tb_next
    return traceback


class StandIn:
    """Stands in the queue for a handle, and raises an error when the loop asks whether it was cancelled."""

    __slots__ = ()


def stand_in(error):
    """Make one for an error."""
    # Throwing into a generator that has ended raises the error and adds no frame to its traceback.
    throw = (nothing for nothing in ()).throw
    try:
        throw(GeneratorExit)
    except GeneratorExit:
        pass
    raises = _functools.partial(next, map(throw, (error,)))
    return type("Handle", (StandIn,), {"__slots__": (), "_cancelled": property(raises)})()


class Asked:
    """Stands before a method and is told when somebody asks for it, which is just before it is called.

    So there is no frame of ours on the stack while the method runs.
    """

    def __init__(self, method, note):
        self._method, self._note = method, note

    def __get__(self, instance, owner=None):
        if instance is not None:
            self._note(instance)
        return self._method.__get__(instance, owner)


class Clocks:
    """Tells where the time of a long step went: reads further clocks, each seldom. In the loop's own thread only."""

    __slots__ = ("_others", "_queue", "_read_at", "_recorder", "cpu")

    def __init__(self, recorder):
        self._recorder = recorder
        self._read_at = self.cpu = self._others = 0
        self._queue = None

    def begin(self, now):
        """Take note that the thread has begun just now."""
        self.cpu, self._queue, self._others = time.thread_time_ns(), 0, time.process_time_ns()
        self._read_at = now

    def turn(self, now):
        """Take note that no step goes on: what the clocks show from now on belongs to the next ones."""
        self.cpu = time.thread_time_ns()
        if now - self._read_at > _REREAD:
            self._queue, self._others = run_queue(), time.process_time_ns() - self.cpu
            self._read_at = now

    def long_step(self, key, now):
        """Store the figures of a long step of a task that ended `now`, and that it has ended. Gives the last event."""
        put = self._recorder.put
        before, self.cpu = self.cpu, time.thread_time_ns()
        queue, others = run_queue(), time.process_time_ns() - self.cpu
        put(self.cpu - before, key << 4 | layout.CPU)
        if queue is not None and self._queue is not None:
            put(queue - self._queue, key << 4 | layout.QUEUED)
        put(others - self._others, key << 4 | layout.OTHERS)
        self._queue, self._others, self._read_at = queue, others, now
        return put(now, key << 4 | layout.OVER)


def asked_of(coroutine, what):
    """What Python tells of a coroutine or a generator; None of anything else, whose own methods are not called."""
    kind = type(coroutine)
    if kind is _Coroutine:
        return getattr(coroutine, _OF_COROUTINES[what])
    if kind is _Generator:
        return getattr(coroutine, _OF_GENERATORS[what])
    if kind is types.AsyncGeneratorType:
        return getattr(coroutine, _OF_ASYNC_GENERATORS[what])
    return None


def code_of(coroutine):
    """The code object of a coroutine or a generator; None of anything else, but for what closes a generator."""
    if type(coroutine) is _Coroutine:
        return coroutine.cr_code
    if _asyncdemo_waits.name_of(type(coroutine)) == "async_generator_athrow":
        return _CLOSING
    return asked_of(coroutine, "code")


class Places:
    """Tells what tasks are called and where they are suspended; looks when their loop goes idle or was held for long.

    A task here has `key`, `name` and `has_own_code`. `asked()` gives its coroutine, its name, how many cancellations it
    has ignored, and the future that it waits for; None when it is over.
    """

    __slots__ = ("_is_own", "_library", "_looked_through", "_recorder")

    def __init__(self, recorder, library=None):
        self._recorder = recorder
        self._is_own = recorder.is_own
        self._library = library
        self._looked_through = recorder.handed_out()  # what was before is of other loops

    def idle(self, loop_key, now, tasks):
        """Store that a loop is idle, and where its tasks are suspended."""
        self.look(self._recorder.put(now, loop_key << 4 | layout.IDLE), tasks)

    def look(self, place, tasks):
        """Store where those tasks are suspended that made a step between the last look and the event at `place`."""
        for code in set(self._recorder.codes[max(self._looked_through, place - _SEEN) : place]):
            task = tasks.get(code >> 4) if code & 15 == layout.STEP else None
            if task is not None:
                self.look_at(task)
        self._looked_through = place

    def glance(self, place, tasks):
        """Store where those tasks are suspended that made the last steps before the event at `place`, if they are few.

        Of a loop that never goes idle nothing else would tell that. The next look comes to the same tasks again.
        """
        steps = set(self._recorder.codes[max(0, place - _GLANCED) : place])
        for code in steps if len(steps) <= _FEW else ():
            task = tasks.get(code >> 4) if code & 15 == layout.STEP else None
            if task is not None:
                self.look_at(task)

    def look_at(self, task):
        """Store where a task is suspended."""
        coroutine, name, ignored, future = task.asked() or (None, task.name, 0, None)
        own, below = self._frames(coroutine)
        recorder = self._recorder
        if own or below:
            code, at = own[-1] if own else (below[0].f_code, below[0].f_lineno or 0)
            wait = _asyncdemo_waits.wait_of(below, future, self._library)
            chain = 0
            for outer, line in own[:-1]:
                chain = recorder.chain(chain, recorder.file(outer.co_filename) << 32 | line)
            theirs = own and any(self._recorder.is_installed(frame.f_code.co_filename) for frame in below)
            word = bool(theirs) | min(ignored, _MOST_IGNORED) << layout.IGNORED_AT | wait.kind << layout.KIND_AT
            word |= chain << layout.CHAIN_AT | self._value(wait) << layout.VALUE_AT
            recorder.put(recorder.file(code.co_filename) << 32 | at, task.key << 4 | layout.AT, word)
        if own and not task.has_own_code:
            recorder.describe(task.key, own[0][0])
            task.has_own_code = True
        self.rename(task, name)

    def _value(self, wait):
        """The value of a wait; of one for a task the task's key."""
        if wait.value or self._library is None or layout.WAITS[wait.kind] != "task":
            return wait.value
        return self._library.key_of(wait.about)

    def rename(self, task, name):
        """Store the name of a task if it is another one than before."""
        if name is not task.name:
            self._recorder.rename(task.key, name)
            task.name = name

    def is_own_file(self, path):
        """True if a file is the person's own."""
        return self._is_own(path)

    def is_own(self, code):
        """True if code is the person's own."""
        return code is not None and self._is_own(code.co_filename)

    def _frames(self, coroutine):
        """Code and line of each frame of the script's own in a suspended coroutine, the outermost first.

        Also gives the frames of libraries below the innermost of these, all where there are none. One that is being
        executed, as where a loop runs within another, is not asked what it awaits: see frames_of in the snapshot.
        """
        own, below = [], []
        for _ in range(_DEEP):
            if type(coroutine) is _Coroutine:  # as asked_of does, but most are, and this is done often
                frame, inner = coroutine.cr_frame, None if coroutine.cr_running else coroutine.cr_await
            else:
                frame, inner = asked_of(coroutine, "frame"), asked_of(coroutine, "awaits")
                if frame is None and own:
                    inner = _asyncdemo_waits.stepped_by(coroutine)
                    if inner is not None:
                        coroutine = inner
                        continue
            if frame is None:
                break
            code, coroutine = frame.f_code, inner
            if self._is_own(code.co_filename):
                own.append((code, frame.f_lineno or 0))
                below = []
            else:
                below.append(frame)
        return own, below


def own_code(libraries):
    """A function that tells the person's own files from a library's, by where they lie."""
    known = {}

    def is_own(path):
        own = known.get(path)
        if own is None:
            own = known[path] = _asyncdemo_libraries.is_own(path, libraries)
        return own

    return is_own
