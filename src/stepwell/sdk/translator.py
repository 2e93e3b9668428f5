"""Python expressions as JSONata with exactly Python's meaning; what has none is refused, saying what to write instead.

The traps, and how they are met: integers are doubles in JSONata, so sums and products are guarded; `%` and `//` round
towards minus infinity; truth of lists differs; a list in a list display would be flattened; a missing key is no error
where JSONata compares, so it is made one. Which module translates which kind of expression stands in expressions.py.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stepwell.sdk import types as t
from stepwell.sdk.code import ATOM, Caught, Code, Json, Names, failing, keys_of, wrapped
from stepwell.sdk.problems import Refused
from stepwell.sdk.truth import both, truth

Form = Callable[["Translator", Any], Code]
"""Translates one kind of expression. Raises Refused."""

TemplateForm = Callable[["Translator", Any], tuple[Json, t.Type] | None]
"""One kind of expression as a payload template that is no JSONata, and its type; None where it has to be JSONata."""


class Forms(msgspec.Struct, frozen=True):
    """Who translates what."""

    codes: Mapping[type[ast.expr], Form]
    templates: Mapping[type[ast.expr], TemplateForm]


class Translator:
    """The expressions of one scope."""

    def __init__(self, names: Names, forms: Forms, depth: int = 0) -> None:
        self.names = names
        self.forms = forms
        self.depth = depth  # how many comprehensions are around
        self.risky = False  # something translated here may have no value, or divide by zero

    def within(self, names: Names, deeper: int = 0) -> "Translator":
        return Translator(names, self.forms, self.depth + deeper)

    def is_data(self, node: ast.expr) -> bool:
        """Whether a name, or what an attribute is of, is a variable of the workflow."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return not isinstance(node, ast.Name) or self.names.local(node.id, node) is not None

    def template(self, node: ast.expr) -> tuple[Json, t.Type]:
        """The value as a payload template: displays are JSON, which nothing flattens; all else is `{% … %}`."""
        form = self.forms.templates.get(type(node))
        made = None if form is None else form(self, node)
        if made is not None:
            return made
        code = self.code(node)
        if code.type is Caught:
            raise Refused(node, "An exception is no data.", f"Write str({ast.unparse(node)}).")
        _check_no_stream(node, code)
        return wrapped(code), code.type

    def code(self, node: ast.expr) -> Code:
        """The expression. Raises Refused."""
        form = self.forms.codes.get(type(node))
        if form is None:
            what, instead = _WORDS_FOR.get(type(node), (type(node).__name__, "Do it in a @task."))
            raise Refused(node, f"{what} cannot be compiled.", instead)
        code = form(self, node)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            narrowed = self.names.narrowed(ast.unparse(node))
            if narrowed is not None:
                return code.of(narrowed)
        return code

    def sure(self, node: ast.expr) -> Code:
        """The expression where having no value would pass for a value: then it is an error, as in Python."""
        code = self.code(node)
        if code.certain:
            return code
        why = failing(f"{ast.unparse(node)}: there is no such key or index")
        return Code(f"($exists({code.text}) ? {code.at(ATOM)} : {why})", code.type)

    def number(self, node: ast.expr) -> Code:
        code = self.sure(node)
        if code.type not in t.NUMBERS:
            raise Refused(node, f"{ast.unparse(node)} is not known to be a number.", "Annotate it as int or float.")
        return code

    def key(self, node: ast.expr) -> Code:
        code = self.sure(node)
        if code.type is not str:
            raise Refused(node, "Keys must be known to be strings, as in JSON.", "Annotate it as str.")
        return code

    def item(self, node: ast.expr) -> Code:
        """What stands in a list display."""
        code = self.sure(node)
        if t.may_be_list(code.type):
            raise Refused(node, "Whether this is a list is not known, and a list in a list would be flattened.",
                          "Annotate it.")  # fmt: skip
        _check_no_stream(node, code)
        return code

    def items(self, node: ast.expr) -> Code:
        """What can be gone through, as a JSON array: a list, a dict's keys, a range."""
        code = self.sure(node)
        if t.is_dict(code.type):
            return keys_of(code)
        if not t.is_iterable(code.type):
            raise Refused(node, f"{ast.unparse(node)} is not known to be a list.", "Annotate it.")
        return code

    def truth(self, node: ast.expr) -> Code:
        """The expression as a condition."""
        if isinstance(node, ast.BoolOp):
            parts, translator = [], self
            for value in node.values:
                parts.append(translator.truth(value))
                self.risky |= translator.risky
                translator = translator.within(translator.names.assuming(value, isinstance(node.op, ast.And)))
            return both(parts, node.op)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Code(f"$not({self.truth(node.operand).text})", bool)
        code = self.sure(node)
        _check_no_stream(node, code)
        return truth(code)

    def uncertain(self, node: ast.expr, text: str, kind: t.Type, error: type[Exception]) -> Code:
        """An expression that has no value where Python raises this."""
        self.risky = True
        self.names.risk(node, error)
        return Code(text, kind, certain=False)


def _check_no_stream(node: ast.expr, code: Code) -> None:
    if any(t.is_stream(kind) for kind in t.choices(code.type)):
        shown = ast.unparse(node)
        made = f"list{shown}" if isinstance(node, ast.GeneratorExp) else f"list({shown})"
        raise Refused(node, f"{shown} is no list, and no data.", f"Write {made}.")


_WORDS_FOR: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lambda: ("A lambda", "Do it in a @task."),
    ast.NamedExpr: ("An assignment within an expression", "Assign it in a line of its own before."),
    ast.Set: ("A set", "Write a list."),
    ast.SetComp: ("A set", "Write {x: True for x in …}: a dict has each key once."),
    ast.Starred: ("A spread", "Name each of them."),
    ast.Yield: ("`yield`", "Collect the values in a list and return that."),
    ast.YieldFrom: ("`yield`", "Collect the values in a list and return that."),
}
"""What else there is, in words, and what to write instead."""
