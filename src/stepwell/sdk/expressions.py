"""Python expressions as JSONata with exactly Python's meaning; what has none is refused, saying what to write instead.

The traps, and how they are met: integers are doubles in JSONata, so sums and products are guarded; `%` and `//` round
towards minus infinity; truth of lists differs; a list in a list display would be flattened; a missing key is no error
where JSONata compares, so it is made one.
"""

import ast
import json
import math
import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from stepwell.sdk import types as t
from stepwell.sdk.problems import Refused

Json = Any

# How tightly an operator binds, from JSONata's own table; an operand that binds less gets parentheses.
TERNARY, OR, AND, COMPARE, ADD, MULTIPLY, UNARY, ATOM = range(1, 9)

LARGEST = 2**53
"""Integers beyond it are not exact as JSON numbers."""

SAFE = 2**52
"""Bound of computed integers: what is added to them as a literal leaves them exact."""

SMALL = 2**20
"""A literal that may be added without a guard."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})


class Code(msgspec.Struct, frozen=True):
    """A piece of JSONata."""

    text: str
    type: t.Type = Any
    level: int = ATOM
    certain: bool = True  # False: it may have no value at all, where Python has a KeyError or IndexError

    def at(self, level: int) -> str:
        """The text where at least this tightness is needed."""
        return self.text if self.level >= level else f"({self.text})"


class Caught:
    """The type of an exception that was caught: as text it is its cause."""


class Names(Protocol):
    """What names mean where an expression stands."""

    def local(self, node: ast.Name) -> Code | None:
        """A variable of the workflow. Raises Refused for one that may be unassigned."""
        ...

    def constant(self, node: ast.expr) -> tuple[bool, Any]:
        """Whether a name or attribute is a constant of the module, and its value."""
        ...

    def bound(self, name: str, variable: str, type: t.Type) -> "Names":
        """The same names, and one more that a comprehension binds."""
        ...


def literal(value: Any, node: ast.AST) -> str:
    """A constant as JSONata writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Refused(node, f"{value} is beyond 2^53, where JSON numbers are not exact.", "Carry it as a string.")
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Refused(node, f"{value} is no JSON number.")
        return json.dumps(value)
    raise Refused(node, f"A {type(value).__name__} is no JSON value.", "Use numbers, strings, lists and dicts.")


