"""Which names a block uses before it defines them, and which ones it defines. Syntax alone: nothing is executed."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_THERE = frozenset(
    [*dir(builtins), "__file__", "__name__", "__doc__", "__spec__", "__builtins__", "__annotations__", "__path__"]
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Names(NamedTuple):
    """Names that must be there beforehand, in the order of their use, and names that are there afterwards."""

    missing: tuple[str, ...]
    defined: frozenset[str]


def names(tree: ast.Module) -> Names:
    """Give the names of a module. Of functions those count that its own statements use, directly or by another one.

    After `from x import *` nobody can tell, so nothing is missing.
    """
    seen = _Seen()
    for statement in tree.body:
        before = seen.bound.copy()
        here = _Seen()
        here.visit(statement)
        own = set() if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr) else here.bound
        for name in here.used:
            if name not in before and name not in own:
                seen.used.setdefault(name)
        seen.bound |= here.bound
        for name, used in here.bodies.items():
            seen.bodies[name] = used
        seen.reached |= dict.fromkeys(here.used)
        seen.star = seen.star or here.star
    late = [name for name in _reachable(seen) if name not in seen.bound]
    missing = dict.fromkeys([*seen.used, *late])
    return Names(() if seen.star else tuple(name for name in missing if name not in _THERE), frozenset(seen.bound))


def _reachable(seen: "_Seen") -> Iterator[str]:
    """What the bodies of those functions and classes use that are used themselves."""
    left, done = [*seen.reached], set[str]()
    while left:
        name = left.pop(0)
        if name in done:
            continue
        done.add(name)
        for used in seen.bodies.get(name, ()):
            yield used
            left.append(used)


class _Seen(ast.NodeVisitor):
    """Collects the names of one scope: used, bound, and of each function that is bound what its body uses."""

    def __init__(self) -> None:
        self.used: dict[str, None] = {}
        self.reached: dict[str, None] = {}
        self.bound: set[str] = set()
        self.outer: set[str] = set()  # declared global or nonlocal
        self.bodies: dict[str, dict[str, None]] = {}
        self.star = False

    def visit_Name(self, node: ast.Name) -> None:
        """A name is used or bound; `del` takes it away, which nobody should rely on."""
        if isinstance(node.ctx, ast.Load):
            self.used.setdefault(node.id)
        else:
            self.bound.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """`x += 1` uses x."""
        if isinstance(node.target, ast.Name):
            self.used.setdefault(node.target.id)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """`import a.b` binds a."""
        for alias in node.names:
            self.star = self.star or alias.name == "*"
            self.bound.add(alias.asname or alias.name.partition(".")[0])

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators, defaults and annotations are looked up now, the body when it is called."""
        arguments = node.args
        now = [*node.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults), node.returns]
        own = frozenset(each.name for each in getattr(node, "type_params", ()))
        self._now([*now, *(each.annotation for each in _all(arguments))], own)
        self.bound.add(node.name)
        self.bodies.setdefault(node.name, {}).update(_body(node, own))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Nobody can tell when it is called: now, then."""
        self._now([*node.args.defaults, *filter(None, node.args.kw_defaults)])
        self._use(_body(node, frozenset()))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """The body is run now; what its methods use counts when the class is used."""
        own = frozenset(each.name for each in getattr(node, "type_params", ()))
        self._now([*node.decorator_list, *node.bases, *(each.value for each in node.keywords)], own)
        inside = _Seen()
        for statement in node.body:
            inside.visit(statement)
        self._use(name for name in inside.used if name not in inside.bound | own)
        self.bound.add(node.name)
        late = {name: None for body in inside.bodies.values() for name in body if name not in own}
        self.bodies.setdefault(node.name, {}).update(late)

    def visit_ListComp(self, node: _Comprehension) -> None:
        """Its loop variables are its own; a walrus in it binds outside."""
        inside = _Seen()
        inside.generic_visit(node)
        walrus = {each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr)}
        self._use(name for name in inside.used if name not in inside.bound)
        self.bound |= walrus

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """`except E as name`."""
        self.bound |= {node.name} - {None}  # type: ignore[arg-type]
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        """Bound somewhere else."""
        self.outer.update(node.names)

    visit_Nonlocal = visit_Global

    def generic_visit(self, node: ast.AST) -> None:
        """Patterns and type aliases have names that are plain texts."""
        if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name is not None:
            self.bound.add(node.name)
        if isinstance(node, ast.MatchMapping) and node.rest is not None:
            self.bound.add(node.rest)
        super().generic_visit(node)

    def _now(self, nodes: Iterable[ast.AST | None], own: frozenset[str] = frozenset()) -> None:
        inside = _Seen()
        for node in filter(None, nodes):
            inside.visit(node)
        self._use(name for name in inside.used if name not in own)
        self.bound |= inside.bound

    def _use(self, used: Iterable[str]) -> None:
        self.used |= dict.fromkeys(used)


def _body(node: _Function, own: frozenset[str]) -> dict[str, None]:
    """What a function's body uses that is not its own; functions in it are taken to be called."""
    inside = _Seen()
    inside.bound.update(each.arg for each in _all(node.args))
    for statement in [node.body] if isinstance(node, ast.Lambda) else node.body:
        inside.visit(statement)
    used = [*inside.used, *(name for body in inside.bodies.values() for name in body)]
    local = (inside.bound - inside.outer) | own
    return {name: None for name in used if name not in local}


def _all(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*found, *filter(None, [arguments.vararg, arguments.kwarg])]
