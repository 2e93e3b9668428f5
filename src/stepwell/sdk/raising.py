"""`raise`, `try` and `except`: Fail states, and Catch rules that lead to handlers."""

import ast
import inspect
from typing import Any

from stepwell.sdk.code import Caught, wrapped
from stepwell.sdk.finals import compile_final
from stepwell.sdk.graph import setter
from stepwell.sdk.handlers import Handler, innermost_first
from stepwell.sdk.invocations import hoisted
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope
from stepwell.sdk.texts import as_text

PLAIN_TEXTS = (BaseException.__str__, OSError.__str__, ImportError.__str__)
"""str() of these exceptions is their one argument."""


def compile_raise(scope: Scope, statement: ast.Raise) -> None:
    made = statement.exc
    shown = "raise" if made is None else f"raise {ast.unparse(made)}"
    again = _caught(scope, made)
    if again is not None:
        _raise_again(scope, again, shown)
        return
    if made is None:
        raise Refused(statement, "There is no error here to raise again.", "Raise an exception of a class.")
    known, error = scope.constant(made.func if isinstance(made, ast.Call) else made)
    if not known or not (isinstance(error, type) and issubclass(error, BaseException)):
        raise Refused(statement, "Only an exception of a known class can be raised.", "Write raise TheClass(…).")
    _check_alone(scope, statement, error)
    cause = _text(scope, made, error)
    handler = next((each for each in innermost_first(scope.handlers) if each.takes(error)), None)
    if handler is None:
        scope.emit(shown, {"Type": "Fail", "Error": error.__name__, "Cause": cause}, ends=True)
        return
    if handler.variable is not None:
        value = {"Error": error.__name__, "Cause": cause}
        scope.emit(shown, {"Type": "Pass", "Assign": {handler.variable: value}})
    else:
        scope.emit(shown, {"Type": "Pass"})
    way = scope.take_way()
    assert way is not None
    handler.enter(way[0], scope.known_for(handler))


def _check_alone(scope: Scope, node: ast.AST, error: type[BaseException]) -> None:
    """Raises Refused for an exception that is called as another one of this workflow is."""
    other = scope.machine.errors.setdefault(error.__name__, error)
    if other is not error:
        raise Refused(node, f"{error.__module__}.{error.__name__} and {other.__module__}.{other.__name__} are two "
                      "errors, and machines tell errors apart by their names.", "Rename one of them.")  # fmt: skip


def _text(scope: Scope, made: ast.expr, error: type[BaseException]) -> Any:
    """The text of an error: its one argument as str() writes it."""
    arguments = made.args if isinstance(made, ast.Call) else []
    if len(arguments) > 1 or (isinstance(made, ast.Call) and made.keywords):
        raise Refused(made, "An error has a name and one text.", f'Write raise {error.__name__}("…").')
    if error.__str__ not in PLAIN_TEXTS or inspect.isfunction(error.__init__):
        raise Refused(made, f"The text of a {error.__name__} is not just its argument.",
                      "Raise an exception that defines no __init__ and no __str__.")  # fmt: skip
    if not arguments:
        return ""
    text = hoisted(scope, arguments[0])
    if isinstance(text, ast.Constant) and isinstance(text.value, str) and not text.value.startswith("{%"):
        return text.value
    return wrapped(as_text(scope.expressions, text))


def _caught(scope: Scope, made: ast.expr | None) -> str | None:
    """The variable with the error that `raise` or `raise error` raises again."""
    if made is None:
        return scope.error
    if isinstance(made, ast.Name) and scope.known.types.get(made.id) is Caught:
        return scope.variable(made.id)
    return None


def _raise_again(scope: Scope, error: str, shown: str) -> None:
    """Which handler takes it shows only when it runs: a Choice by its name."""
    rules: list[dict[str, Any]] = []
    everything: Handler | None = None
    for handler in innermost_first(scope.handlers):
        if handler.takes_all:
            everything = handler
            break
        rule = {"Condition": f"{{% ${error}.Error in {_list(handler.names)} %}}", "Next": ""}
        if handler.variable not in (None, error):
            rule["Assign"] = {handler.variable: f"{{% ${error} %}}"}  # type: ignore[assignment]
        handler.enter([setter(rule, "Next")], scope.known_for(handler))
        rules.append(rule)
    if rules:
        choice = {"Type": "Choice", "Choices": rules}
        scope.emit(shown, choice, ends=True)
        scope.graph.loose = [setter(choice, "Default")]
    if everything is None:
        cause = f'{{% $exists(${error}.Cause) ? ${error}.Cause : "" %}}'
        scope.emit(f"{shown} (to the end)" if rules else shown,
                   {"Type": "Fail", "Error": f"{{% ${error}.Error %}}", "Cause": cause}, ends=True)  # fmt: skip
        return
    assign = {} if everything.variable in (None, error) else {"Assign": {everything.variable: f"{{% ${error} %}}"}}
    scope.emit(f"{shown} (to the rest)" if rules else shown, {"Type": "Pass", **assign})
    everything.enter(scope.graph.take_loose(), scope.known_for(everything))


def _list(names: list[str]) -> str:
    return f"[{', '.join(chr(34) + name + chr(34) for name in names)}]"


def compile_try(scope: Scope, statement: ast.Try) -> None:
    if statement.finalbody:
        inner = lambda: _try(scope, statement) if statement.handlers else scope.block(statement.body)  # noqa: E731
        compile_final(scope, statement, inner, lambda error: _raise_again(scope, error, "raise"))
    else:
        _try(scope, statement)


def _try(scope: Scope, statement: ast.Try) -> None:
    handlers = [_handler(scope, clause) for clause in statement.handlers]
    with scope.guarded(handlers):
        scope.block(statement.body)
    scope.block(statement.orelse)
    ways = [scope.take_way()]
    for handler, clause in zip(handlers, statement.handlers, strict=True):
        if not handler.entries or handler.known is None:
            continue  # nothing in the body can raise it
        scope.graph.loose, scope.known = handler.entries, handler.known
        if clause.name is not None:
            scope.known.learn(clause.name, Caught)
        outer, scope.error = scope.error, handler.variable
        scope.block(clause.body)
        scope.error = outer
        if clause.name is not None:
            scope.known.forget(clause.name)  # Python unbinds it at the end of the clause
        ways.append(scope.take_way())
    scope.meet(ways)


def _handler(scope: Scope, clause: ast.ExceptHandler) -> Handler:
    nodes = clause.type.elts if isinstance(clause.type, ast.Tuple) else [clause.type] if clause.type else []
    errors: list[type[BaseException]] = [] if nodes else [Exception]
    for node in nodes:
        known, error = scope.constant(node)
        if not known or not (isinstance(error, type) and issubclass(error, BaseException)):
            raise Refused(node, f"{ast.unparse(node)} is not known to be a class of exceptions.", "Name the class.")
        _check_alone(scope, node, error)
        errors.append(error)
    variable: str | None = None
    if clause.name is not None:
        scope.check_owned(clause.name, clause)
        variable = scope.variable(clause.name)
    elif any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(clause)):
        variable = scope.fresh("error")
    return Handler(errors, variable, scope.source.function.__module__, len(scope.inlining))
