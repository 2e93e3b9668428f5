"""`x[a:b]` of strings and lists as JSONata: what lies beyond an end is left out."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import Code, whole
from stepwell.sdk.comprehensions import each_of
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.translator import Translator


def taken(translator: Translator, node: ast.Subscript, owner: Code, bounds: ast.Slice) -> Code:
    if bounds.step is not None:
        raise Refused(node, "A slice with a step cannot be compiled.", "Take it in a @task.")
    if owner.type is not str and (not t.is_list(owner.type) or t.may_be_list(t.item_of(owner.type))):
        raise unknown(node.value, "a string or a list whose items have a known type")
    first = _bound(translator, bounds.lower) or Code("0", int, small=True)
    last = _bound(translator, bounds.upper)
    if all(_is_plain(each) for each in (bounds.lower, bounds.upper)):
        return _as_owner(owner, _between(owner, first.text, None if last is None else last.text))
    size = "$length($_whole)" if owner.type is str else "$count($_whole)"
    bound = f"$_whole := {owner.text}; $_first := {_from_the_front(first, size)}; "
    if last is not None:
        bound += f"$_last := {_from_the_front(last, size)}; "
    made = _between(Code("$_whole", owner.type), "$_first", None if last is None else "$_last")
    return _as_owner(owner, Code(f"({bound}{made.text})", made.type))


def _as_owner(owner: Code, made: Code) -> Code:
    """A part of a tuple is a tuple."""
    return made.of(t.tuple_of(t.item_of(owner.type), ...)) if t.is_tuple(owner.type) else made


def _bound(translator: Translator, node: ast.expr | None) -> Code | None:
    code = None if node is None else translator.sure(node)
    if node is not None and code is not None and code.type is not int:
        raise unknown(node, "an int")
    return code


def _is_plain(node: ast.expr | None) -> bool:
    """Whether it surely counts from the front."""
    return node is None or (whole(node) or 0) > 0 or whole(node) == 0


def _from_the_front(bound: Code, size: str) -> str:
    """A bound below 0 counts from the end."""
    return f"($_bound := {bound.text}; $_bound < 0 ? $max([0, {size} + $_bound]) : $_bound)"


def _between(owner: Code, first: str, last: str | None) -> Code:
    """What is between two places, counted from the front."""
    if owner.type is str:
        length = "" if last is None else f", $max([0, {last} - {first}])"
        return Code(f"$substring({owner.text}, {first}{length})", str)
    kind = t.item_of(owner.type)
    test = f"$_place >= {first}" + ("" if last is None else f" and $_place < {last}")
    if not t.is_list(kind):
        return Code(f"[$filter({owner.text}, function($_item, $_place) {{{test}}})]", t.list_of(kind), display=True)
    # A list alone among those that are taken would be taken for its items: so their places are filtered
    places = f"[$filter([0..$count($_list) - 1], function($_place) {{{test}}})]"
    made = each_of(Code("$_places", t.list_of(int)), "_place", Code("$_list[$_place]", kind))
    return Code(f"($_list := {owner.text}; $_places := {places}; {made.text})", t.list_of(kind))
