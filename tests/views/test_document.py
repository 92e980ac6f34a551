"""JSON documents."""

import io
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncdemo.views.document import _UNSAFE, json_text, write_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def written(document: object, monkeypatch: pytest.MonkeyPatch) -> bytes:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii", newline="\r\n"))
    write_json({"it": document})
    return raw.getvalue()


@given(document=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_what_was_given_in_utf8(document: object, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(document, monkeypatch)
    assert json.loads(data.decode()) == {"it": document}
    assert data.endswith(b"}\n")
    assert b"\r" not in data


@given(document=JSON)
def test_it_is_laid_out_as_the_standard_library_does(document: object) -> None:
    text = "".join(json_text({"it": document}))
    assert text == _UNSAFE.sub(_escaped, json.dumps({"it": document}, indent=2, ensure_ascii=False)) + "\n"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def test_text_is_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert '"日本 grün"'.encode() in written("日本 grün", monkeypatch)


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b31m", "\x7f", "\u202eevil\u2066", "\u2028", "\udcff", "\ufeff"])
def test_a_terminal_would_obey_nothing_of_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(text, monkeypatch)
    assert json.loads(data) == {"it": text}
    assert data.isascii()
    assert all(byte >= 0x20 or byte == 0x0A for byte in data)


def test_numbers_that_json_has_not_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        written(float("nan"), monkeypatch)
