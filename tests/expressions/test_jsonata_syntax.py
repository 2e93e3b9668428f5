"""Which texts are JSONata expressions, and what AWS says of those that are none."""

import pytest

from stepwell.expressions.jsonata import JsonataSyntaxError, compile_jsonata, is_jsonata

INVALID = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"


def refusal(text: str, **options: frozenset[str]) -> JsonataSyntaxError:
    with pytest.raises(JsonataSyntaxError) as refused:
        compile_jsonata(text, "Output", **options)
    return refused.value


@pytest.mark.parametrize("text", ["{%1%}", "{% 1 %}", "{%\n 1 \n%}", "{%1 /* one */ %}"])
def test_white_space_inside_means_nothing(text):
    assert compile_jsonata(text, "Output").source.startswith("1")


def test_white_space_outside_makes_a_literal():
    assert is_jsonata("{% 1 %}")
    assert not is_jsonata(" {% 1 %}")


@pytest.mark.parametrize("text", ["{% 1", "{% 1 %} ", "{%}", "{%", "1 %}"])
def test_an_expression_is_the_whole_string(text):
    assert refusal(text).message == "JSONata string must start with {% and end with %}"


@pytest.mark.parametrize(
    ("expression", "message", "position"),
    [
        ("1 +", "Unexpected end of expression", 3),
        ("", "Unexpected end of expression", 0),
        ("a[1,2)", 'Expected "]", got ","', 3),
        ("(1", 'Expected ")" before end of expression', 2),
        ('"open', "String literal must be terminated by a matching quote", 0),
        ('{"a":}', 'The symbol "}" cannot be used as a unary operator', 5),
        ("$a ?: 1", 'The symbol ":" cannot be used as a unary operator', None),
        ("$a ?? 1", 'The symbol "?" cannot be used as a unary operator', None),
    ],
)
def test_what_does_not_parse_is_told_in_jsonatas_words_with_its_place(expression, message, position):
    error = refusal(f"{{% {expression} %}}")
    assert (error.code, error.message, error.position) == (INVALID, message, position)
    assert str(error) == (message if position is None else f"{message} (at character {position} of the expression)")


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("phone", "phone"),
        ("phone.number", "phone"),
        ("phone[0]", "phone"),
        ("1 + phone", "phone"),
        ("$sum(phone)", "phone"),
        ("phone^(number)", "phone"),
        ("$", "$"),
        ("$[0]", "$"),
        ("$$.phone", "$$"),
        ("$states.input.($$)", "$$"),
        ("*", "*"),
    ],
)
def test_there_is_no_context_item_at_the_top_level(expression, name):
    error = refusal(f"{{% {expression} %}}")
    assert (error.code, error.message) == (UNSUPPORTED, f"Reference to '{name}' at the top level is not supported.")


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.phone",
        "$states.input[phone = 1]",
        "$states.input.(phone & $)",
        "$v^(phone)",
        "$v{phone: $}",
        "$v ~> |phone|{'x': number}|",
    ],
)
def test_names_and_the_context_item_are_fine_inside_of_paths(expression):
    compile_jsonata(f"{{% {expression} %}}", "Output")


@pytest.mark.parametrize("expression", ["$states.errorOutput", "$states.errorOutput[0].Error", "$states.inputs.a"])
def test_states_has_only_what_the_field_offers(expression):
    name = expression.removeprefix("$states.").partition("[")[0].partition(".")[0]
    error = refusal(f"{{% {expression} %}}", offered=frozenset(["input", "context", "result"]))
    assert (error.code, error.message) == (UNSUPPORTED, f"Field '$states.{name}' does not exist.")


@pytest.mark.parametrize("expression", ["(" * 5_000 + "1" + ")" * 5_000, "+".join("1" * 20_000)])
def test_absurd_depths_are_refused_and_not_suffered(expression):
    assert refusal(f"{{% {expression} %}}").message == "The expression is nested too deeply"
