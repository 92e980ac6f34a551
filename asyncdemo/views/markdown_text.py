"""Foreign text in Markdown: as itself in a line, and as it is in a block of code."""

import re

# What Markdown would take for its own: some characters anywhere, "_" at the edge of a word, "&" before a name, and what
# begins a heading, a quotation or a list. Brackets, braces and the like stand for themselves.
_MEANT = re.compile(
    r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)"
    r"|^(?:#(?=#{0,5}(?:\s|$))|>|[+-](?=\s|$)|-(?=[-\s]*$)|=(?==*\s*$))"
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    """Foreign text that stands for itself in Markdown, in one line."""
    visible = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return _NUMBERED.sub(r"\1\\\2", _MEANT.sub(r"\\\g<0>", visible))


def fenced(text: str, language: str = "") -> str:
    """A block of code; its fence is longer than any in the text."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n"
