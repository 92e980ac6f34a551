"""The shared memory between the tool and the watched interpreter, in words of eight bytes (signed).

    header    HEADER words; what each of them holds is named below
    path      PATH words: the UTF-8 file name of the script, once it has begun, ended by a zero byte
    libraries LIBRARIES words: the folders of the interpreter's libraries, each ended by a zero byte
    why       WHY words: why something of the probe was given up, in lines, where the tool asks for that
    imports   IMPORTS entries of IMPORT words: line, start, end, processor time at the end and at the start
    writes    a ring of WRITES entries of WRITE words: number; kind | seal << SEAL_AT, the kind being stream | writer <<
              WRITER_AT | part << 8; length, checksum, first eight bytes, time, thread, file << 32 | line. The file is
              0 for the script
    infos     INFOS entries of INFO words: kind, loop, line, file, thread; then the coroutine's name and the name as
              UTF-8 in NAME words each, and for a loop NATIVE, the kernel's number of its thread, for a task UNSEEN.
              The entry's place is the key of the task that it tells of; one that is not there has 0 for its kind
    files     FILES entries of FILE words: number; then the file's name as UTF-8. Those from which something is printed
              have the last PRINTING of them
    chains    CHAINS entries of CHAIN words: 1 + the chain that it goes on from, file << 32 | line
    snapshot  SNAPSHOT bytes of text: who waits where for what, as _asyncdemo_snapshot writes it
    events    EVENTS words of times, then as many of wake-up times, then of codes: what happened to whom, the code
              stored last. A code is key << 4 | what; what stands in the time's place is told at each `what` below

Only the child writes, except for the words that the tool sets before it starts the child. The number of a write
(counted from 1) is stored last: an entry whose number is not the expected one is not there yet, torn, or overwritten.
So much holds where stores are seen in the order in which they were made, as on x86. On ARM they may be seen in any
order. There, too:

- A write is sealed: the seal is what is left of the 48 bytes from `length` on, taken for one number, xor number xor
  kind, when that is divided by PRIME. An entry whose seal does not fit its words is not there yet. It is seen before
  the bytes of the write are: those go through the kernel, which orders what was stored before.
- Of an event the time, or the wake-up time, may be seen as 0 for a moment after the code was seen. Who reads while the
  child runs copies the codes first, and takes an event whose time is 0 for one that is not there yet.
- An info, a file or a chain may be seen without some of its words for a moment: a name is then missing in a live view.
- After the child has ended all is seen that it has stored: the kernel sees to that. So no report depends on the order.

Times are nanoseconds of the monotonic clock, which both processes share. A write of more than BLOCK bytes has an
entry for each block, so that nothing has to be held back for longer than that. Its checksum is what is left of it,
taken for one number, when that is divided by PRIME: for this the child needs no module, and so has no class more.
"""

MAGIC = 0x0004_6F6D_6564_7361  # "asdemo" and the version of this layout

HEADER = 40
PATH = 512
LIBRARIES, WHY = 1024, 512
IMPORTS, IMPORT = 256, 5
WRITES, WRITE = 1 << 17, 8
BLOCK = 1 << 16
SEAL_AT = 32
PRIME = (1 << 30) - 35
WRITER_AT = 4

# Who has written to stderr, by number. "python" is the interpreter itself: an exception that nobody has caught, a
# warning at its end. "warning" is its warning of a coroutine that was never awaited, "loop" what an event loop of
# asyncio reports, "traceback" the traceback of an error at hand, "shown" any other warning, the script's own among
# them. All else is "script", though Python may have written it where that cannot be told from a print.
WRITERS = "script", "python", "warning", "loop", "traceback", "shown"
SCRIPT, PYTHON, WARNING, LOOPS, TRACEBACK, SHOWN = range(6)

