"""Can an interpreter run a script that asks for certain Pythons and packages? By the rules of PEP 440 and PEP 508.

`packaging` takes longer to load than all scripts take to read, so it is only asked what plain words do not say. Of
pre-releases of Python only the release number counts.
"""

import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

# Texts, not compiled patterns: most commands need none of them, and compiling is most of their cost.
_AT_LEAST = r" *>= *([0-9]{1,9}(?:\.[0-9]{1,9}){0,2}) *"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_OWN_EXTRAS = ("trio",)

Version = tuple[int, ...]


@cache
def unavailable(requires_python: str | None, dependencies: tuple[str, ...]) -> str | None:
    """Why this interpreter cannot run the script and what would help, or None if it can."""
    return unmet_python(requires_python) or _missing(dependencies)


def unmet_python(requires_python: str | None, version: Version = sys.version_info[:3]) -> str | None:
    """Why a Python of this version does not do, or None if it does."""
    if requires_python is None:
        return None
    met = satisfies(version, requires_python)
    if met is None:
        return f"requires-python {requires_python!r} is not understood: write it like '>=3.9'"
    if met:
        return None
    only = re.fullmatch(_AT_LEAST, requires_python)
    wanted = f"{only[1]} or newer" if only else requires_python
    return f"needs Python {wanted} (this is {'.'.join(map(str, version))})"


def modules(dependencies: tuple[str, ...]) -> dict[str, str]:
    """The modules that dependencies are probably imported as, each with what was asked for."""
    names = ((wanted, re.match(_NAME, wanted)) for wanted in dependencies)
    return {re.sub(r"[-_.]+", "_", match[0]): wanted for wanted, match in names if match}


def satisfies(version: Version, specifiers: str) -> bool | None:
    """True if a version meets all comma-separated comparisons; None if one is not understood."""
    if simple := re.fullmatch(_AT_LEAST, specifiers):
        least = tuple(map(int, simple[1].split(".")))
        return version >= least + (0,) * (len(version) - len(least))
    from packaging.specifiers import SpecifierSet

    try:
        return SpecifierSet(specifiers).contains(".".join(map(str, version)), prereleases=True)
    except ValueError:
        return None


def lacking(dependencies: tuple[str, ...], versions: Mapping[str, str | None], environment: Mapping[str, str]) -> str:
    """What an interpreter lacks of these: name and version, separated by commas; empty where that is nothing.

    `versions` are those of the packages that it has, by the names that `package_names` gives; `environment` are the
    values of its markers.
    """
    said = []
    for wanted in dependencies:
        requirement = _requirement(wanted)
        if requirement is None or (requirement.marker and not requirement.marker.evaluate(dict(environment))):
            continue
        version = versions.get(requirement.name)
        if version is None:
            said.append(wanted)
        elif not requirement.specifier.contains(version, prereleases=True):
            said.append(f"{wanted} ({version} is there)")
    return ", ".join(said)


def package_names(dependencies: tuple[str, ...]) -> list[str]:
    """The names of the packages that are asked for, of those that are understood."""
    return [requirement.name for wanted in dependencies if (requirement := _requirement(wanted)) is not None]


def _requirement(wanted: str) -> "Requirement | None":
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(wanted)
    except (InvalidRequirement, ValueError):
        return None


def _missing(dependencies: tuple[str, ...]) -> str | None:
    missing = [wanted for wanted in dependencies if not _is_there(wanted)]
    if not missing:
        return None
    install = [f"asyncdemo[{wanted}]" if wanted in _OWN_EXTRAS else wanted for wanted in missing]
    return f"needs {', '.join(missing)}: pip install {' '.join(map(_for_shell, install))}"


def _is_there(wanted: str) -> bool:
    """True if a dependency is installed here. One that is not understood is for the script itself to miss.

    Of a plain name the module is looked for: package metadata takes longer than all scripts.
    """
    from importlib.util import find_spec

    if re.fullmatch(_NAME, wanted):
        (module,) = modules((wanted,))
        if find_spec(module) or find_spec(module.lower()):
            return True
    requirement = _requirement(wanted)
    if requirement is None or (requirement.marker is not None and not requirement.marker.evaluate()):
        return True
    from importlib.metadata import PackageNotFoundError, version

    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


def _for_shell(word: str) -> str:
    """A requirement as a shell takes it: strings in a marker may have marks of either kind."""
    return word if re.fullmatch(r"[\w.-]+", word) else "'{}'".format(word.replace("'", '"'))
