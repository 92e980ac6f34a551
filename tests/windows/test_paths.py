"""What Windows writes in another way: paths, line ends."""

import pytest

from asyncdemo.findings.python_messages import AWAITED
from asyncdemo.model.user_code import is_own, is_same
from asyncdemo.runner.attribution import Piece
from asyncdemo.runner.output_buffer import Decoder

LIBRARIES = ("C:\\Python313\\Lib\\", "C:\\Python313\\Lib\\site-packages\\")


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("C:\\work\\app.py", True),
        ("C:\\Python313\\Lib\\asyncio\\events.py", False),
        ("D:\\venv\\Lib\\site-packages\\trio\\_core\\_run.py", False),
        ("D:\\venv\\Lib\\site-packages\\asyncdemo\\scenarios\\asyncio-run.py", True),
        ("D:\\venv\\Lib\\site-packages\\asyncdemo\\probe\\inject\\sitecustomize.py", False),
    ],
)
def test_user_code_is_known_by_paths_of_windows(path: str, own: bool) -> None:
    assert is_own(path, LIBRARIES) is own


def test_a_file_is_the_same_however_its_path_is_written() -> None:
    assert is_same("C:\\work\\pkg\\app.py", "pkg/app.py")
    assert not is_same("C:\\work\\pkg\\app.py", "kg\\app.py")
    assert not is_same(None, "app.py")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("C:\\a b\\app.py:43: RuntimeWarning: coroutine 'main' was never awaited", "C:\\a b\\app.py"),
        ("/a/app.py:43: RuntimeWarning: coroutine 'main' was never awaited", "/a/app.py"),
        ("py.warnings:/a/app.py:43: RuntimeWarning: coroutine 'main' was never awaited", "/a/app.py"),
    ],
)
def test_a_warning_names_a_file_with_a_drive(text: str, path: str) -> None:
    found = AWAITED.search(text)
    assert found is not None and (found["path"], found["line"]) == (path, "43")


@pytest.mark.parametrize("cut", range(12))
def test_lines_end_with_lf_wherever_their_bytes_are_cut(cut: int) -> None:
    data = b"a\r\nb\rc\r\r\nd\r"
    decoder = Decoder(0, str, crlf=True)
    outputs = decoder.decode_all([Piece(1, 0, part, 0) for part in (data[:cut], data[cut:])]) + decoder.rest(1)
    assert "".join(each.text for each in outputs) == "a\nb\rc\r\nd\r"
