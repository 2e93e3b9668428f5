"""JSONata before it runs: reading `{% … %}`, and the rules of the States Language for what may stand inside."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from jsonata2py import ParseError
from jsonata2py.parser import ast_nodes as ast
from jsonata2py.parser.parser import Parser

from stepwell.expressions.jsonata_errors import TOO_DEEP, JsonataSyntaxError, syntax_error
from stepwell.expressions.jsonata_regex import as_javascript

Node = Any
"""A node of the library's tree: frozen dataclasses."""

STATES = frozenset(["input", "context", "result", "errorOutput"])
"""What `$states` may have. `result` and `errorOutput` are there in some fields only."""


def names(text: str) -> frozenset[str]:
    """A set of names, written as one text."""
    return frozenset(text.split())


BUILT_IN = names(
    "abs append assert average base64decode base64encode boolean ceil contains count decodeUrl decodeUrlComponent"
    " distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber"
    " fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power"
    " random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter"
    " substringBefore sum toMillis trim type uppercase zip"
)
"""The functions of JSONata 2.0.6 that AWS has: all but $eval."""

NOT_ON_AWS = frozenset(["eval", "clone", "flatten", "values"])
"""The library has them, JSONata 2.0.6 on AWS does not: a call is AWS's "non-function"."""

TAKE_FUNCTIONS = frozenset(["each", "filter", "map", "reduce", "sift", "single", "sort"])
"""Their second argument is a function."""


class Parsed(NamedTuple):
    """An expression that may run, once the machine knows where."""

    source: str  # without {% and %}, as AWS shows it in causes
    tree: Node
    variables: frozenset[str]  # workflow variables it reads
    members: frozenset[str]  # of $states
    calls: frozenset[str]  # names of all functions it calls


def is_jsonata(text: str) -> bool:
    """Whether AWS takes a string for an expression: it begins with `{%`, white space before it makes it a literal."""
    return text.startswith("{%")


def parse(text: str, offered: frozenset[str] = STATES) -> Parsed:
    """Read the whole string, `{% … %}`. `offered` is what the field's `$states` has. Raises JsonataSyntaxError."""
    if not (is_jsonata(text) and text.endswith("%}") and len(text) >= 4):
        raise JsonataSyntaxError("JSONata string must start with {% and end with %}")
    source = text[2:-2].strip()
    try:
        tree = _regrouped(Parser.parse(source))
        _check_operators(tree)
        _check_references(tree, top=True)
        return Parsed(source, tree, *_names(tree, offered))
    except ParseError as error:
        raise syntax_error(error, source) from None
    except RecursionError:
        raise JsonataSyntaxError(TOO_DEEP) from None


