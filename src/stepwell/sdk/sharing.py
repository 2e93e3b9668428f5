"""Lists and dicts that may have a second name, under which Python would show what changes them in place."""

import ast
from collections.abc import Callable, Iterator

from stepwell.sdk import types as t
from stepwell.sdk.callees import SIDE_BY_SIDE, called_by
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.scope import Scope
from stepwell.sdk.syntax import grown, spread_comprehension, stored

ITEMS = (next, min, max)
"""Functions that give an item of what they are given; all others make what they give."""

_SCALARS = {int, float, str, bool, t.NONE}


def shared_lists(scope: Scope) -> set[str]:
    """Names in the function around whose list may be that of another name, a member of something, or the caller's."""
    function = scope.source.definition
    sharing = _Sharing(scope)
    found: set[str] = set()
    for node in ast.walk(function):
        found |= sharing.by(node)
    if scope.inlining:
        return found | scope.source.parameters
    defaults = function.args.defaults
    return found | {each.arg for each in function.args.args[len(function.args.args) - len(defaults) :] if defaults}


class _Sharing:
    """What each kind of syntax gives second names."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def by(self, node: ast.AST) -> set[str]:
        match node:
            case ast.Assign():
                found = {name for target in node.targets for name in self._binding(target, node.value)}
                return found | {name for target in node.targets for name in stored(target) if len(node.targets) > 1}
            case ast.AnnAssign(value=ast.expr() as value):
                return self._binding(node.target, value)
            case ast.AugAssign(value=value) if not isinstance(value, ast.Name):
                return set(self.kept(value))
            case ast.For():
                kept = set() if isinstance(node.iter, ast.Name) else set(self.kept(node.iter))
                return kept | stored(node.target)
            case ast.ListComp():
                return set(self.kept(node)) | {name for each in node.generators for name in stored(each.target)}
            case ast.ExceptHandler(name=str() as name):
                return {name}
            case ast.Call():
                return set(self.kept(node)) | {n for each in node.args for n in self.kept(each) if grown(node)}
        return set()

    def _binding(self, target: ast.expr, value: ast.expr) -> set[str]:
        if isinstance(target, ast.Subscript):
            return set(self.kept(value))
        kept = set(self.kept(value))
        return kept if self._is_fresh(value) else kept | stored(target)

    def _is_fresh(self, value: ast.expr) -> bool:
        """Whether an expression gives a list that nobody else has."""
        if isinstance(value, ast.Call):
            return self._call_is_fresh(value)
        return isinstance(value, ast.List | ast.ListComp | ast.BinOp | ast.Dict | ast.DictComp)

    def _call_is_fresh(self, call: ast.Call) -> bool:
        called = called_by(self.scope, call)
        if called in SIDE_BY_SIDE:
            spread = spread_comprehension(call)
            made = call.args if spread is None else [spread.elt]
            return all(isinstance(each, ast.Call) and self._call_is_fresh(each) for each in made)
        if called is not None:
            return not _may_pass_on(called)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get":
            return False
        return self.scope.constant(call.func)[1] not in ITEMS

    def kept(self, value: ast.expr) -> Iterator[str]:
        """Names whose very value becomes part of this one."""
        for part in self._parts(value):
            if isinstance(part, ast.Name):
                yield part.id
            else:
                yield from self.kept(part)

    def _parts(self, value: ast.expr) -> list[ast.expr]:
        match value:
            case ast.Name():
                return [value]
            case ast.List() | ast.Tuple():
                return value.elts
            case ast.Dict():
                return [part for key, part in zip(value.keys, value.values, strict=True) if key is not None]
            case ast.IfExp():
                return [value.body, value.orelse]
            case ast.BoolOp():
                return value.values
            case ast.ListComp() | ast.GeneratorExp():
                return [value.elt]
            case ast.DictComp():
                return [value.value]
            case ast.Call() if not _has_copies(called_by(self.scope, value)):
                given = [*value.args, *(keyword.value for keyword in value.keywords)]
                if self.scope.constant(value.func)[1] in ITEMS:
                    return given[1:]
                return given if self._keeps(value) else [part for part in given if not isinstance(part, ast.Name)]
        return []

    def _keeps(self, call: ast.Call) -> bool:
        """Whether what it gives may have its arguments in it: records have them, fragments may."""
        called = called_by(self.scope, call)
        if called is not None:
            return called in SIDE_BY_SIDE or _may_pass_on(called)
        known, made = self.scope.constant(call.func)
        if not known:
            return isinstance(call.func, ast.Attribute) and call.func.attr == "get"
        return getattr(made, "__module__", None) != "builtins"


def _has_copies(called: Callable[..., object] | None) -> bool:
    """Whether it works elsewhere, on data of its own."""
    return called is not None and called not in SIDE_BY_SIDE and not isinstance(called, Fragment)


def _may_pass_on(called: Callable[..., object]) -> bool:
    """Whether it is a fragment that may give its arguments back: tasks and workflows have copies."""
    return isinstance(called, Fragment) and t.plain(called.types.get("return", list)) not in _SCALARS
