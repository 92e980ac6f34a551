"""Which lines of a script use a connection to a database: it belongs to the thread that has opened it."""

import ast
from collections.abc import Iterator

from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, last_name, parameters

# What these modules connect to belongs to the thread that has opened it, or can do one thing at a time.
_MODULES = ("sqlite3", "psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql", "oracledb", "cx_Oracle", "pyodbc")
_GIVE_ONE = {"connect", "Connection", "cursor", "execute", "executemany", "executescript"}  # a connection or a cursor


def uses_database(source: Source, first: int, last: int) -> bool:
    """True if something between two lines, with both of them, is a database's module, connection or cursor."""
    if not any(map(source.uses, _MODULES)):
        return False
    names = _names(source)
    return any(
        first <= node.lineno <= last and last_name(node) in names
        for node in source.nodes
        if isinstance(node, ast.Name | ast.Attribute)
    )


def _names(source: Source) -> set[str]:
    """The names of all that is a connection or a cursor, anywhere in the script, and of the modules."""
    names = source.imported_from(_MODULES)
    bound = list(_bindings(source))
    while more := {name for name, value in bound if name not in names and _is_one(value, names)}:
        names |= more
    return names


def _bindings(source: Source) -> Iterator[tuple[str, ast.expr]]:
    """What each name may be: by assignment, by `with`, by `for`, by a call, by what a function returns."""
    for node in source.nodes:
        if isinstance(node, ast.Assign):
            yield from ((last_name(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield last_name(node.target), node.value
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield last_name(node.optional_vars), node.context_expr
        elif isinstance(node, ast.Return) and node.value is not None:
            yield from ((each.name, node.value) for each in source.parents(node) if isinstance(each, FUNCTIONS))
        elif isinstance(node, ast.Call):
            yield from (pair for function in source.named(called(node)) for pair in _given(function, node))


def _given(function: Function, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    places = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    is_method = isinstance(call.func, ast.Attribute) and places[:1] == ["self"]
    yield from zip(places[is_method:], call.args, strict=False)
    yield from ((each.arg, each.value) for each in call.keywords if each.arg in parameters(function))


def _is_one(value: ast.expr, names: set[str]) -> bool:
    """True if an expression is a connection or a cursor, where these names are."""
    match value:
        case ast.Name() | ast.Attribute():
            return last_name(value) in names
        case ast.Call(func=ast.Attribute(value=owner, attr=attribute)) if attribute in _GIVE_ONE:
            return _is_one(owner, names)
        case ast.Call(func=ast.Name(id="closing") | ast.Attribute(attr="closing"), args=[given]):
            return _is_one(given, names)
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in names
    return False
