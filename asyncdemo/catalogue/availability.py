"""Can this interpreter run a script that asks for certain Pythons and packages?

The package `packaging` is no dependency, so only plain comparisons of release numbers are understood
(`>=3.9,<3.13`, `~=3.9`, `==3.11.*`), as the version specifiers specification (PEP 440) defines them. Of
pre-releases only the release number counts.
"""

import re
import sys
from functools import cache

# Texts, not compiled patterns: most commands need none of them, and compiling is most of their cost.
_COMPARISON = r"(~=|==|!=|<=|>=|<|>) *([0-9]{1,9}(?:\.[0-9]{1,9})*)(\.\*)?"
_DEPENDENCY = r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) *(?:\[[A-Za-z0-9._, -]*\])?(.*)"
_OWN_EXTRAS = ("trio",)

Version = tuple[int, ...]


@cache
def unavailable(requires_python: str | None, dependencies: tuple[str, ...]) -> str | None:
    """Say why this interpreter cannot run the script and what would help, or None if it can."""
    return unmet_python(requires_python) or _missing(dependencies)


def unmet_python(requires_python: str | None, version: Version = sys.version_info[:3]) -> str | None:
    """Say why a Python of this version does not do, or None if it does."""
    if requires_python is None:
        return None
    met = satisfies(version, requires_python)
    if met is None:
        return f"requires-python {requires_python!r} is not understood: write it like '>=3.9'"
    if met:
        return None
    only = re.fullmatch(_COMPARISON, requires_python.strip(" "))
    wanted = f"{only[2]} or newer" if only and only[1] == ">=" else requires_python
    return f"needs Python {wanted} (this is {'.'.join(map(str, version))})"


def modules(dependencies: tuple[str, ...]) -> dict[str, str]:
    """Give the modules that dependencies are probably imported as, each with what was asked for."""
    names = ((wanted, re.fullmatch(_DEPENDENCY, wanted)) for wanted in dependencies)
    return {re.sub(r"[-_.]+", "_", match[1]): wanted for wanted, match in names if match}


def satisfies(version: Version, specifiers: str) -> bool | None:
    """Tell whether a version meets all comma-separated comparisons; None if one is not understood."""
    results = [_compare(version, one) for one in _parts(specifiers)]
    return None if None in results else all(results)


def _parts(specifiers: str) -> list[str]:
    return [part for part in (part.strip(" ") for part in specifiers.split(",")) if part]


def _compare(version: Version, specifier: str) -> bool | None:
    match = re.fullmatch(_COMPARISON, specifier)
    if match is None:
        return None
    operator, wanted, any_below = match[1], _release(match[2]), match[3] is not None
    if any_below and operator not in ("==", "!="):
        return None
    if operator == "~=":
        at_least = _compare(version, f">={match[2]}")
        return None if len(wanted) < 2 else at_least and version[: len(wanted) - 1] == wanted[:-1]
    length = len(wanted) if any_below else max(len(wanted), len(version))
    ours, theirs = _padded(version, length), _padded(wanted, length)
    return {
        "==": ours == theirs,
        "!=": ours != theirs,
        "<=": ours <= theirs,
        ">=": ours >= theirs,
        "<": ours < theirs,
        ">": ours > theirs,
    }[operator]


def _release(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def _padded(version: Version, length: int) -> Version:
    return (version + (0,) * length)[:length]


def _missing(dependencies: tuple[str, ...]) -> str | None:
    missing = [wanted for wanted in dependencies if not _is_there(wanted)]
    if not missing:
        return None
    install = [f"asyncdemo[{wanted}]" if wanted in _OWN_EXTRAS else wanted for wanted in missing]
    return f"needs {', '.join(missing)}: pip install {' '.join(map(_for_shell, install))}"


def _is_there(wanted: str) -> bool:
    """Tell whether a dependency is installed; cheaply, for package metadata takes longer than all scripts.

    One with a marker, an address or anything else that is not understood is for the script itself to miss.
    """
    match = re.fullmatch(_DEPENDENCY, wanted)
    if match is None or satisfies((0,), match[2]) is None:
        return True
    name, specifiers = match[1], match[2].strip(" ")
    from importlib.util import find_spec

    (module,) = modules((wanted,))
    if not specifiers and (find_spec(module) or find_spec(module.lower())):
        return True
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        release = re.match(r"[0-9]{1,9}(\.[0-9]{1,9})*", installed(name))
    except PackageNotFoundError:
        return False
    return release is None or satisfies(_release(release[0]), specifiers) is True


def _for_shell(word: str) -> str:
    return word if re.fullmatch(r"[\w.-]+", word) else f"'{word}'"
