"""Builds dist/asyncdemo.pyz: asyncdemo, its course and all that it needs in one file, for machines without a network.

offline_main.py is what the file does when it is started.
"""

import shutil
import subprocess
import sys
import zipapp
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parent.parent
# anyio asks for typing_extensions only where this Python is older than 3.15; where the file will run it may be.
REQUIREMENTS = (f"{REPOSITORY}[trio]", "typing_extensions")


def main() -> None:
    """Build the file that is named on the command line, or dist/asyncdemo.pyz."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "dist/asyncdemo.pyz")
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        packages = Path(folder)
        _install(packages)
        version = next(packages.glob("asyncdemo-*.dist-info")).stem.partition("-")[2]
        (packages / "_offline_build.py").write_text(f"BUILD = '{version}-{_digest(packages)}'\n")
        shutil.copy(Path(__file__).with_name("offline_main.py"), packages / "__main__.py")
        zipapp.create_archive(packages, target, interpreter="/usr/bin/env python3", compressed=True)
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB): try python3 {target} list")


def _install(packages: Path) -> None:
    """Put asyncdemo and its dependencies into the folder, less what tells of or works on this machine only."""
    options = ("-qq", "--disable-pip-version-check", "--no-build-isolation", "--no-compile", "--target", packages)
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *REQUIREMENTS], check=True)
    shutil.rmtree(packages / "bin")
    for address in packages.glob("*.dist-info/direct_url.json"):
        address.unlink()
    compiled = [str(each.relative_to(packages)) for each in packages.rglob("*") if each.suffix in (".so", ".pyd")]
    if compiled:
        sys.exit(f"not for any machine, because it is compiled for this one: {', '.join(compiled)}")


def _digest(packages: Path) -> str:
    """Tell builds apart by what is in them."""
    digest = sha256()
    for file in sorted(each for each in packages.rglob("*") if each.is_file()):
        digest.update(f"{file.relative_to(packages)}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    main()
