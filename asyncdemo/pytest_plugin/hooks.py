"""What pytest loads, in every run: the options, the marker, and the way on where one of the options is given.

Nothing of ours is imported here: a run without the options has to cost nothing.
"""

import pytest

MARKER = "asyncdemo(allow): findings of these rules are no fault of this test, for example allow='blocking-call'"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("asyncdemo", "asyncdemo: see what async tests do")
    group.addoption(
        "--asyncdemo",
        action="store_true",
        help="Watch the event loops of tests: blocking calls, forgotten awaits, tasks left over, lost errors, hangs.",
    )
    group.addoption(
        "--asyncdemo-fail-on",
        metavar="RULES",
        help="Exit with status 1 if one of these findings is made, or if not all was seen: RULE,RULE or any. Implies "
        "--asyncdemo.",
    )
    group.addoption(
        "--asyncdemo-save",
        metavar="DIR",
        help="Write a page for each async test that fails or takes over a second. Implies --asyncdemo.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch, if an option says so."""
    config.addinivalue_line("markers", MARKER)
    option = config.option
    if option.asyncdemo or option.asyncdemo_fail_on is not None or option.asyncdemo_save is not None:
        from asyncdemo.pytest_plugin.observed_session import begin

        begin(config)
