"""The intrinsic functions: values, refusals, and the syntax of calls."""

import re

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.intrinsics import INTRINSICS, compile_intrinsic
from stepwell.expressions.paths import PathSyntaxError
from stepwell.expressions.scope import Json, Scope

INPUT = {"n": 5, "list": [1, 2, 3], "mixed": [1, True, 1.0, [1], [1], None], "o": {"a": 1}, "name": "Ada", "t": "Hi {}"}


def call(text: str) -> Json:
    return compile_intrinsic(text).evaluate(Scope(INPUT, {"Who": "ctx"}, {"v": [9]}, seed=1))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("States.Array()", []),
        ("States.Array($.n, 'x', -1.5, true, false, null, $$.Who, $v[0])", [5, "x", -1.5, True, False, None, "ctx", 9]),
        ("States.ArrayPartition($.list, 2)", [[1, 2], [3]]),
        ("States.ArrayPartition($.list, 1.5)", [[1, 2], [3]]),
        ("States.ArrayContains($.list, 3.0)", True),
        ("States.ArrayContains($.list, true)", False),
        ("States.ArrayRange(1, 9, 3)", [1, 4, 7]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayGetItem($.list, 2)", 3),
        ("States.ArrayLength($.list)", 3),
        ("States.ArrayUnique($.mixed)", [1, True, [1], None]),
        ("States.Base64Encode('Data')", "RGF0YQ=="),
        ("States.Base64Decode('RGF0YQ==')", "Data"),
        ("States.Hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"),
        ("States.Hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("States.JsonMerge($.o, States.StringToJson('{\"b\":2}'), false)", {"a": 1, "b": 2}),
        ("States.JsonToString($.o)", '{"a":1}'),
        ("States.MathAdd($.n, -1)", 4),
        ("States.StringSplit('a,b;;c', ',;')", ["a", "b", "c"]),
        ("States.StringSplit(',,', ',')", []),
        ("States.Format('{} has {}, {} and {}', $.name, $.o, $.list, null)", "Ada has {a=1}, [1, 2, 3] and null"),
        (r"States.Format('it\'s \{{}\} \\', $.n)", r"it's {5} " + "\\"),
        ("States.Format($.t, 'you, (sir)')", "Hi you, (sir)"),
        ("States.Format('{}', '{}')", "{}"),
        ("  States.ArrayLength( States.Array( 1 , States.Array(2,3) ) ) ", 2),
        ("States.ArrayLength($.list[?(@ > 1)])", 2),
    ],
)
def test_a_call_gives(text, value):
    result = call(text)
    assert (result, type(result)) == (value, type(value))


def test_chance_comes_from_the_scope_alone():
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", call("States.UUID()"))
    assert call("States.UUID()") == call("States.UUID()")
    assert call("States.MathRandom(3, 4)") == 3
    assert call("States.MathRandom(0, 999, 3)") == call("States.MathRandom(0, 999, 3)")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("States.ArrayLength($.n)", "The first argument must be an array but is 5"),
        ("States.ArrayPartition($.list, 0)", "The chunk size must be a positive integer but is 0"),
        ("States.ArrayRange(1, 5, 0)", "The increment must not be 0"),
        ("States.ArrayRange(0, 1000, 1)", "The range has more than 1000 elements"),
        ("States.ArrayGetItem($.list, 3)", "The index 3 is outside of the array, which has 3 elements"),
        ("States.Base64Decode('%')", "The text is not the Base64 form of UTF-8"),
        ("States.JsonMerge($.o, $.o, true)", "The third argument must be false: only shallow merging is supported"),
        ("States.MathAdd(2147483647, 1)", "The sum 2147483648 is outside of -2147483647 to 2147483647"),
        ("States.MathAdd(true, 1)", "The first number must be a number but is true"),
        ("States.MathRandom(2, 2)", "The start number 2 must be below the end number 2"),
        ("States.Format('{} {}', 1)", "The template has 2 placeholders {} but 1 values follow it"),
        ("States.Array($.gone)", "The JsonPath argument for the field '$.gone' could not be found in the input '"),
    ],
)
def test_a_call_that_cannot_be_answered_names_itself_and_the_reason(text, reason):
    with pytest.raises(ExpressionError) as failed:
        call(text)
    assert failed.value.error == "States.IntrinsicFailure"
    assert failed.value.cause.startswith(f"The function '{text}' had the following error: {reason}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("States.Nothing()", "There is no intrinsic function States.Nothing"),
        ("States.Array(1", "never closed"),
        ("States.Array(1) 2", "nothing may follow"),
        ("States.Array(1,)", "neither a path"),
        ("States.Array(abc)", "neither a path"),
        ("States.Array('a' 'b')", "a comma is missing"),
        ("States.Array('a)", "no closing quote"),
        ("States.UUID(1)", "has 1 arguments; States.UUID takes 0"),
        ("States.MathRandom(1)", "takes 2 to 3"),
        ("States.Format()", "takes 1 or more"),
        ("States.Array($.a[)", "never closed"),
        (r"States.StringToJson('a \"quote\"')", "is no escape"),
        ("States.Array(" * 11 + ")" * 11, "nested deeper than 10"),
    ],
)
def test_what_is_no_call_is_refused_with_a_reason(text, reason):
    with pytest.raises(PathSyntaxError) as refused:
        compile_intrinsic(text)
    assert reason in str(refused.value)


def test_calls_may_be_nested_ten_deep():
    assert call("States.Array(" * 10 + ")" * 10) == [[[[[[[[[[]]]]]]]]]]


def test_there_are_eighteen():
    assert len(INTRINSICS) == 18
