"""Docstrings say what is returned, as Python's own documentation does, and not what the function is told to do."""

import ast
from pathlib import Path

from tests.conftest import REPOSITORY

ORDERS = ("Give", "Whether", "Say", "Tell")
ROOMS = (
    *("cli", "views", "tour", "screen", "expectations", "comparison", "catalogue", "documents", "model", "runner"),
    *("findings", "analysis", "probe", "pytest_plugin"),
)


def orders_in(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            docstring = ast.get_docstring(node) or ""
            if docstring.partition(" ")[0] in ORDERS:
                found.append(f"{path.name}: {docstring.partition(chr(10))[0]}")
    return found


def test_an_order_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text('"""Rows."""\ndef f():\n    """Give the rows."""\ndef g():\n    """The rows."""\n')
    assert orders_in(path) == ["a.py: Give the rows."]


def test_no_docstring_begins_with_an_order() -> None:
    paths = [path for room in ROOMS for path in sorted((REPOSITORY / "asyncdemo" / room).rglob("*.py"))]
    assert [order for path in paths for order in orders_in(path)] == []
