"""Keys, from the bytes that a terminal sends for them. Pure."""

import re

# What terminals send for the keys that are no characters, in both of their modes.
_NAMES = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1b[H": "home",
    b"\x1b[F": "end",
    b"\x1b[1~": "home",
    b"\x1b[4~": "end",
    b"\x1b[7~": "home",
    b"\x1b[8~": "end",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\r": "enter",
    b"\n": "enter",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b" ": "space",
    b"\x1b": "escape",
}
# What a terminal answers to who has asked it something: an editor, say, that has ended before the answer came.
_ANSWER = rb"[P\]^_][^\x07\x1b]{0,999}"
_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|%b(?:\x07|\x1b\\))|[\xc2-\xf4][\x80-\xbf]{1,3}|." % _ANSWER, re.DOTALL
)
_UNFINISHED = re.compile(
    rb"(?:\x1b(?:\[[0-?]*[ -/]*|O|%b\x1b?)?|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
    % _ANSWER
)


def unfinished(data: bytes) -> bool:
    """Whether more may come that belongs to the last key: its bytes need not arrive together."""
    return _UNFINISHED.search(data) is not None


def decoded(data: bytes) -> list[str]:
    """Give the keys: a character as it is, others by their names; "" for one that has no meaning here."""
    return [_named(each[0]) for each in _SEQUENCE.finditer(data)]


def _named(key: bytes) -> str:
    if key[:2] == b"\x1bO":
        key = b"\x1b[" + key[2:]  # the other mode of the arrows
    if key in _NAMES:
        return _NAMES[key]
    text = key.decode(errors="ignore")
    return text if text.isprintable() else ""
