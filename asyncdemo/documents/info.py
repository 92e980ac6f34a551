"""The words behind a fence: which language is in it."""

import re
from typing import Literal

Language = Literal["python", "output", "commands", "other"]

_PYTHON = re.compile(r"(i?python3?|python3\.\d+|py3?|pycon3?|python-?(repl|console)|pyrepl)")
_OUTPUT = frozenset(["", "text", "txt", "plain", "plaintext", "none", "output", "out", "stdout", "raw"])
_COMMANDS = frozenset(["console", "shell-session", "terminal"])
_DIRECTIVES = frozenset(["code-block", "code-cell", "code", "sourcecode", "parsed-literal"])
_WORD = re.compile(r"[.=]?([\w.+-]*)")


def language(info: str) -> Language:
    """Tell what is in a fence with these words: `python`, `py title="x"`, `{.python}`, `{code-block} python`..."""
    word = _first(info.strip())
    if _PYTHON.fullmatch(word):
        return "python"
    if word in _OUTPUT:
        return "output"
    return "commands" if word in _COMMANDS else "other"


def is_directive(info: str) -> bool:
    """Whether options may stand at the head of the fence: `:linenos:`, or YAML between two `---`."""
    return re.match(r"\s*\{\s*(code-block|code-cell|code|sourcecode)\s*\}", info) is not None


def _first(info: str) -> str:
    if info.startswith("{"):
        inside, _, after = info[1:].partition("}")
        word = _word(inside.strip())
        return _word(after.strip()) if word in _DIRECTIVES else word
    return _word(info)


def _word(text: str) -> str:
    found = _WORD.match(text)
    return found[1].lower() if found else ""
