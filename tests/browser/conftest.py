"""One browser for the tests of a module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.chromium import browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started
