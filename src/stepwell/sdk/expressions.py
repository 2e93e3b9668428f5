"""Each kind of Python expression, and who translates it."""

import ast

from stepwell.sdk import (
    arithmetic,
    atoms,
    comprehensions,
    conditions,
    displays,
    functions,
    records,
    subscripts,
    texts,
)
from stepwell.sdk.code import Names
from stepwell.sdk.translator import Form, Forms, TemplateForm, Translator

_CODES: dict[type[ast.expr], Form] = {
    ast.Constant: atoms.constant,
    ast.Name: atoms.name,
    ast.Attribute: atoms.attribute,
    ast.Subscript: subscripts.subscript,
    ast.List: displays.list_display,
    ast.Tuple: displays.list_display,
    ast.Dict: displays.dict_display,
    ast.BoolOp: conditions.boolean,
    ast.IfExp: conditions.conditional,
    ast.Compare: conditions.compare,
    ast.UnaryOp: arithmetic.unary,
    ast.BinOp: arithmetic.binary,
    ast.JoinedStr: texts.formatted,
    ast.Call: functions.call,
    ast.ListComp: comprehensions.list_comprehension,
    ast.GeneratorExp: comprehensions.generator,
    ast.DictComp: comprehensions.dict_comprehension,
}

_TEMPLATES: dict[type[ast.expr], TemplateForm] = {
    ast.Constant: atoms.constant_template,
    ast.List: displays.list_template,
    ast.Tuple: displays.list_template,
    ast.Dict: displays.dict_template,
    ast.Call: records.record_template,
}

_FORMS = Forms(_CODES, _TEMPLATES)


def expressions(names: Names) -> Translator:
    """The expressions of a scope where names mean this."""
    return Translator(names, _FORMS)
