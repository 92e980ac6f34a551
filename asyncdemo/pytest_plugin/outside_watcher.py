"""The process that watches a pytest from outside, until that ends: asks for the stacks of steps that take long.

While nothing moves it has the probe write down who waits for what, as the tool does with a child.
"""

import json
import os
import select
import socket
import time
from contextlib import suppress

from asyncdemo.runner.shared_memory import Memory, memory_at
from asyncdemo.runner.snapshots import Snapshots
from asyncdemo.runner.stacks import Stacks

_LOOK = 10  # ms between two looks


def watch(pid: str, memory_path: str, pipe_path: str, control: str) -> None:
    """Watch the process with this number, whose memory and pipe have these names, until it ends or says so."""
    with suppress(OSError), socket.socket(fileno=int(control)) as asked:
        process = os.pidfd_open(int(pid))
        pipe = os.open(pipe_path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        _watch(int(pid), process, memory_at(memory_path), pipe, asked)


def _watch(pid: int, process: int, memory: Memory, pipe: int, asked: socket.socket) -> None:
    poll = select.poll()
    for descriptor in (process, asked.fileno()):
        poll.register(descriptor, select.POLLIN)
    stacks = Stacks(memory, pid, pipe)
    snapshots = Snapshots(memory, stacks, started=0)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(_LOOK)]
        if process in ready:
            return
        now = time.monotonic_ns()
        stacks.look(now)
        snapshots.look(now)
        if asked.fileno() in ready:
            if not asked.recv(1):
                return
            answer = [(each.at, each.frames, each.thread) for each in stacks.samples()]
            asked.sendall(json.dumps(answer).encode() + b"\n")
            stacks.forget()
