"""Makes the README's picture of the HTML page anew: python -m tests.browser.picture."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.chromium import browser, opened
from tests.conftest import REPOSITORY, clean_environment

PICTURE = REPOSITORY / "docs/images/report.png"


def main() -> None:
    with TemporaryDirectory() as folder, browser() as chromium:
        file = Path(folder) / "report.html"
        command = [sys.executable, "-m", "asyncdemo", "run", "blocking-sleep:rude", "--save", str(file)]
        env = clean_environment({"PYTHONPATH": str(REPOSITORY)})
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=env)
        page, _ = opened(chromium, file, viewport={"width": 1100, "height": 900})
        for _ in range(4):
            page.get_by_role("button", name="One step on").click()
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
