"""Foreign text for files: what would act on a reader, or on the text around it, is shown in its place."""

import re

# What XML 1.0 does not allow at all, what nobody sees, and what would turn the text around.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def harmless(text: str) -> str:
    """Give text without control characters and marks of direction: each stands there as its number."""
    return _UNSAFE.sub(_numbered, text)


def first_line(text: str, most: int) -> str:
    """Give the first line that is not blank, harmless, in so many characters at most."""
    line = text.lstrip()[: most + 1].partition("\n")[0].rstrip()
    return harmless(line if len(line) <= most else f"{line[: most - 1]}…")


def _numbered(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
