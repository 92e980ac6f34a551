"""The output of a run as text, in bounded memory: its beginning and its end, and how much was dropped between them."""

import codecs
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import get_args

from asyncdemo.model.recording import Output, Stream, Writer
from asyncdemo.runner.attribution import Piece

NAMES: tuple[Stream, ...] = ("other", "stdout", "stderr")
_WRITERS: tuple[Writer, ...] = get_args(Writer)
FIRST = (250_000, 16 << 20)  # pieces and characters kept of the beginning
LAST = (50_000, 4 << 20)  # and of the end
_new = tuple.__new__  # makes the same output as its class does, in half the time


class Decoder:
    """Pieces as text, stream by stream; bytes that are not UTF-8 become visible (\\xff). `file` names one by number.

    With `crlf` a line ends with CR LF, as on Windows, and with LF in the text.
    """

    def __init__(self, started: int, file: Callable[[int], str], *, crlf: bool = False) -> None:
        self._crlf = crlf
        self._returns = [""] * len(NAMES)  # a CR that came last, of each stream: perhaps the first half of a line's end
        self._started = started
        self._file = cache(file)
        self._decoders = [codecs.getincrementaldecoder("utf-8")("backslashreplace") for _ in NAMES]
        self._whole = [True] * len(NAMES)  # whether the stream's last character came whole

    def decode_all(self, pieces: Sequence[Piece]) -> list[Output]:
        """The pieces as text."""
        if self._crlf or not all(self._whole) or not b"".join([piece.data for piece in pieces]).isascii():
            return [self.decode(piece) for piece in pieces]
        started, files = self._started, {piece.line >> 32 for piece in pieces}
        paths = {number: self._file(number) if number else None for number in files}
        return [
            _new(
                Output,
                (
                    (piece.at - started) / 1e9,
                    NAMES[piece.stream],
                    str(piece.data, "ascii"),
                    piece.line & 0xFFFF_FFFF or None,
                    piece.thread or None,
                    _WRITERS[piece.writer] if piece.stream == 2 else None,
                    paths[piece.line >> 32],
                ),
            )
            for piece in pieces
        ]

    def decode(self, piece: Piece) -> Output:
        """The piece as text; a character that is cut in two comes with its second half."""
        if piece.data.isascii() and self._whole[piece.stream]:
            text = piece.data.decode("ascii")  # nearly always, and much faster
        else:
            text = self._decoders[piece.stream].decode(piece.data)
            self._whole[piece.stream] = not self._decoders[piece.stream].getstate()[0]
        if self._crlf:
            text = self._returns[piece.stream] + text
            self._returns[piece.stream] = "\r" if text.endswith("\r") else ""
            text = text.removesuffix("\r").replace("\r\n", "\n")
        at, stream, file = (piece.at - self._started) / 1e9, NAMES[piece.stream], piece.line >> 32
        writer = _WRITERS[piece.writer] if stream == "stderr" else None
        path = self._file(file) if file else None
        return Output(at, stream, text, piece.line & 0xFFFF_FFFF or None, piece.thread or None, writer, path)

    def rest(self, at: int) -> list[Output]:
        """What is left of characters that never came whole."""
        pieces = (Piece(stream, at, b"", 0) for stream in range(len(NAMES)))
        texts = [
            (piece, self._returns[piece.stream] + self._decoders[piece.stream].decode(b"", final=True))
            for piece in pieces
        ]
        return [Output((at - self._started) / 1e9, NAMES[piece.stream], text) for piece, text in texts if text]


class OutputBuffer:
    """Output in bounded memory; `dropped` counts the bytes that had no room."""

    def __init__(self) -> None:
        self.dropped = 0
        self._first: list[Output] = []
        self._last: deque[Output] = deque()
        self._first_size = 0
        self._last_size = 0

    def add(self, outputs: Sequence[Output]) -> None:
        """Keep pieces, at the cost of the oldest ones that are neither among the first nor the last."""
        size = sum([len(output.text) for output in outputs])
        if not self._last and len(self._first) + len(outputs) <= FIRST[0] and self._first_size + size <= FIRST[1]:
            self._first += outputs
            self._first_size += size
            return
        for output in outputs:
            self._add(output)

    def _add(self, output: Output) -> None:
        size = len(output.text)
        if not self._last and len(self._first) < FIRST[0] and self._first_size + size <= FIRST[1]:
            self._first.append(output)
            self._first_size += size
            return
        self._last.append(output)
        self._last_size += size
        while len(self._last) > LAST[0] or self._last_size > LAST[1]:
            oldest = self._last.popleft()
            self._last_size -= len(oldest.text)
            self.dropped += len(oldest.text.encode(errors="surrogateescape"))

    def kept(self) -> tuple[Output, ...]:
        """The beginning, then the end."""
        return (*self._first, *self._last)
