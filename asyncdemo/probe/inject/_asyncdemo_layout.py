"""The shared memory between the tool and the watched interpreter, in words of eight bytes (signed).

    header    HEADER words; what each of them holds is named below
    path      PATH words: the UTF-8 file name of the script that does the importing, ended by a zero byte
    imports   IMPORTS entries of IMPORT words: line, start, end, processor time at the end
    writes    a ring of WRITES entries of WRITE words: number, stream and part, length, checksum, first eight
              bytes, time, thread, line

Only the child writes, except for the two words that the tool sets before it starts the child. The number of a write
(counted from 1) is stored last: an entry whose number is not the expected one is not there yet, torn, or overwritten.
Times are nanoseconds of the monotonic clock, which both processes share. A write of more than BLOCK bytes has an
entry for each block, so that nothing has to be held back for longer than that.
"""

MAGIC = 0x0001_6F6D_6564_7361  # "asdemo" and the version of this layout

HEADER = 32
PATH = 512
IMPORTS, IMPORT = 256, 4
WRITES, WRITE = 1 << 17, 8
BLOCK = 1 << 16

ATTACHED = 0  # MAGIC, set by the probe when it is in place
TOOL = 1  # process id of the tool, set by the tool
NAMING = 2  # 1: record the writes, set by the tool
PID = 3  # process id of the watched interpreter
VERSION = 4  # its sys.hexversion
CPYTHON = 5  # 1: it is CPython
READY, READY_CPU = 6, 7  # when the interpreter was ready for the script
END, END_CPU = 8, 9  # when the script and its exit handlers were done; 0: never
IMPORTED = 10  # how many entries of imports are valid
NAMED = 11  # 1 + 2: writes to stdout and to stderr are recorded

PATH_AT = HEADER
IMPORTS_AT = PATH_AT + PATH
WRITES_AT = IMPORTS_AT + IMPORTS * IMPORT
SIZE = WRITES_AT + WRITES * WRITE  # words
