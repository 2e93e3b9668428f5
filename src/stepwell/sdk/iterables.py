"""Functions that give what can be gone through: range, enumerate, zip, sorted, reversed, list."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, COMPARE, SMALL, Code, failing, whole
from stepwell.sdk.comprehensions import each_of
from stepwell.sdk.conditions import ordered
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.translator import Translator


def as_list(translator: Translator, node: ast.Call) -> Code:
    if not node.args:
        return Code("[]", t.list_of(t.union()), display=True)
    code = translator.items(node.args[0])
    return code.of(t.list_of(t.item_of(code.type)))


def count_up(translator: Translator, node: ast.Call) -> Code:
    """`range`. JSONata's has no step, so places are counted, and what stands there is computed."""
    bounds = [translator.sure(argument) for argument in node.args]
    if any(bound.type is not int for bound in bounds):
        raise unknown(node, "a range of ints")
    first, last = (bounds[0] if len(bounds) > 1 else Code("0", int)), bounds[min(1, len(bounds) - 1)]
    kind = t.stream_of(int)
    if len(bounds) < 3:
        return Code(f"[{first.at(ADD)}..{last.at(ADD)} - 1]", kind)  # no display: in another one it would be flattened
    step = bounds[2].text
    if not whole(node.args[2]):
        translator.risky = True
        translator.names.risk(node, ValueError)
        step = f"($_step := {step}; $_step = 0 ? {failing('the step of a range must not be 0')} : $_step)"
    places = f"[0..$ceil(({last.at(ADD)} - $_first) / $_step) - 1]"
    each = f"[$map({places}, function($_place) {{$_first + $_place * $_step}})]"
    return Code(f"($_first := {first.text}; $_step := {step}; {each})", kind)


def in_order(translator: Translator, node: ast.Call) -> Code:
    """`sorted`, also by a key and from the end: equal ones keep their order."""
    code = translator.items(node.args[0])
    item = t.item_of(code.type)
    named = {str(keyword.arg): keyword.value for keyword in node.keywords}
    falling = named.get("reverse", ast.Constant(False))
    if not isinstance(falling, ast.Constant) or not isinstance(falling.value, bool):
        raise Refused(falling, "Which way to sort must be True or False.", "Write an `if` around it.")
    if "key" not in named:
        return _by(node, code, [Code("$_one", item), Code("$_other", item)], falling.value)
    key = named["key"]
    if not isinstance(key, ast.Lambda) or len(key.args.args) != 1 or key.args.defaults:
        raise Refused(key, "Only a lambda of one item can be a key here.", "Write key=lambda item: ….")
    keys = []
    for name in ("$_one", "$_other"):
        inner = translator.within(translator.names.bound({key.args.args[0].arg: Code(name, item)}), 1)
        keys.append(inner.sure(key.body))
        translator.risky |= inner.risky
    return _by(node, code, keys, falling.value)


def _by(node: ast.Call, items: Code, keys: list[Code], falling: bool) -> Code:
    if not ordered(keys[0].type, keys[1].type):
        raise Refused(node, "Whether this sorts by numbers or by strings is not known.",
                      "Write key=lambda item: …, or annotate it.")  # fmt: skip
    made = t.list_of(t.item_of(items.type))
    if keys[0].text == "$_one" and not falling:
        return Code(f"[$sort({items.text})]", made, display=True)
    sign = "<" if falling else ">"
    test = f"{keys[0].at(COMPARE + 1)} {sign} {keys[1].at(COMPARE + 1)}"
    return Code(f"[$sort({items.text}, function($_one, $_other) {{{test}}})]", made, display=True)


def backwards(translator: Translator, node: ast.Call) -> Code:
    code = translator.items(node.args[0])
    if t.is_stream(code.type):
        raise Refused(node, f"{ast.unparse(node.args[0])} is no list.", "Write reversed(list(…)).")
    return Code(f"$reverse({code.text})", t.stream_of(t.item_of(code.type)))


def numbered(translator: Translator, node: ast.Call) -> Code:
    """`enumerate`."""
    code = translator.items(node.args[0])
    start = start_of(node)
    item = _member(node, "$_list[$_place]", code)
    pair = t.tuple_of(int, item.type)
    place = f"$_place + {start}" if start else "$_place"
    made = each_of(Code("[0..$count($_list) - 1]", t.list_of(int)), "_place", Code(f"[{place}, {item.item}]", pair))
    return Code(f"($_list := {code.text}; {made.text})", t.stream_of(pair))


def start_of(node: ast.Call) -> int:
    """Where an `enumerate` begins to count. Raises Refused."""
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    start = whole(given[0]) if given else 0
    if start is None or abs(start) > SMALL:
        raise Refused(given[0], "Where to begin to count must be a literal.", "Add it in the loop.")
    return start


def side_by_side(translator: Translator, node: ast.Call) -> Code:
    """`zip`: as long as the shortest."""
    if any(not (isinstance(k.value, ast.Constant) and k.value.value is False) for k in node.keywords):
        raise Refused(node, "zip with strict cannot be compiled.", "Compare the lengths before.")
    codes = [translator.items(argument) for argument in node.args]
    bound = "; ".join(f"$_list{number} := {code.text}" for number, code in enumerate(codes))
    shortest = f"$min([{', '.join(f'$count($_list{number})' for number in range(len(codes)))}])"
    parts = [_member(node, f"$_list{number}[$_place]", code) for number, code in enumerate(codes)]
    row = Code(f"[{', '.join(part.item for part in parts)}]", t.tuple_of(*(part.type for part in parts)))
    made = each_of(Code(f"[0..{shortest} - 1]", t.list_of(int)), "_place", row)
    return Code(f"({bound}; {made.text})", t.stream_of(row.type))


def _member(node: ast.Call, text: str, items: Code) -> Code:
    """An item, to stand within a list."""
    kind = t.item_of(items.type)
    if t.may_be_list(kind):
        raise unknown(node, "about lists of lists")
    return Code(text, kind)
