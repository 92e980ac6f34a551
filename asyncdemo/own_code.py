"""Tells a person's own code from a library's, by where it lies."""

import re
from functools import cache

_LIBRARY = re.compile(r"^<|[/\\](site-packages|dist-packages)[/\\]|[/\\]lib(64)?[/\\]python\d[^/\\]*[/\\]|\.zip[/\\]")
_PROBE = re.compile(r"[/\\]asyncdemo[/\\]probe[/\\]")
_COURSE = re.compile(r"[/\\]asyncdemo[/\\]scenarios[/\\]")  # a scenario is the learner's, wherever it is installed


@cache
def is_own(path: str) -> bool:
    """Whether the file is neither of the standard library nor of an installed one, nor frozen into Python, nor ours."""
    if not path or _PROBE.search(path):
        return False
    return not _LIBRARY.search(path) or bool(_COURSE.search(path))