class Translator:
    """Expressions of one scope."""

    def __init__(self, names: Names) -> None:
        self.names = names

    # -- templates -----------------------------------------------------------------------------------------------------

    def template(self, node: ast.expr) -> tuple[Json, t.Type]:
        """The value as a payload template: displays are JSON, which nothing flattens; all else is `{% … %}`."""
        if isinstance(node, ast.List | ast.Tuple) and not any(isinstance(item, ast.Starred) for item in node.elts):
            items = [self.template(item) for item in node.elts]
            return [value for value, _ in items], self._display_type(node, [type for _, type in items])
        if isinstance(node, ast.Dict) and all(_is_text(key) for key in node.keys):
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
            values = [self.template(value) for value in node.values]
            members = {key: value for key, (value, _) in zip(keys, values, strict=True)}
            return members, t.dict_of(t.union(*(kind for _, kind in values)))
        record = self._record(node)
        if record is not None:
            return record
        if isinstance(node, ast.Constant) and not (isinstance(node.value, str) and node.value.startswith("{%")):
            literal(node.value, node)
            return node.value, type(node.value)
        code = self.code(node)
        return wrapped(code), code.type

    def _record(self, node: ast.expr) -> tuple[Json, t.Type] | None:
        """A call of a dataclass or the like: its fields."""
        if not isinstance(node, ast.Call):
            return None
        known, made = self.names.constant(node.func)
        fields = t.fields_of(made) if known else None
        if fields is None or not isinstance(made, type):
            return None
        given: dict[str, ast.expr] = dict(zip(fields, node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        if any(keyword.arg is None for keyword in node.keywords) or len(node.args) > len(fields):
            raise Refused(node, f"{made.__name__}(…) is only known with each field named.")
        for name in given:
            if name not in fields:
                raise Refused(node, f"{made.__name__} has no field {name}.", f"It has {', '.join(fields)}.")
        template = {}
        for name, value in given.items():
            template[name], kind = self.template(value)
            if not t.fits(kind, fields[name]):
                wanted = t.shown(fields[name])
                raise Refused(value, f"{made.__name__}.{name} is {wanted}, and this is {t.shown(kind)}.")
        for name in fields:
            if name not in given:
                template[name] = _default(made, name, node)
        return template, made

    def _display_type(self, node: ast.expr, items: list[t.Type]) -> t.Type:
        if isinstance(node, ast.Tuple) and items:
            return t.tuple_of(*items)
        return t.list_of(t.union(*items))

    # -- expressions ---------------------------------------------------------------------------------------------------

    def code(self, node: ast.expr) -> Code:
        """The expression. Raises Refused."""
        translate: Callable[[Any], Code] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if translate is None:
            raise Refused(node, f"{_words(node)} cannot be compiled.", "Do it in a @task.")
        return translate(node)

    def sure(self, node: ast.expr) -> Code:
        """The expression where having no value would pass for a value: then it is an error, as in Python."""
        code = self.code(node)
        if code.certain:
            return code
        why = json.dumps(f"{ast.unparse(node)}: there is no such key or index", ensure_ascii=False)
        text = code.at(ATOM)
        return Code(f"($exists({code.text}) ? {text} : $error({why}))", code.type)

    def truth(self, node: ast.expr) -> Code:
        """The expression as a condition."""
        if isinstance(node, ast.BoolOp):
            level = AND if isinstance(node.op, ast.And) else OR
            word = " and " if level == AND else " or "
            return Code(word.join(self.truth(value).at(level + 1) for value in node.values), bool, level)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Code(f"$not({self.truth(node.operand).text})", bool)
        code = self.sure(node)
        kinds = t.choices(code.type)
        if kinds == (bool,):
            return code
        if all(kind in (int, float, str, bool, t.NONE) for kind in kinds):
            return Code(f"$boolean({code.text})", bool)
        if all(t.is_list(kind) for kind in kinds):
            return Code(f"$count({code.text}) > 0", bool, COMPARE)
        if all(t.fields_of(kind) is not None and not t.is_mapping_record(kind) for kind in kinds):
            return Code("true", bool)
        if all(kind is t.NONE or t.fields_of(kind) is not None for kind in kinds):
            return Code(f"{code.at(COMPARE + 1)} != null", bool, COMPARE)
        text = code.at(ATOM)
        return Code(f'($type({code.text}) = "array" ? $count({code.text}) > 0 : $boolean({text}))', bool)

    # -- atoms ---------------------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Code:
        return Code(literal(node.value, node), t.NONE if node.value is None else type(node.value))

    def _name(self, node: ast.Name) -> Code:
        code = self.names.local(node)
        return code if code is not None else self._global(node)

    def _global(self, node: ast.expr) -> Code:
        known, value = self.names.constant(node)
        if not known:
            raise Refused(node, f"{ast.unparse(node)} is not known here.", "Assign it before, or make it a parameter.")
        return self._of_value(value, node)

    def _of_value(self, value: Any, node: ast.AST) -> Code:
        if isinstance(value, list | tuple):
            items = [self._of_value(item, node) for item in value]
            return Code(
                f"[{', '.join(_as_item(item) for item in items)}]", t.list_of(t.union(*(i.type for i in items)))
            )
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            members = {key: self._of_value(item, node) for key, item in value.items()}
            text = ", ".join(f"{literal(key, node)}: {item.text}" for key, item in members.items())
            return Code(f"{{{text}}}", t.dict_of(t.union(*(i.type for i in members.values()))))
        enumerated = getattr(value, "value", value)
        return Code(literal(enumerated, node), t.NONE if enumerated is None else type(enumerated))

    def _attribute(self, node: ast.Attribute) -> Code:
        if isinstance(node.value, ast.Name) and self.names.local(node.value) is None:
            return self._global(node)
        owner = self.code(node.value)
        fields = t.fields_of(owner.type)
        if fields is None:
            if owner.type is not Any:
                raise Refused(
                    node, f"{ast.unparse(node.value)} is {t.shown(owner.type)}, whose attributes are no data."
                )
            return Code(f"{owner.at(ATOM)}.{_step(node.attr)}", Any, certain=False)
        if node.attr not in fields:
            raise Refused(node, f"{t.shown(owner.type)} has no field {node.attr}.", f"It has {', '.join(fields)}.")
        return Code(f"{owner.at(ATOM)}.{_step(node.attr)}", fields[node.attr], certain=owner.certain)

    def _subscript(self, node: ast.Subscript) -> Code:
        owner = self.code(node.value)
        if isinstance(node.slice, ast.Slice):
            raise Refused(node, "A slice cannot be compiled.", "Take it in a @task.")
        if _is_text(node.slice):
            key = node.slice.value  # type: ignore[attr-defined]
            fields = t.fields_of(owner.type)
            if fields is not None:
                if key not in fields:
                    raise Refused(node, f"{t.shown(owner.type)} has no key {key!r}.", f"It has {', '.join(fields)}.")
                there = owner.certain and t.surely_there(owner.type, key)
                return Code(f"{owner.at(ATOM)}.{_step(key)}", fields[key], certain=there)
            if t.is_list(owner.type):
                raise Refused(node, f"{ast.unparse(node.value)} is a list, and {key!r} no index.")
            return Code(f"{owner.at(ATOM)}.{_step(key)}", t.value_of(owner.type), certain=False)
        index = self.code(node.slice)
        if t.is_list(owner.type):
            fixed = _whole(node.slice)
            kind = t.item_of(owner.type, fixed)
            if fixed is None and index.type is not int:
                raise Refused(node.slice, "The index of a list must be known to be an int.", "Annotate it.")
            return Code(f"{owner.at(ATOM)}[{index.text}]", kind, certain=False)
        if t.is_dict(owner.type):
            return Code(f"$lookup({owner.text}, {self.sure(node.slice).text})", t.value_of(owner.type), certain=False)
        raise Refused(node, f"Whether {ast.unparse(node.value)} is a list or a dict is not known.", "Annotate it.")

    # -- displays ------------------------------------------------------------------------------------------------------

    def _list(self, node: ast.List | ast.Tuple) -> Code:
        items = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                spread = self.sure(item.value)
                if not t.is_list(spread.type):
                    raise Refused(
                        item, "Only a list can be spread here, and this is not known to be one.", "Annotate it."
                    )
                items.append((spread.text, t.item_of(spread.type)))  # a list in a display is flattened: just that
            else:
                code = self.sure(item)
                items.append((self._item(code, item), code.type))
        kind = self._display_type(node, [type for _, type in items])
        return Code(f"[{', '.join(text for text, _ in items)}]", kind)

    _tuple = _list

    def _item(self, code: Code, node: ast.expr) -> str:
        if code.type is Any:
            raise Refused(node, "Whether this is a list is not known, and a list in a list would be flattened.",
                          "Annotate it.")  # fmt: skip
        return _as_item(code)

    def _dict(self, node: ast.Dict) -> Code:
        parts: list[str] = []
        members: list[str] = []
        kinds: list[t.Type] = []

        def close() -> None:
            if members:
                parts.append(f"{{{', '.join(members)}}}")
                members.clear()

        for key, value in zip(node.keys, node.values, strict=True):
            code = self.sure(value)
            if key is None:
                close()
                parts.append(code.text)
                kinds.append(t.value_of(code.type) if t.is_dict(code.type) else Any)
            else:
                name = self.sure(key)
                if name.type is not str:
                    raise Refused(key, "Keys must be strings, as in JSON.")
                members.append(f"{name.text}: {code.text}")
                kinds.append(code.type)
        close()
        kind = t.dict_of(t.union(*kinds))
        if len(parts) <= 1 and (not node.keys or node.keys[0] is not None):
            return Code(parts[0] if parts else "{}", kind)
        return Code(f"$merge([{', '.join(parts)}])", kind)

    # -- operators -----------------------------------------------------------------------------------------------------

    def _boolop(self, node: ast.BoolOp) -> Code:
        codes = [self.sure(value) for value in node.values]
        if all(code.type is bool for code in codes):
            return self.truth(node)
        text = codes[-1].at(TERNARY + 1)
        for value, code in zip(reversed(node.values[:-1]), reversed(codes[:-1]), strict=True):
            chosen = (text, code.at(TERNARY + 1)) if isinstance(node.op, ast.And) else (code.at(TERNARY + 1), text)
            text = f"({self.truth(value).at(TERNARY + 1)} ? {chosen[0]} : {chosen[1]})"
        return Code(text, t.union(*(code.type for code in codes)))

    def _unaryop(self, node: ast.UnaryOp) -> Code:
        if isinstance(node.op, ast.Not):
            return self.truth(node)
        if _whole(node) is not None:
            return Code(literal(_whole(node), node), int, UNARY)
        if isinstance(node.op, ast.USub):
            code = self._number(node.operand)
            return Code(f"-{code.at(ATOM)}", code.type, UNARY)
        raise Refused(node, f"{_words(node)} cannot be compiled.")

    def _ifexp(self, node: ast.IfExp) -> Code:
        then, other = self.sure(node.body), self.sure(node.orelse)
        test = self.truth(node.test).at(TERNARY + 1)
        text = f"{test} ? {then.at(TERNARY + 1)} : {other.at(TERNARY + 1)}"
        return Code(text, t.union(then.type, other.type), TERNARY)

    def _binop(self, node: ast.BinOp) -> Code:
        left, right = self.sure(node.left), self.sure(node.right)
        if isinstance(node.op, ast.Add):
            if left.type is str and right.type is str:
                return Code(f"{left.at(ADD)} & {right.at(ADD + 1)}", str, ADD)
            if t.is_list(left.type) and t.is_list(right.type):
                item = t.union(t.item_of(left.type), t.item_of(right.type))
                return Code(f"[{left.text}, {right.text}]", t.list_of(item))
        left, right = self._number(node.left, left), self._number(node.right, right)
        whole = left.type is int and right.type is int
        operate = _ARITHMETIC.get(type(node.op))
        if operate is None:
            raise Refused(node, f"{_words(node.op)} cannot be compiled.", "Compute it in a @task.")
        return operate(node, left, right, int if whole else float)

    def _number(self, node: ast.expr, code: Code | None = None) -> Code:
        code = code or self.sure(node)
        if code.type not in (int, float):
            raise Refused(
                node, f"{ast.unparse(node)} is not known to be a number.", "Annotate it as int or float."
            )  # fmt: skip
        return code

    def _compare(self, node: ast.Compare) -> Code:
        parts = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(node, operator, left, right))
            left = right
        if len(parts) == 1:
            return parts[0]
        return Code(" and ".join(part.at(AND + 1) for part in parts), bool, AND)

    def _comparison(self, node: ast.Compare, operator: ast.cmpop, one: ast.expr, other: ast.expr) -> Code:
        if isinstance(operator, ast.In | ast.NotIn):
            inside = self._contains(one, other)
            return inside if isinstance(operator, ast.In) else Code(f"$not({inside.text})", bool)
        left, right = self.sure(one), self.sure(other)
        if isinstance(operator, ast.Is | ast.IsNot) and t.NONE not in (left.type, right.type):
            raise Refused(node, "`is` compares identities, which data have not.", "Write == or !=.")
        sign = _SIGNS[type(operator)]
        if sign in ("=", "!="):
            self._check_equality(node, left, right)
        elif not _ordered(left.type, right.type):
            compared = f"{ast.unparse(one)} and {ast.unparse(other)}"
            raise Refused(node, f"{compared} are not known to be both numbers or both strings.", "Annotate them.")
        return Code(f"{left.at(COMPARE + 1)} {sign} {right.at(COMPARE + 1)}", bool, COMPARE)

    def _check_equality(self, node: ast.Compare, left: Code, right: Code) -> None:
        """True == 1 in Python, and not in JSONata: one side may be a bool only where the other is none or one too."""
        kinds = {*t.choices(left.type)}, {*t.choices(right.type)}
        for these, those in (kinds, kinds[::-1]):
            if bool in these and those & {int, float}:
                raise Refused(node, "A bool equals a number in Python, and never in JSON.", "Compare like with like.")
            if Any in these and not those <= {str, t.NONE}:
                raise Refused(node, "What is compared here is not known: a bool would equal a number in Python, and "
                              "never in JSON.", "Annotate it.")  # fmt: skip

    def _contains(self, one: ast.expr, other: ast.expr) -> Code:
        left, right = self.sure(one), self.sure(other)
        if right.type is str:
            return Code(f"$contains({right.text}, {left.text})", bool)
        if t.is_list(right.type):
            return Code(f"{left.at(COMPARE + 1)} in {right.at(COMPARE + 1)}", bool, COMPARE)
        if t.is_dict(right.type):
            return Code(f"$exists($lookup({right.text}, {left.text}))", bool)
        raise Refused(
            other, f"Whether {ast.unparse(other)} is a list, a dict or a string is not known.", "Annotate it."
        )

    # -- strings -------------------------------------------------------------------------------------------------------

    def _joinedstr(self, node: ast.JoinedStr) -> Code:
        parts = []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(literal(value.value, value))
                continue
            assert isinstance(value, ast.FormattedValue)
            if value.format_spec is not None or value.conversion != -1:
                raise Refused(value, "A format cannot be compiled.", "Format it in a @task.")
            parts.append(self._as_text(value.value).at(ADD + 1))
        if len(parts) == 1:
            return Code(f"{parts[0]}", str, ADD)
        return Code(" & ".join(parts) if parts else '""', str, ADD if parts else ATOM)

    def _as_text(self, node: ast.expr) -> Code:
        """`str(value)`."""
        code = self.sure(node)
        if code.type is str:
            return code
        if code.type is int:
            return Code(f"$string({code.text})", str)
        if code.type is Caught:
            return Code(f"{code.at(ATOM)}.Cause", str)
        if code.type is bool:
            return Code(f'({code.at(TERNARY + 1)} ? "True" : "False")', str)
        raise Refused(
            node, f"{ast.unparse(node)} is {t.shown(code.type)}, which Python and JSON write differently.",
            "Use strings, ints and bools here, or format it in a @task.",
        )  # fmt: skip

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Code:
        if isinstance(node.func, ast.Name) and self.names.local(node.func) is None:
            built = _BUILTINS.get(node.func.id)
            known, value = self.names.constant(node.func)
            if built is not None and (not known or getattr(value, "__module__", None) == "builtins"):
                if node.keywords or not built[0] <= len(node.args) <= built[1]:
                    raise Refused(node, f"{node.func.id} with these arguments cannot be compiled.")
                return built[2](self, node)
            if known and t.fields_of(value) is not None:
                template, kind = self.template(node)
                return Code(_template_code(template), kind)
        if isinstance(node.func, ast.Attribute):
            method = _METHODS.get(node.func.attr)
            if method is not None and not node.keywords and len(node.args) == method[0]:
                return method[1](self, node, self.sure(node.func.value))
        raise Refused(
            node, f"{ast.unparse(node.func)} is no @task, and not among the functions that can be compiled.",
            "Make it a @task.",
        )  # fmt: skip

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Code:
        """A comprehension that calls no task."""
        if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name):
            raise Refused(node, "Only one `for` with one name can be compiled here.", "Do it in a @task.")
        generator = node.generators[0]
        items = self.sure(generator.iter)
        if not t.is_list(items.type):
            raise Refused(generator.iter, f"{ast.unparse(generator.iter)} is not known to be a list.", "Annotate it.")
        assert isinstance(generator.target, ast.Name)
        inner = Translator(self.names.bound(generator.target.id, generator.target.id, t.item_of(items.type)))
        text = items.text
        variable = f"${generator.target.id}"
        for condition in generator.ifs:
            text = f"$filter({text}, function({variable}) {{{inner.truth(condition).text}}})"
        element = inner.sure(node.elt)
        body = f"[{self._item(element, node.elt)}]" if t.is_list(element.type) else self._item(element, node.elt)
        if not (isinstance(node.elt, ast.Name) and node.elt.id == generator.target.id):
            text = f"$map({text}, function({variable}) {{{body}}})"
        return Code(f"[{text}]", t.list_of(element.type))

    _generatorexp = _listcomp


