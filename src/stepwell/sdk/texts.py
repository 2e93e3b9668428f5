"""Strings: what `str(…)` and f-strings write."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, COMPARE, TERNARY, Caught, Code, literal
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def as_text(translator: Translator, node: ast.expr) -> Code:
    """`str(value)`."""
    code = translator.sure(node)
    kinds = t.choices(code.type)
    if len(kinds) == 2 and t.NONE in kinds:
        written = _written(node, code.of(t.without_none(code.type)))
        return Code(f'({code.at(COMPARE + 1)} = null ? "None" : {written.at(TERNARY + 1)})', str)
    return _written(node, code)


def _written(node: ast.expr, code: Code) -> Code:
    """$string would round an int to 15 digits, $formatBase does not."""
    if code.type is str:
        return code
    if code.type is int:
        return Code(f"$formatBase({code.text})", str)
    if code.type is bool:
        return Code(f'({code.at(TERNARY + 1)} ? "True" : "False")', str)
    if code.type is t.NONE:
        return Code('"None"', str)
    if code.type is Caught:
        return Code(f'($exists({code.text}.Cause) ? {code.text}.Cause : "")', str)
    raise Refused(
        node, f"{ast.unparse(node)} is {t.shown(code.type)}, which Python and JSON write differently.",
        "Use strings, ints and bools here, or format it in a @task.",
    )  # fmt: skip


def formatted(translator: Translator, node: ast.JoinedStr) -> Code:
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(literal(value.value, value))
            continue
        assert isinstance(value, ast.FormattedValue)
        if value.format_spec is not None or value.conversion != -1:
            raise Refused(value, "A format cannot be compiled.", "Format it in a @task.")
        parts.append(as_text(translator, value.value).at(ADD + 1))
    return Code(" & ".join(parts), str, ADD) if parts else Code('""', str)
