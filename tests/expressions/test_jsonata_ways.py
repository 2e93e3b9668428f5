"""A variable and names of members: found without the library, and always what the library finds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepwell.errors import ExpressionError
from stepwell.expressions.jsonata import compile_jsonata
from stepwell.expressions.scope import Json, Scope

names = st.sampled_from("abc")
leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | names
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
objects = st.dictionaries(names, values)


def outcome(expression: Any, scope: Scope) -> tuple[Json, Json]:
    try:
        return repr(expression.evaluate(scope)), None
    except ExpressionError as error:
        return None, (error.error, error.cause)


@given(
    st.sampled_from(["$states.input", "$states.context", "$states.result", "$v", "$w", "$sum"]),
    st.lists(names, max_size=4),
    st.builds(Scope, values, objects, st.fixed_dictionaries({"v": values}), result=values),
)
def test_the_library_would_find_the_same(root: str, members: list[str], scope: Scope) -> None:
    expression = compile_jsonata("{% " + ".".join([root, *members]) + " %}", "Output")
    assert expression.way == (*root.removeprefix("$").split("."), *members)
    assert outcome(expression, scope) == outcome(expression._replace(way=None), scope)


@pytest.mark.parametrize(
    "text", ["$a[0]", "$a.b[]", "$a.*", "$a.**.b", "$a.$b", "$a.(b)", "$a.b()", "($a.b)", "$a.b & 'c'", "$a.b^(c)", "1"]
)
def test_all_else_is_the_librarys(text: str) -> None:
    assert compile_jsonata("{% " + text + " %}", "Output").way is None


def test_a_way_may_lead_over_names_in_quotes() -> None:
    expression = compile_jsonata('{% $states.input.`a b`."c.d" %}', "Output")
    assert expression.way == ("states", "input", "a b", "c.d")
    assert expression.evaluate(Scope({"a b": {"c.d": [1]}})) == [1]
