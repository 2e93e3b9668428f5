"""What statements assign, read and call: questions about syntax that the compiler asks."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from stepwell.sdk.problems import Refused

IsCall = Callable[[ast.expr], bool]


def unawaited(node: ast.expr) -> ast.expr:
    """`await call()` means `call()` in a workflow."""
    return node.value if isinstance(node, ast.Await) else node


def title(node: ast.expr) -> str:
    """What a branch or a round does, in a word: the function it calls."""
    node = unawaited(node)
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def assigned(statements: Iterable[ast.stmt]) -> set[str]:
    """Names that these statements assign, wherever within; those of comprehensions are their own."""
    found: set[str] = set()
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
            elif _appended(node) is not None:
                found.add(str(_appended(node)))
    return found


def _appended(node: ast.AST) -> str | None:
    """The list that `xs.append(…)` changes."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        owner = node.func.value
        return owner.id if isinstance(owner, ast.Name) else None
    return None


def _read(nodes: Iterable[ast.AST]) -> set[str]:
    return {
        node.id
        for top in nodes
        for node in ast.walk(top)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def called_first(value: ast.expr, is_call: IsCall) -> tuple[ast.Call, bool] | None:
    """The call that Python makes first in an expression, and whether it is made only under a condition.

    Calls within a comprehension are made for each item. Raises Refused where that cannot be.
    """
    return next(_calls(value, is_call, False), None)


def _calls(node: ast.AST, is_call: IsCall, conditional: bool) -> Iterator[tuple[ast.Call, bool]]:
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp | ast.Lambda):
        if any(isinstance(inner, ast.expr) and is_call(inner) for inner in ast.walk(node)):
            raise Refused(node, "A task is called for each item here, within a larger expression.",
                          "Assign the comprehension to a name of its own first.")  # fmt: skip
        return
    for child, maybe in _in_order(node):
        yield from _calls(child, is_call, conditional or maybe)
    if isinstance(node, ast.expr) and is_call(node):
        assert isinstance(node, ast.Call)
        yield node, conditional


def _in_order(node: ast.AST) -> list[tuple[ast.AST, bool]]:
    """The parts of an expression in the order in which Python evaluates them, and whether it may not."""
    match node:
        case ast.IfExp():
            return [(node.test, False), (node.body, True), (node.orelse, True)]
        case ast.BoolOp():
            return [(value, index > 0) for index, value in enumerate(node.values)]
        case ast.Compare():
            return [(node.left, False), *((value, index > 0) for index, value in enumerate(node.comparators))]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [(part, False) for pair in pairs for part in pair if part is not None]
        case _:
            return [(child, False) for child in ast.iter_child_nodes(node)]


def replaced(value: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """The expression with one node in place of another."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    result = Replace().visit(value)
    assert isinstance(result, ast.expr)
    return result


def is_independent(loop: ast.For, function: ast.AST) -> bool:
    """Whether no round knows of another: what they assign is theirs alone, and none leaves the loop."""
    if any(isinstance(node, ast.Return) for part in loop.body for node in ast.walk(part)) or _breaks(loop.body):
        return False
    own = assigned(loop.body) | _stored(loop.target)
    outside = _names_outside(function, loop)
    return not own & outside and not _reads_before(loop.body, assigned(loop.body), _stored(loop.target))


def _stored(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _breaks(body: Sequence[ast.stmt]) -> bool:
    """Whether a `break` in it ends this very loop."""
    for statement in body:
        if isinstance(statement, ast.Break):
            return True
        if isinstance(statement, ast.For | ast.While):
            continue
        inner = [part for name in ("body", "orelse", "finalbody") for part in getattr(statement, name, [])]
        inner += [part for handler in getattr(statement, "handlers", []) for part in handler.body]
        inner += [part for case in getattr(statement, "cases", []) for part in case.body]
        if _breaks(inner):
            return True
    return False


def _names_outside(function: ast.AST, loop: ast.For) -> set[str]:
    """Names that the function has anywhere but in this loop."""
    inside = {id(node) for part in [loop.target, *loop.body] for node in ast.walk(part)}
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and id(node) not in inside}
    return names | {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}


def _reads_before(body: Sequence[ast.stmt], own: set[str], given: set[str]) -> bool:
    """Whether a round may read what an earlier one has assigned: a name that it reads first and assigns later.

    Looked at statement by statement: what a statement reads must have been assigned by one before it.
    """
    there = set(given)
    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            if (_read([statement.value]) & own) - there:
                return True
        elif isinstance(statement, ast.AugAssign) or ((_read([statement]) & own) - there - _assigned_first(statement)):
            return True
        there |= assigned([statement])
    return False


def _assigned_first(statement: ast.stmt) -> set[str]:
    """Names that a compound statement assigns before it reads them, as far as its first block tells."""
    inner = [part for name in ("body", "orelse") for part in getattr(statement, name, [])]
    return {name for part in inner if isinstance(part, ast.Assign) for name in assigned([part])}


def case_test(case: ast.match_case, subject: ast.Name) -> ast.expr | None:
    """The condition of a case; None for one that always holds. Raises Refused."""
    test = _pattern_test(case.pattern, subject)
    if case.guard is None:
        return test
    if test is None:
        return case.guard
    return ast.copy_location(ast.BoolOp(ast.And(), [test, case.guard]), case.pattern)


def _pattern_test(pattern: ast.pattern, subject: ast.Name) -> ast.expr | None:
    match pattern:
        case ast.MatchValue():
            compare = ast.Compare(subject, [ast.Eq()], [pattern.value])
            return ast.copy_location(compare, pattern)
        case ast.MatchSingleton():
            compare = ast.Compare(subject, [ast.Is()], [ast.copy_location(ast.Constant(pattern.value), pattern)])
            return ast.copy_location(compare, pattern)
        case ast.MatchOr():
            tests = [_pattern_test(each, subject) for each in pattern.patterns]
            known = [test for test in tests if test is not None]
            return ast.copy_location(ast.BoolOp(ast.Or(), known), pattern) if len(known) == len(tests) else None
        case ast.MatchAs(pattern=None, name=None):
            return None
    raise Refused(pattern, "Only values, several of them with `|`, and `_` can be matched.", "Use if and elif.")
