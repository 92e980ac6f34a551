"""What a word that is no target may have been meant for, with the command that does it."""

from pathlib import Path
from shlex import join, quote

from asyncdemo.catalogue.names import visible

_RECORDING = '"asyncdemo.recording/'
_LOOKED_AT = 200  # characters at the start of a file, among which a recording says what it is


def meant(word: str) -> str | None:
    """What a word names that is no target by itself, and the command for it; None of what is nothing on this disk."""
    if not word:
        return None
    path, name = Path(word), visible(word)
    try:
        if path.is_dir():
            return _folder(path, name)
        if not path.is_file():
            return None
    except (OSError, ValueError):
        return None
    if path.suffix == ".ipynb":
        script = quote(str(path.with_suffix(".py")))
        return (
            f"{name} is a notebook, and these cannot be run yet; make a script of it: "
            f"jupyter nbconvert --to script {quote(name)}, then asyncdemo run {script}"
        )
    if path.suffix == ".json":
        return f"{name} is a recording: asyncdemo replay {quote(name)}" if _is_recording(path) else None
    return None


def command_for(words: list[str]) -> str | None:
    """The command for words in which a file or a folder stands in the place of a command; None where none does."""
    path = Path(words[0])
    if path.suffix.lower() in (".py", ".md", ".markdown", ".txt") and _is_file(path):
        arguments = ["--", *words[1:]] if words[1:] and words[1] != "--" else words[1:]
        return f"to run it: asyncdemo run {join([words[0], *arguments])}"
    return meant(words[0])


def _folder(path: Path, name: str) -> str:
    """What can be run of a folder."""
    parts = path.parts
    if (path / "__main__.py").is_file():
        if not path.is_absolute() and parts and all(part.isidentifier() for part in parts):
            return f"{name} is a package: asyncdemo run -m {'.'.join(parts)}"
        return f"{name} is a folder with a program in it: asyncdemo run {quote(str(path / '__main__.py'))}"
    first = next((file for file in sorted(path.glob("*.py")) if not file.name.startswith("_")), None)
    script = f", for example asyncdemo run {quote(str(first))}" if first else ""
    return f"{name} is a folder; name a script in it{script}, or add it with --scenarios"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_recording(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return _RECORDING in file.read(_LOOKED_AT)
    except OSError:
        return False
