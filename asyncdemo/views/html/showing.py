"""Foreign text as a page shows it: what no eye can see, or what would turn the text around, is spelled out."""

import re

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def shown(text: str) -> str:
    """Give text in which control characters and marks of direction are escapes; tabs and line ends stay."""
    return _UNSEEN.sub(_escape, text)


def shortened(text: str, most: int) -> str:
    """Give no more than so many characters of a text that is shown, and say how many there are besides."""
    return shown(text if len(text) <= most else f"{text[:most]}… {len(text) - most:,} characters more")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
