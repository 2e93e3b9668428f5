"""Python expressions as JSONata with exactly Python's meaning; what has none is refused, saying what to write instead.

The traps, and how they are met: integers are doubles in JSONata, so sums and products are guarded; `%` and `//` round
towards minus infinity; truth of lists differs; a list in a list display would be flattened; a missing key is no error
where JSONata compares, so it is made one.
"""

import ast
import enum
from collections.abc import Callable
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import (
    ADD,
    ATOM,
    TERNARY,
    UNARY,
    Caught,
    Code,
    Json,
    Names,
    each_of,
    failing,
    literal,
    only_where,
    step,
    template_code,
    wrapped,
)
from stepwell.sdk.operators import ARITHMETIC, both, comparison, joined, truth, whole
from stepwell.sdk.problems import Refused

Calls = Callable[["Translator", ast.Call], Code]


class Translator:
    """Expressions of one scope. `calls` translates those of functions and methods."""

    def __init__(self, names: Names, calls: Calls) -> None:
        self.names = names
        self.calls = calls
        self.risky = False  # something translated here may have no value, or divide by zero

    def within(self, names: Names) -> "Translator":
        return Translator(names, self.calls)

    def is_data(self, node: ast.expr) -> bool:
        """Whether a name, or what an attribute is of, is a variable of the workflow."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return not isinstance(node, ast.Name) or self.names.local(node.id, node) is not None

    # -- templates -----------------------------------------------------------------------------------------------------

    def template(self, node: ast.expr) -> tuple[Json, t.Type]:
        """The value as a payload template: displays are JSON, which nothing flattens; all else is `{% … %}`."""
        if isinstance(node, ast.List | ast.Tuple) and not any(isinstance(item, ast.Starred) for item in node.elts):
            items = [self.template(item) for item in node.elts]
            return [value for value, _ in items], _display_type(node, [kind for _, kind in items])
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
        if code.type is Caught:
            raise Refused(node, "An exception is no data.", f"Write str({ast.unparse(node)}).")
        return wrapped(code), code.type

    def record(self, node: ast.Call) -> Code:
        """A call of a dataclass or the like, within an expression."""
        template, kind = self.template(node)
        return Code(template_code(template), kind)

    def _record(self, node: ast.expr) -> tuple[Json, t.Type] | None:
        """A call of a dataclass or the like: its fields."""
        if not isinstance(node, ast.Call) or self.is_data(node.func):
            return None
        known, made = self.names.constant(node.func)
        fields = t.fields_of(made) if known else None
        if fields is None or not isinstance(made, type):
            return None
        if any(keyword.arg is None for keyword in node.keywords) or len(node.args) > len(fields):
            raise Refused(node, f"{made.__name__}(…) is only known with each field named.", "Name each of them.")
        given: dict[str, ast.expr] = dict(zip(fields, node.args, strict=False))
        given |= {str(keyword.arg): keyword.value for keyword in node.keywords}
        for name in given:
            if name not in fields:
                raise Refused(node, f"{made.__name__} has no field {name}.", f"It has {', '.join(fields)}.")
        template = {}
        for name, value in given.items():
            template[name], kind = self.template(value)
            if not t.fits(kind, fields[name]):
                raise Refused(value, f"{made.__name__}.{name} is {t.shown(fields[name])}, and this is {t.shown(kind)}.",
                              "Give it that, or change one of the two annotations.", kind="contract")  # fmt: skip
        for name in fields:
            if name not in given:
                template[name] = _default(made, name, node)
        return template, made

    # -- expressions ---------------------------------------------------------------------------------------------------

    def code(self, node: ast.expr) -> Code:
        """The expression. Raises Refused."""
        translate: Callable[[Any], Code] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if translate is None:
            raise Refused(node, f"{_WORDS_FOR.get(type(node), type(node).__name__)} cannot be compiled.",
                          "Do it in a @task.")  # fmt: skip
        code = translate(node)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            narrowed = self.names.narrowed(ast.unparse(node))
            if narrowed is not None:
                return Code(code.text, narrowed, code.level, code.certain, code.display)
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
        return truth(self.sure(node))

    def as_text(self, node: ast.expr) -> Code:
        """`str(value)`. $string would round an int to 15 digits, $formatBase does not."""
        code = self.sure(node)
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

    # -- atoms ---------------------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Code:
        return Code(literal(node.value, node), type(node.value))

    def _name(self, node: ast.Name) -> Code:
        code = self.names.local(node.id, node)
        return code if code is not None else self._global(node)

    def _global(self, node: ast.expr) -> Code:
        known, value = self.names.constant(node)
        if not known:
            raise Refused(node, f"{ast.unparse(node)} is not known here.", "Assign it before, or make it a parameter.")
        return self.of_value(value, node)

    def of_value(self, value: Any, node: ast.AST) -> Code:
        """A constant of the module, or a default."""
        if isinstance(value, enum.Enum):
            return Code(literal(value.value, node), t.plain(type(value)))
        if isinstance(value, list | tuple):
            items = [self.of_value(item, node) for item in value]
            kinds = [item.type for item in items]
            kind = t.tuple_of(*kinds) if isinstance(value, tuple) and value else t.list_of(t.union(*kinds))
            return Code(f"[{', '.join(item.item for item in items)}]", kind, display=True)
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            members = {key: self.of_value(item, node) for key, item in value.items()}
            text = ", ".join(f"{literal(key, node)}: {item.text}" for key, item in members.items())
            return Code(f"{{{text}}}", t.dict_of(t.union(*(item.type for item in members.values()))))
        return Code(literal(value, node), type(value))

    def _attribute(self, node: ast.Attribute) -> Code:
        if not self.is_data(node):
            return self._global(node)
        owner = self.code(node.value)
        if owner.type is Any:
            return self._uncertain(node, f"{owner.at(ATOM)}.{step(node.attr)}", Any, AttributeError)
        fields = t.fields_of(owner.type)
        what = ast.unparse(node.value)
        if fields is None and t.NONE in t.choices(owner.type):
            raise Refused(node, f"{what} may be None.", f"Write `if {what} is not None:` around it.", kind="contract")
        if fields is None or t.is_mapping_record(owner.type):
            raise Refused(
                node, f"{what} is {t.shown(owner.type)}, whose attributes are no data.", f'Write {what}["…"].'
            )
        if node.attr not in fields:
            raise Refused(node, f"{t.shown(owner.type)} has no field {node.attr}.", f"It has {', '.join(fields)}.",
                          kind="contract")  # fmt: skip
        return Code(f"{owner.at(ATOM)}.{step(node.attr)}", fields[node.attr], certain=owner.certain)

    def _uncertain(self, node: ast.expr, text: str, kind: t.Type, error: type[Exception]) -> Code:
        self.risky = True
        self.names.risk(node, error)
        return Code(text, kind, certain=False)

    def _subscript(self, node: ast.Subscript) -> Code:
        owner = self.code(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._slice(node, self.sure(node.value), node.slice)
        if _is_text(node.slice) and not t.is_list(owner.type):
            return self._member(node, owner, node.slice.value)  # type: ignore[attr-defined]
        if t.is_list(owner.type):
            index = self.sure(node.slice)
            if index.type is not int:
                raise Refused(node.slice, "The index of a list must be known to be an int.", "Annotate it.")
            kind = t.item_of(owner.type, whole(node.slice))
            return self._uncertain(node, f"{owner.at(ATOM)}[{index.text}]", kind, IndexError)
        if t.is_dict(owner.type):
            text = f"$lookup({owner.text}, {self.key(node.slice).text})"
            return self._uncertain(node, text, t.value_of(owner.type), KeyError)
        raise Refused(node, f"Whether {ast.unparse(node.value)} is a list or a dict is not known.", "Annotate it.")

    def _member(self, node: ast.Subscript, owner: Code, key: str) -> Code:
        fields = t.fields_of(owner.type)
        text = f"{owner.at(ATOM)}.{step(key)}"
        if fields is None and (t.is_dict(owner.type) or owner.type is Any):
            return self._uncertain(node, text, t.value_of(owner.type), KeyError)
        if fields is None or not t.is_mapping_record(owner.type):
            raise Refused(node, f"{ast.unparse(node.value)} is {t.shown(owner.type)}, and no dict.", "Annotate it.")
        if key not in fields:
            raise Refused(node, f"{t.shown(owner.type)} has no key {key!r}.", f"It has {', '.join(fields)}.",
                          kind="contract")  # fmt: skip
        if owner.certain and t.surely_there(owner.type, key):
            return Code(text, fields[key])
        return self._uncertain(node, text, fields[key], KeyError)

    def _slice(self, node: ast.Subscript, owner: Code, bounds: ast.Slice) -> Code:
        """`x[2:5]`, with literals from the front."""
        first = 0 if bounds.lower is None else whole(bounds.lower)
        last = None if bounds.upper is None else whole(bounds.upper)
        open_ended = bounds.upper is None
        if bounds.step is not None or first is None or first < 0 or (not open_ended and (last is None or last < 0)):
            raise Refused(node, "Only slices between literals that count from the front can be compiled.",
                          "Take it in a @task.")  # fmt: skip
        if owner.type is str:
            length = "" if last is None else f", {max(0, last - first)}"
            return Code(f"$substring({owner.text}, {first}{length})", str)
        if not t.is_list(owner.type) or t.item_of(owner.type) is Any or t.is_list(t.item_of(owner.type)):
            raise Refused(node, f"{ast.unparse(node.value)} is not known to be a string, or a list of no lists.",
                          "Annotate it.")  # fmt: skip
        test = f"$index >= {first}" + ("" if last is None else f" and $index < {last}")
        text = f"[$filter({owner.text}, function($item, $index) {{{test}}})]"
        return Code(text, t.list_of(t.item_of(owner.type)), display=True)

    # -- displays ------------------------------------------------------------------------------------------------------

    def _list(self, node: ast.List | ast.Tuple) -> Code:
        texts, kinds = [], []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                spread = self.sure(item.value)
                if not t.is_list(spread.type):
                    raise Refused(item, "Only what is known to be a list can be spread here.", "Annotate it.")
                texts.append(spread.spread)
                kinds.append(t.item_of(spread.type))
            else:
                code = self.item(item)
                texts.append(code.item)
                kinds.append(code.type)
        spreads = any(isinstance(item, ast.Starred) for item in node.elts)
        kind = t.list_of(t.union(*kinds)) if spreads else _display_type(node, kinds)
        return Code(f"[{', '.join(texts)}]", kind, display=True)

    _tuple = _list

    def item(self, node: ast.expr) -> Code:
        """What stands in a list display."""
        code = self.sure(node)
        if any(choice is Any or (t.is_list(choice) and not t.is_list(code.type)) for choice in t.choices(code.type)):
            raise Refused(node, "Whether this is a list is not known, and a list in a list would be flattened.",
                          "Annotate it.")  # fmt: skip
        return code

    def _dict(self, node: ast.Dict) -> Code:
        parts: list[str] = []
        kinds: list[t.Type] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                name, code = self.key(key), self.sure(value)
                parts.append(f"{{{name.text}: {code.text}}}")
                kinds.append(code.type)
                continue
            code = self.sure(value)
            if not t.is_dict(code.type):
                raise Refused(value, f"{ast.unparse(value)} is not known to be a dict.", "Annotate it.")
            parts.append(code.text)
            kinds.append(t.value_of(code.type))
        kind = t.dict_of(t.union(*kinds))
        if all(key is not None for key in node.keys) and len(node.keys) <= 1:
            return Code(parts[0] if parts else "{}", kind)
        return Code(f"$merge([{', '.join(parts)}])", kind)

    # -- operators -----------------------------------------------------------------------------------------------------

    def _boolop(self, node: ast.BoolOp) -> Code:
        holds = isinstance(node.op, ast.And)
        first, rest = node.values[0], node.values[1:]
        one = self.sure(first)
        inner = self.within(self.names.assuming(first, holds))
        other = inner.sure(rest[0] if len(rest) == 1 else ast.copy_location(ast.BoolOp(node.op, rest), rest[0]))
        self.risky |= inner.risky
        if one.type is bool and other.type is bool:
            return both([one, other], node.op)
        then, otherwise = (other, one) if holds else (one, other)
        kept = one.type if holds else t.without_none(one.type)
        test = truth(one).at(TERNARY + 1)
        text = f"({test} ? {then.at(TERNARY + 1)} : {otherwise.at(TERNARY + 1)})"
        return Code(text, t.union(kept, other.type))

    def _unaryop(self, node: ast.UnaryOp) -> Code:
        if isinstance(node.op, ast.Not):
            return self.truth(node)
        value = whole(node)
        if value is not None:
            return Code(literal(value, node), int, UNARY)
        if isinstance(node.op, ast.USub):
            code = self.number(node.operand)
            return Code(f"-{code.at(ATOM)}", code.type, UNARY)
        raise Refused(node, "A bitwise operator cannot be compiled.", "Do it in a @task.")

    def _ifexp(self, node: ast.IfExp) -> Code:
        yes = self.within(self.names.assuming(node.test, True))
        no = self.within(self.names.assuming(node.test, False))
        test, then, other = self.truth(node.test).at(TERNARY + 1), yes.sure(node.body), no.sure(node.orelse)
        self.risky |= yes.risky or no.risky
        text = f"{test} ? {then.at(TERNARY + 1)} : {other.at(TERNARY + 1)}"
        return Code(text, t.union(then.type, other.type), TERNARY)

    def _binop(self, node: ast.BinOp) -> Code:
        left, right = self.sure(node.left), self.sure(node.right)
        together = joined(left, right) if isinstance(node.op, ast.Add) else None
        if together is not None:
            return together
        for part, code in ((node.left, left), (node.right, right)):
            if code.type not in t.NUMBERS:
                raise Refused(part, f"{ast.unparse(part)} is not known to be a number.", "Annotate it as int or float.")
        operate = ARITHMETIC.get(type(node.op))
        if operate is None:
            raise Refused(node, f"{_WORDS_FOR.get(type(node.op), 'This operator')} cannot be compiled.",
                          "Compute it in a @task.")  # fmt: skip
        whole_numbers = left.type is int and right.type is int
        return operate(node, left, right, int if whole_numbers else float, lambda: self._divides(node))

    def _divides(self, node: ast.expr) -> None:
        self.risky = True
        self.names.risk(node, ZeroDivisionError)

    def _compare(self, node: ast.Compare) -> Code:
        operands = [self.sure(part) for part in (node.left, *node.comparators)]
        parts = [
            comparison(node, operator, operands[index], operands[index + 1]) for index, operator in enumerate(node.ops)
        ]
        return parts[0] if len(parts) == 1 else both(parts, ast.And())

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
            parts.append(self.as_text(value.value).at(ADD + 1))
        return Code(" & ".join(parts), str, ADD) if parts else Code('""', str)

    # -- calls and comprehensions --------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Code:
        return self.calls(self, node)

    def bind(self, generator: ast.comprehension) -> tuple[str, Code, "Translator"]:
        """`for name in items if …`: the variable, the items that are left, and the expressions within."""
        if not isinstance(generator.target, ast.Name):
            raise Refused(generator.target, "Only one name can be bound in an expression.", "Take a loop.")
        items = self.sure(generator.iter)
        if t.is_dict(items.type):
            items = Code(f"[$keys({items.text})]", t.list_of(str), display=True)
        if not t.is_list(items.type):
            raise Refused(generator.iter, f"{ast.unparse(generator.iter)} is not known to be a list.", "Annotate it.")
        variable = self.names.variable(generator.target.id)
        bound = {generator.target.id: Code(f"${variable}", t.item_of(items.type))}
        inner = self.within(self.names.bound(bound))
        for condition in generator.ifs:
            items = only_where(items, variable, inner.truth(condition), condition)
            inner = inner.within(inner.names.assuming(condition, True))
        self.risky |= inner.risky
        return variable, items, inner

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Code:
        """A comprehension that calls no task."""
        if len(node.generators) != 1:
            raise Refused(node, "Only one `for` can be compiled here.", "Take a comprehension within a comprehension.")
        variable, items, inner = self.bind(node.generators[0])
        element = inner.item(node.elt)
        self.risky |= inner.risky
        if element.text == f"${variable}":
            return Code(items.text, t.list_of(element.type), items.level, display=items.display)
        return each_of(items, variable, element)

    _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp) -> Code:
        if len(node.generators) != 1:
            raise Refused(node, "Only one `for` can be compiled here.", "Do it in a @task.")
        variable, items, inner = self.bind(node.generators[0])
        key, value = inner.key(node.key), inner.sure(node.value)
        self.risky |= inner.risky
        made = each_of(items, variable, Code(f"{{{key.text}: {value.text}}}", dict))
        return Code(f"$merge({made.text})", t.dict_of(value.type))


def _display_type(node: ast.expr, items: list[t.Type]) -> t.Type:
    return t.tuple_of(*items) if isinstance(node, ast.Tuple) and items else t.list_of(t.union(*items))


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _default(made: type, name: str, node: ast.expr) -> Json:
    """A field's default as JSON."""
    default = t.default_of(made, name)
    if default is t.REQUIRED or default is t.COMPUTED:
        raise Refused(node, f"{made.__name__} needs {name}.", f"Write {made.__name__}({name}=…).", kind="contract")
    if default not in ([], {}):
        literal(default, node)
    return default


_WORDS_FOR: dict[type[ast.AST], str] = {
    ast.Lambda: "A lambda",
    ast.NamedExpr: "An assignment within an expression",
    ast.Pow: "A power",
    ast.Set: "A set",
    ast.SetComp: "A set",
    ast.Starred: "A spread",
    ast.Yield: "`yield`",
    ast.YieldFrom: "`yield`",
    ast.LShift: "A shift",
    ast.RShift: "A shift",
    ast.BitAnd: "A bitwise operator",
    ast.BitOr: "A bitwise operator",
    ast.BitXor: "A bitwise operator",
    ast.MatMult: "A matrix product",
}