ATTACHED = 0  # MAGIC, set by the probe when it is in place
PARENT = 1  # process id of the child's parent, set by that: a fork of the tool, with its descriptors; ANY on Windows
ANY = -1  # there a virtual environment's Python starts another one: whoever comes first is the child
NAMING = 2  # 1: record the writes, set by the tool
PID = 3  # process id of the watched interpreter
VERSION = 4  # its sys.hexversion
CPYTHON = 5  # 1: it is CPython
READY, READY_CPU = 6, 7  # when the interpreter was ready for the script
END, END_CPU = 8, 9  # when the script and its exit handlers were done; 0: never
IMPORTED = 10  # how many entries of imports are valid
NAMED = 11  # 1 + 2: writes to stdout and to stderr are recorded
TRACING = 12  # 1: record what tasks do, set by the tool
TRACED = 13  # 1 asyncio, 2 trio, 4 threads: what is being traced
STACKS = 15  # 1 + the tool's descriptor of the pipe for stacks, 0 for none; set by the tool
UNTRACED = 14  # OTHER_LOOP: one of another kind ran, 2: tracing has failed and was given up, GEVENT: that was loaded
OTHER_LOOP, GEVENT = 1, 4
UNTIL = 16  # when it was given up; 0: it was not
OFFERED = 18  # how the stack can be asked for
NOT_OFFERED, POLITELY, IN_EITHER_WAY = 1, 2, 3
PRESSING = 61  # the signal that asks for it while no bytecode is executed: a real-time signal, of which there are many
UNTRIED = 19  # 1: this version of Python is newer than any that was tried; UNLIKE: and something is unlike what we know
NEWEST = 3, 15  # the newest version that was tried
UNLIKE = 2
IMPORTING, IMPORTING_CPU = (
    20,
    21,
)  # time and processor time of all imports by the main thread, those within others not counted
DEBUG = 22  # 1: say why something is given up; set by the tool
WHY_SIZE = 23  # bytes of that
WANTED = 24  # how many snapshots the tool has asked for, with its next question for the stack; set by the tool
SNAPSHOTS = 25  # how many there were; stored last
TAKEN, TAKEN_SIZE = 26, 27  # when the last one was taken, and how many bytes it has
TAKEN_WHY = 28  # NOTHING_LEFT: nothing can wake the loop any more, ASKED: the tool wanted to know
NOTHING_LEFT, ASKED = 1, 2
TAKEN_AFTER = 29  # how many events there were by then
# Where the probe was put into a process that ran already:
LEAVE = 30  # 1: take all out again; set by the tool
BEAT = 31  # when the tool was last seen to live, set by that: when it has not for STALE, all is taken out as well
LEFT = 32  # 1: all was taken out
STALE = 5_000_000_000  # ns
MAIN = 17  # the key of the main thread, once there is another one

# In stacks, the file, line and function of a loop that is written in C, named as asyncio's.
IN_C = "<uvloop>", 0, "_run_once"

INFOS, INFO, NAME = 1 << 17, 32, 12
THREAD_ID, CODE_AT, NAME_AT = 4, 5, 17
NATIVE = 30
UNSEEN = 31  # of a task, 1: it has failed, and nothing has looked at its error by the end of the script
FILES, FILE = 1 << 12, 128
PRINTING = 64
CHAINS, CHAIN = 1 << 16, 2
SNAPSHOT = 1 << 23  # bytes
EVENTS = 1 << 22

