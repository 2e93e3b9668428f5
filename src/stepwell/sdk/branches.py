"""`if`, `elif`, `else` and `match`: Choice states."""

import ast

from stepwell.sdk.assignments import bind
from stepwell.sdk.callees import calls_states
from stepwell.sdk.code import wrapped
from stepwell.sdk.graph import State, setter
from stepwell.sdk.invocations import hoisted
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope
from stepwell.sdk.syntax import at, read, write

Way = tuple[ast.expr, list[ast.stmt]]
"""A condition, and what is done where it holds."""


def compile_if(scope: Scope, statement: ast.If) -> None:
    shown = f"if {ast.unparse(statement.test)}"
    comment, scope.comment = scope.comment, None
    test = hoisted(scope, statement.test)
    scope.comment = comment
    ways, otherwise = [(test, statement.body)], statement.orelse
    while len(otherwise) == 1 and isinstance(otherwise[0], ast.If) and not calls_states(scope, otherwise[0].test):
        ways.append((otherwise[0].test, otherwise[0].body))  # an `elif` that calls nobody is one more way
        otherwise = otherwise[0].orelse
    _ways(scope, shown, ways, otherwise)


def _ways(scope: Scope, shown: str, ways: list[Way], otherwise: list[ast.stmt]) -> None:
    """A Choice with these ways out of it, which meet again behind it."""
    begin, rules = scope.known.copy(), []
    for test, _ in ways:
        rules.append({"Condition": wrapped(scope.expressions.truth(test)), "Next": ""})
        scope.assume(test, False)
    left, scope.known = scope.known, begin
    choice: State = {"Type": "Choice", "Choices": rules}
    scope.emit(shown, choice, ends=True)
    ends = []
    before = begin.copy()
    for rule, (test, body) in zip(rules, ways, strict=True):
        scope.graph.loose, scope.known = [setter(rule, "Next")], before.copy()
        scope.assume(test, True)
        scope.block(body)
        ends.append(scope.take_way())
        scope.known = before
        scope.assume(test, False)
        before = scope.known
    scope.graph.loose, scope.known = [setter(choice, "Default")], left
    scope.block(otherwise)
    ends.append(scope.take_way())
    scope.meet(ends)


def compile_match(scope: Scope, statement: ast.Match) -> None:
    shown = f"match {ast.unparse(statement.subject)}"
    comment, scope.comment = scope.comment, None
    subject = hoisted(scope, statement.subject)
    if not isinstance(subject, ast.Name):
        name = scope.fresh("subject")
        bind(scope, write(name, subject), subject, None)
        subject = read(name, subject)
    scope.comment = comment
    ways: list[Way] = []
    otherwise: list[ast.stmt] = []
    for case in statement.cases:
        if case.guard is not None and calls_states(scope, case.guard):
            raise Refused(case.guard, "A guard cannot call a task.", "Use an `if` within the case.")
        test = _case_test(case, subject)
        if test is None:
            otherwise = case.body
            break
        ways.append((test, case.body))
    if ways:
        _ways(scope, shown, ways, otherwise)
    else:
        scope.block(otherwise)


def _case_test(case: ast.match_case, subject: ast.Name) -> ast.expr | None:
    """The condition of a case; None for one that always holds. Raises Refused."""
    test = _pattern_test(case.pattern, subject)
    if case.guard is None:
        return test
    return case.guard if test is None else at(ast.BoolOp(ast.And(), [test, case.guard]), case.pattern)


def _pattern_test(pattern: ast.pattern, subject: ast.Name) -> ast.expr | None:
    match pattern:
        case ast.MatchValue():
            return at(ast.Compare(subject, [ast.Eq()], [pattern.value]), pattern)
        case ast.MatchSingleton():
            sign = ast.Is() if pattern.value is None else ast.Eq()
            return at(ast.Compare(subject, [sign], [ast.Constant(pattern.value)]), pattern)
        case ast.MatchOr():
            tests = [_pattern_test(each, subject) for each in pattern.patterns]
            known = [test for test in tests if test is not None]
            return at(ast.BoolOp(ast.Or(), known), pattern) if len(known) == len(tests) else None
        case ast.MatchAs(pattern=None, name=None):
            return None
    raise Refused(pattern, "Only values, several of them with `|`, and `_` can be matched.", "Use if and elif.")