def wrapped(code: Code) -> str:
    """As a field of a state has it."""
    return f"{{% {code.text} %}}"


def _template_code(template: Json) -> str:
    """A template within an expression."""
    if isinstance(template, dict):
        return (
            f"{{{', '.join(f'{json.dumps(k, ensure_ascii=False)}: {_template_code(v)}' for k, v in template.items())}}}"
        )
    if isinstance(template, list):
        return f"[{', '.join(_template_code(item) for item in template)}]"
    if isinstance(template, str) and template.startswith("{% "):
        return template.removeprefix("{% ").removesuffix(" %}")
    return json.dumps(template, ensure_ascii=False)


def _as_item(code: Code) -> str:
    """In a list display: a list would be flattened once, so it is put into one more."""
    return f"[{code.text}]" if t.is_list(code.type) else code.at(TERNARY + 1)


def _step(name: str) -> str:
    return name if _NAME.match(name) and name not in _WORDS else f"`{name}`"


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _whole(node: ast.expr) -> int | None:
    """A literal int, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _whole(node.operand)
        return None if inner is None else -inner
    is_int = isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool)
    return node.value if is_int else None  # type: ignore[attr-defined]


def _ordered(one: t.Type, other: t.Type) -> bool:
    return (one in t.NUMBERS and other in t.NUMBERS) or (one is str and other is str)


def _words(node: ast.AST) -> str:
    """What a node is, in words."""
    return _WORDS_FOR.get(type(node), f"A {type(node).__name__}")


def _default(made: type, name: str, node: ast.expr) -> Json:
    """A field's default as JSON."""
    import dataclasses

    field = getattr(made, "__dataclass_fields__", {}).get(name)
    if field is not None and field.default is not dataclasses.MISSING:
        literal(field.default, node)
        return field.default
    if field is not None and field.default_factory in (list, dict):
        return field.default_factory()
    raise Refused(node, f"{made.__name__} needs {name}.", f"Write {made.__name__}({name}=…).")