_TIGHTER = frozenset(["+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "in"])
"""Operators that take what stands before `~>` first; the library lets `~>` have it."""


def _regrouped(node: Node) -> Node:
    """The tree with `a + b ~> $f` read as `(a + b) ~> $f`, which is how JSONata reads it."""
    node = rebuilt(node, _regrouped)
    match node:
        case ast.BinaryOp(op=op, right=ast.ChainExpr(steps=[first, *steps])) if op in _TIGHTER:
            return ast.ChainExpr([dataclasses.replace(node, right=first), *steps])
        case ast.UnaryMinus(operand=ast.ChainExpr(steps=[first, *steps])):
            return ast.ChainExpr([dataclasses.replace(node, operand=first), *steps])
    return node


# --- walking -------------------------------------------------------------------------------------------------------


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below one."""
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, list):
            yield from (item for item in value if dataclasses.is_dataclass(item))
        elif dataclasses.is_dataclass(value):
            yield value


def nodes(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node below `node` changed; the node itself is left to the caller."""
    changed: dict[str, Any] = {}
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, list):
            changed[name] = [change(item) if dataclasses.is_dataclass(item) else item for item in value]
        elif dataclasses.is_dataclass(value):
            changed[name] = change(value)
    return dataclasses.replace(node, **changed) if changed else node


def local_names(tree: Node) -> frozenset[str]:
    """Every name that the expression itself binds, wherever it does."""
    found: set[str] = set()
    for node in nodes(tree):
        match node:
            case ast.VariableBinding(name=name):
                found.add(name)
            case ast.Lambda(params=params):
                found.update(params)
            case ast.PositionBinding(var_name=name) | ast.ContextBinding(var_name=name):
                found.add(name)
    return frozenset(found)


# --- rules ---------------------------------------------------------------------------------------------------------


def _check_operators(tree: Node) -> None:
    """`?:` and `??` came after JSONata 2.0.6, whose parser stumbles over their second character."""
    for node in nodes(tree):
        if isinstance(node, ast.ElvisExpr | ast.CoalesceExpr):
            symbol = ":" if isinstance(node, ast.ElvisExpr) else "?"
            raise JsonataSyntaxError(f'The symbol "{symbol}" cannot be used as a unary operator')


def _check_references(node: Node, top: bool) -> None:
    """No `$$`, and no `$` or bare name where there is no context item yet (States Language, "JSONata")."""
    match node:
        case ast.RootRef():
            _refuse("$$")
        case ast.ContextRef() if top:
            _refuse("$")
        case ast.FieldRef(name=name) if top:
            _refuse(name)
        case ast.WildcardStep() | ast.DescendantStep() if top:
            _refuse("*" if isinstance(node, ast.WildcardStep) else "**")
        case ast.PathExpr(steps=[first, *steps]):
            _check_references(first, top)
            for step in steps:
                _check_references(step, top=False)
        case (
            ast.PredicateExpr(source=source)
            | ast.ArraySubscript(source=source)
            | ast.SortExpr(source=source)
            | ast.GroupByExpr(source=source)
        ):
            _check_references(source, top)
            for inner in children(node):
                if inner is not source:
                    _check_references(inner, top=False)
        case ast.TransformLambda() | ast.TransformExpr():
            for inner in children(node):
                _check_references(inner, top=False)
        case _:
            for inner in children(node):
                _check_references(inner, top)


def _refuse(name: str) -> None:
    raise JsonataSyntaxError(f"Reference to '{name}' at the top level is not supported.", unsupported=True)


def _names(tree: Node, offered: frozenset[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The workflow variables, the members of $states and the functions that the expression names."""
    bound = local_names(tree)
    heads = {id(node.steps[0]): node.steps[1] for node in nodes(tree) if isinstance(node, ast.PathExpr)}
    called = {id(node) for node in _function_positions(tree)}
    variables: set[str] = set()
    members: set[str] = set()
    calls: set[str] = set()
    for node in nodes(tree):
        if isinstance(node, ast.FunctionCall):
            calls.add(node.name)
        if not isinstance(node, ast.VariableRef) or node.name in bound or id(node) in called:
            continue
        if node.name == "states":
            members |= _members(heads.get(id(node)), offered)
        else:
            variables.add(node.name)
    return frozenset(variables), frozenset(members), frozenset(calls)


def _members(step: Node, offered: frozenset[str]) -> frozenset[str]:
    """What `$states` followed by this step reads: one member, or all where it is no name."""
    while isinstance(step, ast.PredicateExpr | ast.ArraySubscript | ast.SortExpr | ast.ForceArray):
        step = step.source
    if not isinstance(step, ast.FieldRef):
        return offered
    if step.name not in offered:
        raise JsonataSyntaxError(f"Field '$states.{step.name}' does not exist.", unsupported=True)
    return frozenset([step.name])


def _function_positions(tree: Node) -> Iterator[Node]:
    """Names of built-in functions where a function is wanted: workflow variables never are functions."""
    for node in nodes(tree):
        if isinstance(node, ast.ChainExpr):
            for step in node.steps[1:]:
                yield from _function_argument(step, 0) if isinstance(step, ast.FunctionCall) else [step]
        elif isinstance(node, ast.FunctionCall):
            yield from _function_argument(node, 1)


def _function_argument(call: Node, position: int) -> Iterator[Node]:
    if call.name in TAKE_FUNCTIONS and len(call.args) > position:
        yield call.args[position]


def with_own_names(tree: Node) -> Node:
    """The tree with names that the library would settle by itself given to the environment instead.

    `aws:name` is a call of one of our functions, or of one AWS does not have. `fn:name` is a built-in function's
    name where a value is wanted: a workflow variable of that name comes first, as $count often is.
    Regular expressions are written as the library must read them.
    """
    bound = local_names(tree)
    called = {id(node) for node in _function_positions(tree)}
    ours = (NOT_ON_AWS | {"distinct", "random", "shuffle", "sum"}) - bound

    def change(node: Node) -> Node:
        node_id = id(node)
        node = rebuilt(node, change)
        match node:
            case ast.FunctionCall(name=name) | ast.PartialApplication(name=name) if name in ours:
                return dataclasses.replace(node, name=f"aws:{name}")
            case ast.FunctionCall(name="toMillis", args=[_]) if "toMillis" not in bound:
                return dataclasses.replace(node, name="aws:toMillis")
            case ast.VariableRef(name=name) if node_id in called and name in ours:
                return ast.VariableRef(f"aws:{name}")
            case ast.VariableRef(name=name) if node_id not in called and name in (BUILT_IN | NOT_ON_AWS) - bound:
                return ast.VariableRef(f"fn:{name}")
            case ast.RegexLiteral(pattern=pattern):
                return dataclasses.replace(node, pattern=as_javascript(pattern))
        return node

    return change(tree)
