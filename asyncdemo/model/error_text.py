"""Messages of errors, shortened where what they say is hidden behind the reprs in them."""

_LONGEST = 20  # characters of a repr that can stay


def without_reprs(text: str) -> str:
    """The text with each long `<Name at 0x7f... more>` as `<Name ...>`; one that has no end stays as it is.

    `RuntimeError: <Queue at 0x7f3b maxsize=0> is bound to a different event loop` says at its end what is wrong, and a
    row is cut before that.
    """
    parts: list[str] = []
    done = 0
    while (start := text.find("<", done)) >= 0:
        end = _end_of(text, start)
        inside = text[start + 1 : end - 1].split(maxsplit=1) if end else []
        if len(inside) < 2 or end - start <= _LONGEST or not _is_name(inside[0]):
            end = start + 1
            parts.append(text[done:end])
        else:
            parts.append(f"{text[done:start]}<{inside[0]} ...>")
        done = end
    return "".join([*parts, text[done:]])


def _end_of(text: str, start: int) -> int:
    """Where the bracket that opens at `start` has been closed, past it; 0 where it never is."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"<": 1, ">": -1}.get(text[index], 0)
        if not depth:
            return index + 1
    return 0


def _is_name(word: str) -> bool:
    return all(part.isidentifier() for part in word.split("."))
