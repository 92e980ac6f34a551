"""What scenarios, variants and aliases may be called."""

import re

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def normal(word: str) -> str:
    """Give the one spelling of a name: lower case, with `-` for `_`."""
    return word.lower().replace("_", "-")


def is_name(text: str) -> bool:
    """Tell whether a text in its normal spelling can name a scenario, a variant or an alias."""
    return _NAME.fullmatch(text) is not None


def from_file(file_name: str) -> str:
    """Give the name that a file or folder stands for; it may be none (see `is_name`).

    One trailing underscore is dropped: a script called `anyio.py` would shadow the library that it imports,
    so it is called `anyio_.py`.
    """
    return normal(file_name.removesuffix(".py").removesuffix("_"))