# -- arithmetic -------------------------------------------------------------------------------------------------------


def _guarded(text: str) -> Code:
    """An int that is computed: beyond 2^52 it is an error, for beyond 2^53 it would be wrong."""
    why = '"an int beyond 2^52, where JSON numbers cease to be exact"'
    return Code(f"($n := {text}; $abs($n) <= {SAFE} ? $n : $error({why}))", int)


def _is_small(node: ast.expr) -> bool:
    value = _whole(node)
    return value is not None and abs(value) <= SMALL


def _sum(node: ast.BinOp, left: Code, right: Code, kind: type) -> Code:
    sign = "+" if isinstance(node.op, ast.Add) else "-"
    text = f"{left.at(ADD)} {sign} {right.at(ADD + 1)}"
    if kind is float or _is_small(node.left) or _is_small(node.right):
        return Code(text, kind, ADD)
    return _guarded(text)


def _product(node: ast.BinOp, left: Code, right: Code, kind: type) -> Code:
    text = f"{left.at(MULTIPLY)} * {right.at(MULTIPLY + 1)}"
    return Code(text, float, MULTIPLY) if kind is float else _guarded(text)


def _zero_checked(node: ast.BinOp, divisor: Code, text: str, kind: type) -> Code:
    """Python's ZeroDivisionError, unless the divisor is a literal that is none."""
    if isinstance(node.right, ast.Constant) and node.right.value:
        return Code(text, kind)
    return Code(f'({divisor.at(COMPARE + 1)} = 0 ? $error("ZeroDivisionError") : {text})', kind)


