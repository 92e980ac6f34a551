"""Runs asyncdemo out of asyncdemo.pyz, which tools/offline.py builds from this file and all packages.

Scenarios are files that run in interpreters of their own, and these need the packages too. So the first start unpacks
them into a virtual environment in the person's cache, one for each build and interpreter, and every start becomes
that environment's Python: asyncdemo itself need not know that it came in one file.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("asyncdemo needs Python 3.11 or newer, and this is %d.%d." % sys.version_info[:2])

import stat
import zlib

from _offline_build import BUILD  # written by tools/offline.py

ARCHIVE = os.path.dirname(os.path.abspath(__file__))
NAME = f"{BUILD}-{sys.implementation.cache_tag}-{zlib.crc32(os.fsencode(sys.executable)):08x}"


def main():
    """Become the environment's Python, with asyncdemo in it and the same arguments."""
    reasons = []
    for folder in folders():
        try:
            python = prepared(folder)
        except OSError as error:
            reasons.append(f"{folder} ({error.strerror or error})")
            continue
        # -P: what lies in the current folder is not ours to import
        os.execv(python, [python, "-P", "-m", "asyncdemo", *sys.argv[1:]])
    sys.exit(f"asyncdemo can unpack itself nowhere: not in {', nor in '.join(reasons)}; set XDG_CACHE_HOME to a folder")


def folders():
    """Where the environments may lie, best first: the person's cache, else the folder for temporary files."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    yield os.path.join(cache if os.path.isabs(cache) else os.path.expanduser("~/.cache"), "asyncdemo")
    from tempfile import gettempdir

    yield os.path.join(gettempdir(), f"asyncdemo-{os.getuid()}")


def prepared(folder):
    """Give the Python of the environment in the folder, made if it is not there. Raises OSError."""
    for each in (os.path.dirname(folder), folder):
        if not os.path.isdir(each):
            try:
                os.mkdir(each, 0o700)
            except FileExistsError:
                pass  # made just now by another start
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise PermissionError(0, "somebody else could change what is in it")
    environment = os.path.join(folder, NAME)
    python = os.path.join(environment, "bin", "python")
    if not os.path.exists(python):
        make(environment)
    return python


def make(environment):
    """Make the environment in one step, so that no other start ever sees half of it."""
    import sysconfig
    import tempfile
    import venv
    import zipfile

    with tempfile.TemporaryDirectory(dir=os.path.dirname(environment)) as draft:
        builder = venv.EnvBuilder(symlinks=True)
        context = builder.ensure_directories(os.path.join(draft, "environment"))
        builder.create_configuration(context)
        builder.setup_python(context)
        with zipfile.ZipFile(ARCHIVE) as archive:
            packages = [name for name in archive.namelist() if name not in ("__main__.py", "_offline_build.py")]
            archive.extractall(sysconfig.get_path("purelib", "venv", {"base": context.env_dir}), packages)
        try:
            os.rename(context.env_dir, environment)
        except OSError:
            if not os.path.exists(os.path.join(environment, "bin", "python")):
                raise  # else another start was first


main()
