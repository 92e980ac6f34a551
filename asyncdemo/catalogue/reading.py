"""From a file to a Script. Nothing is executed or imported."""

import io
import stat
import tokenize
from pathlib import Path

from asyncdemo.catalogue import metadata, syntax
from asyncdemo.catalogue.problem import Unreadable
from asyncdemo.catalogue.scenario import Script

MAX_BYTES = 1_000_000


def content(path: Path, most: int = MAX_BYTES) -> bytes:
    """Read a regular file of so many bytes at most. Raises Unreadable for anything else, unopened: a FIFO blocks."""
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise Unreadable("a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("not a regular file")
        if found.st_size > most:
            raise Unreadable(f"larger than {most // 1_000_000} MB")
        return path.read_bytes()
    except FileNotFoundError:
        reason = "a link to a file that does not exist" if path.is_symlink() else "no such file"
        raise Unreadable(reason) from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None


def decoded(data: bytes) -> tuple[str, str]:
    """Give a script's text, line ends untouched, and its encoding as its first lines name it (PEP 263).

    Raises Unreadable, with the line where that is known.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        # Either it names an unknown one, or it names none and is not UTF-8: only the latter has a line.
        utf8(data)
        raise Unreadable(error.msg) from None
    if encoding in ("utf-8", "utf-8-sig"):
        return utf8(data), encoding
    try:
        return data.decode(encoding), encoding
    except (UnicodeError, LookupError):
        raise Unreadable(f"not {encoding}, which it says it is") from None


def utf8(data: bytes) -> str:
    """Decode UTF-8 with or without a signature. Raises Unreadable, with the line."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line}: not UTF-8 (byte 0x{error.object[error.start]:02x})") from None


def script(path: Path, variant: str | None = None) -> Script:
    """Read one script. Raises Unreadable."""
    source, _ = decoded(content(path))
    return from_text(source, path, variant)


def from_text(source: str, path: Path, variant: str | None = None) -> Script:
    """Read the text of one script, its syntax unseen. Raises Unreadable if its metadata is wrong."""
    summary, notes = prose(syntax.docstring(source))
    return Script(variant, path, source, summary, notes, **metadata.fields(source))


def prose(text: str) -> tuple[str, str]:
    """Split a docstring into its first line and the rest, without their common indentation."""
    summary, _, rest = text.strip().partition("\n")
    lines = [line.rstrip() for line in rest.expandtabs().split("\n")]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return summary.rstrip(), "\n".join(line[margin:] for line in lines).strip("\n")


def readme(path: Path) -> tuple[str, str]:
    """Give the heading and the body of a README.md. Raises Unreadable."""
    heading, _, body = utf8(content(path)).replace("\r\n", "\n").strip().partition("\n")
    return heading.lstrip("# ").rstrip(), body.strip()