def _quotient(node: ast.BinOp, left: Code, right: Code, kind: type) -> Code:
    text = f"{left.at(MULTIPLY)} / {right.at(MULTIPLY + 1)}"
    if isinstance(node.right, ast.Constant) and node.right.value:
        return Code(text, float, MULTIPLY)
    return _zero_checked(node, right, text, float)


def _need_ints(node: ast.BinOp, kind: type) -> None:
    if kind is not int:
        raise Refused(node, "`%` and `//` of floats cannot be compiled exactly.", "Use ints, or compute it in a @task.")


def _modulus(left: Code, right: Code) -> str:
    a, b = left.at(MULTIPLY), right.at(MULTIPLY + 1)
    return f"(({a} % {b}) + {b}) % {b}"


def _remainder(node: ast.BinOp, left: Code, right: Code, kind: type) -> Code:
    """JSONata's has the sign of the dividend, Python's that of the divisor."""
    _need_ints(node, kind)
    return _zero_checked(node, right, f"({_modulus(left, right)})", int)


def _floor(node: ast.BinOp, left: Code, right: Code, kind: type) -> Code:
    """What is left after the remainder divides exactly, so nothing is rounded."""
    _need_ints(node, kind)
    text = f"(({left.at(ADD)} - {_modulus(left, right)}) / {right.at(MULTIPLY + 1)})"
    return _zero_checked(node, right, text, int)