# What happened; the word in the time's place is a time unless it says otherwise.
TOUCHED = 0  # another thread has put something into the loop's queue and not woken the loop; for wake-up time: where
STEP = 1  # a step of the task begins (of a loop: one of its callbacks); it was ready from its wake-up time on
OVER = 2  # the step that went on has ended; with a 1 for wake-up time, at a moment that nobody knows
POLL = 3  # the loop looks for I/O and has steps to make; whatever ran until now has ended
IDLE = 4  # the same, and nothing is left to do: it waits
RETURNED, RAISED, CANCELLED = 5, 6, 7  # the task has ended with the step that just did; for wake-up time of RAISED the
#         number of the error's name among the files, with ": " and what it says where that is known, << 48 | file << 32
#         | line: where in the script it was raised
DUE = 8  # when the timer was due whose callback is the loop's next STEP; with a task's key: when that was due for which
#         it waited while a step held the loop
AT = (
    9  # file << 32 | line: where the task is suspended since its last step, read at an IDLE, after a long step, and now
)
#         and then of the few that make steps while the loop is never idle; for
#         wake-up time 1 if it is an installed library that waits there; << IGNORED_AT how many times it was cancelled
#         and went on all the same, where that can be known; and for what it waits: << KIND_AT which of WAITS, <<
#         CHAIN_AT the chain of user coroutines that await one another down to that line, << VALUE_AT the value
IGNORED_AT, KIND_AT, CHAIN_AT, VALUE_AT = 1, 8, 14, 31
CPU = 10  # processor time (ns) since the loop's last POLL, IDLE or CPU, read at the end of a long step
QUEUED = 11  # the same of the time in which the thread was ready and another had the processor
OTHERS = 15  # processor time (ns) of the other threads, at most, during the long step
STOP = 12  # the loop has stopped
GONE = 13  # the task is gone before it could be asked how it ended; if its step went on, it has ended with that
NEW = 14  # the task came to be; for wake-up time 1 + the key of the task that made it, 0 where none did; and NOT_BEGUN
#         where its first step is still to come
NOT_BEGUN = 1 << 32
THREAD_AT = 44  # where of TOUCHED: key of the thread << THREAD_AT | file << 32 | line, each 0 where it is not known
NO_TIMES = AT, CPU, QUEUED, OTHERS  # of these there is something else in the time's place
LONG = 1_000_000  # ns: steps of that length are worth reading two more clocks
BUSY = 50_000_000  # ns: a loop that has not been idle for so long, and then for twice, four times, ... is looked at
HELD = 20_000_000  # ns: after those the lines are read of the tasks that they have held up, and who made them is asked

# For what a task may wait, by number. The value is the length of a sleep in 0.1 ms, what a semaphore has left, the size
# of a full queue, how many are unfinished, left, or open at the other end; of a gather and a barrier two numbers, the
# first << 16: how many are left of how many, and how many are there of how many; of a task its key; of a process how
# many bytes of its output nobody reads, 0 while there is room for more. Of a stream how many bytes are there, with the
# way of reading << WAY_AT for which they do not do, or could not be sent; of a closed server its open connections.
WAY_AT = 30
A_LINE, TO_THE_END, SO_MANY = 1, 2, 3
WAITS = (
    "",
    "sleep",
    "lock",
    "semaphore",
    "event",
    "condition",
    "barrier",
    "queue.get",
    "queue.put",
    "queue.join",
    "gather",
    "task group",
    "task",
    "asyncio.wait",
    "wait_for",
    "as_completed",
    "shield",
    "stream.read",
    "stream.drain",
    "stream.close",
    "socket",
    "connect",
    "connections",
    "name look-up",
    "process",
    "thread",
    "threads of the pool",
    "future",
    "nursery",
    "receive",
    "send",
    "forever",
)

TASK, LOOP, TRIO, THREAD = 1, 2, 3, 4  # kinds of infos: a task of asyncio, a loop, a task of trio, a thread

PATH_AT = HEADER
LIBRARIES_AT = PATH_AT + PATH
WHY_AT = LIBRARIES_AT + LIBRARIES
IMPORTS_AT = WHY_AT + WHY
WRITES_AT = IMPORTS_AT + IMPORTS * IMPORT
INFOS_AT = WRITES_AT + WRITES * WRITE
FILES_AT = INFOS_AT + INFOS * INFO
CHAINS_AT = FILES_AT + FILES * FILE
SNAPSHOT_AT = CHAINS_AT + CHAINS * CHAIN
TIMES_AT = SNAPSHOT_AT + SNAPSHOT // 8
WAKES_AT = TIMES_AT + EVENTS
CODES_AT = WAKES_AT + EVENTS
SIZE = CODES_AT + EVENTS  # words