_ARITHMETIC: dict[type[ast.operator], Callable[[ast.BinOp, Code, Code, type], Code]] = {
    ast.Add: _sum,
    ast.Sub: _sum,
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Mod: _remainder,
    ast.FloorDiv: _floor,
}

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Is: "=",
    ast.IsNot: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}

_WORDS_FOR: dict[type[ast.AST], str] = {
    ast.Lambda: "A lambda",
    ast.Await: "An await within an expression",
    ast.NamedExpr: "An assignment within an expression",
    ast.Pow: "A power",
    ast.Set: "A set",
    ast.SetComp: "A set",
    ast.DictComp: "A dict comprehension",
    ast.Starred: "A spread",
    ast.LShift: "A shift",
    ast.RShift: "A shift",
    ast.BitAnd: "A bitwise operator",
    ast.BitOr: "A bitwise operator",
    ast.BitXor: "A bitwise operator",
    ast.MatMult: "A matrix product",
}


# -- functions and methods --------------------------------------------------------------------------------------------


def _len(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if code.type is str:
        return Code(f"$length({code.text})", int)
    if t.is_list(code.type):
        return Code(f"$count({code.text})", int)
    if t.is_dict(code.type):
        return Code(f"$count($keys({code.text}))", int)
    raise Refused(
        node, f"Whether {ast.unparse(node.args[0])} is a list, a dict or a string is not known.", "Annotate it."
    )


def _abs(translator: Translator, node: ast.Call) -> Code:
    code = translator._number(node.args[0])
    return Code(f"$abs({code.text})", code.type)


def _extreme(sign: str) -> Callable[[Translator, ast.Call], Code]:
    def translate(translator: Translator, node: ast.Call) -> Code:
        one, other = (translator.sure(argument) for argument in node.args)
        if not _ordered(one.type, other.type):
            raise Refused(node, "These are not known to be both numbers or both strings.", "Annotate them.")
        text = f"{other.at(COMPARE + 1)} {sign} {one.at(COMPARE + 1)} ? {other.at(OR)} : {one.at(OR)}"
        return Code(text, t.union(one.type, other.type), TERNARY)

    return translate


def _sum_of(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    kind = t.item_of(code.type) if t.is_list(code.type) else None
    if kind is not int:
        raise Refused(node, "sum of anything but a list of ints cannot be compiled exactly.", "Add up in a @task.")
    return _guarded(f"$sum({code.text})")


def _range(translator: Translator, node: ast.Call) -> Code:
    bounds = [translator._number(argument) for argument in node.args]
    first = bounds[0] if len(bounds) == 2 else Code("0", int)
    return Code(f"[{first.text}..{bounds[-1].at(ADD)} - 1]", list[int])


_BUILTINS: dict[str, tuple[int, int, Callable[[Translator, ast.Call], Code]]] = {
    "len": (1, 1, _len),
    "abs": (1, 1, _abs),
    "min": (2, 2, _extreme("<")),
    "max": (2, 2, _extreme(">")),
    "sum": (1, 1, _sum_of),
    "range": (1, 2, _range),
    "str": (1, 1, lambda translator, node: translator._as_text(node.args[0])),
    "bool": (1, 1, lambda translator, node: translator.truth(node.args[0])),
}
"""Fewest and most arguments, and how each is translated."""


def _text_method(pattern: str, kind: t.Type) -> Callable[[Translator, ast.Call, Code], Code]:
    def translate(translator: Translator, node: ast.Call, owner: Code) -> Code:
        arguments = [translator.sure(argument) for argument in node.args]
        if owner.type is not str or any(argument.type is not str for argument in arguments):
            raise Refused(node, f"{ast.unparse(node)} is not known to be about strings.", "Annotate them.")
        return Code(pattern.format(owner.text, *(argument.text for argument in arguments)), kind)

    return translate


def _get(translator: Translator, node: ast.Call, owner: Code) -> Code:
    if not t.is_dict(owner.type) and owner.type is not Any and t.fields_of(owner.type) is None:
        raise Refused(node, f"{ast.unparse(node.func)} is not known to be a dict's.", "Annotate it.")
    found = Code(f"$lookup({owner.text}, {translator.sure(node.args[0]).text})", t.value_of(owner.type))
    other = translator.sure(node.args[1]) if len(node.args) == 2 else Code("null", t.NONE)
    text = f"($exists({found.text}) ? {found.text} : {other.at(TERNARY + 1)})"
    return Code(text, t.union(found.type, other.type))


def _join(translator: Translator, node: ast.Call, owner: Code) -> Code:
    items = translator.sure(node.args[0])
    if owner.type is not str or not t.is_list(items.type) or t.item_of(items.type) is not str:
        raise Refused(node, "join of anything but a list of strings cannot be compiled.", "Annotate it.")
    return Code(f"$join({items.text}, {owner.text})", str)


_METHODS: dict[str, tuple[int, Callable[[Translator, ast.Call, Code], Code]]] = {
    "upper": (0, _text_method("$uppercase({0})", str)),
    "lower": (0, _text_method("$lowercase({0})", str)),
    "startswith": (1, _text_method("($substring({0}, 0, $length({1})) = {1})", bool)),
    "get": (2, _get),
    "join": (1, _join),
}
"""How many arguments, and how each is translated."""
