"""Where paths begin, what they say when there is nothing, and how ResultPath writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepwell.errors import ExpressionError
from stepwell.expressions.paths import PathSyntaxError, ReferencePath, compile_path
from stepwell.expressions.scope import Scope

SCOPE = Scope({"a": {"b": 1}, "text": "t"}, {"State": {"Name": "Wait"}}, {"order": {"id": 7}})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.a.b", 1),
        ("$$", {"State": {"Name": "Wait"}}),
        ("$$.State.Name", "Wait"),
        ("$order", {"id": 7}),
        ("$order.id", 7),
        ("$order['id']", 7),
        ("$order[*]", [7]),
    ],
)
def test_a_path_begins_at_the_input_the_context_object_or_a_variable(path, value):
    expression = compile_path(path)
    assert (expression.source, expression.evaluate(SCOPE)) == (path, value)


@pytest.mark.parametrize(
    ("path", "field", "error", "cause"),
    [
        ("$.no", "InputPath", "States.Runtime", "Invalid path '$.no' : No results for path: $['no']"),
        ("$.a.no", "OutputPath", "States.Runtime", "Invalid path '$.a.no' : No results for path: $['a']['no']"),
        ("$.no.b", "InputPath", "States.Runtime", "Invalid path '$.no.b' : Missing property in path $['no']"),
        ("$.a.b.c", None, "States.Runtime",
         "Invalid path '$.a.b.c' : Expected to find an object with property ['c'] in path $['a']['b']"
         " but found 'java.lang.Integer'."),
        ("$.text[0]", None, "States.Runtime",
         "Invalid path '$.text[0]' : Filter: [0] can only be applied to arrays. Current context is: $['text']"),
        ("$none.x", None, "States.Runtime", "Invalid path '$none.x' : Missing property in path $['none']"),
        ("$.no", "ErrorPath", "States.Runtime",
         "The JSONPath '$.no' specified for the field 'ErrorPath' could not be found in the input"
         """ '{"a":{"b":1},"text":"t"}'"""),
        ("$.no", "x.$", "States.Runtime",
         "The JSONPath '$.no' specified for the field 'x.$' could not be found in the input"
         """ '{"a":{"b":1},"text":"t"}'"""),
        ("$.no", "SecondsPath", "States.Runtime",
         "The SecondsPath parameter does not reference an input value: $.no"),
        ("$.a.no", "ItemsPath", "States.ReferencePathConflict",
         """Unable to apply step "no" to input {"a":{"b":1},"text":"t"}"""),
        ("$.no", "Variable", "States.Runtime",
         "Invalid path '$.no': The choice state's condition path references an invalid value."),
    ],
)  # fmt: skip
def test_a_path_that_finds_nothing_fails_as_its_field_wants_it(path, field, error, cause):
    with pytest.raises(ExpressionError) as failed:
        compile_path(path, field).evaluate(SCOPE)
    assert (failed.value.error, failed.value.cause) == (error, cause)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("$", {"a": 1}, "new"),
        ("$.a", {"a": 1, "b": 2}, {"a": "new", "b": 2}),
        ("$.c", {"a": 1}, {"a": 1, "c": "new"}),
        ("$.c.d['e']", {"a": 1}, {"a": 1, "c": {"d": {"e": "new"}}}),
        ("$.a[1]", {"a": [1, 2, 3]}, {"a": [1, "new", 3]}),
        ("$[0].x", [{"y": 1}, 2], [{"y": 1, "x": "new"}, 2]),
    ],
)
def test_a_result_is_placed(path, before, after):
    assert ReferencePath.parse(path).place(before, "new") == after


def test_placing_changes_nothing_and_shares_what_lies_beside_the_path():
    before = {"kept": {"big": [1]}, "changed": {"x": 1}}
    after = ReferencePath.parse("$.changed.y").place(before, 2)
    assert before == {"kept": {"big": [1]}, "changed": {"x": 1}}
    assert after["kept"] is before["kept"]


@pytest.mark.parametrize(
    ("path", "document", "shown"),
    [
        ("$.a", "text", '"text"'),
        ("$.a.b", {"a": 1}, '{"a":1}'),
        ("$.a[2]", {"a": [1]}, '{"a":[1]}'),
        ("$[0]", {}, "{}"),
    ],
)
def test_a_result_that_cannot_be_placed_fails(path, document, shown):
    with pytest.raises(ExpressionError) as failed:
        ReferencePath.parse(path).place(document, 1)
    assert failed.value.error == "States.ResultPathMatchFailure"
    assert failed.value.cause == f"Unable to apply ReferencePath {path} to input {shown}"


@pytest.mark.parametrize(
    "path", ["$.a[*]", "$..a", "$.a[0:1]", "$['a','b']", "$.a.length()", "$$.a", "$name", "a", "$.a[-1]"]
)
def test_a_reference_path_has_only_names_and_indices(path):
    with pytest.raises(PathSyntaxError):
        ReferencePath.parse(path)


@given(
    st.dictionaries(st.text(min_size=1), st.integers()),
    st.lists(st.from_regex(r"[a-z]{1,3}", fullmatch=True), min_size=1),
)
def test_what_was_placed_is_found_again(document, names):
    document = {key: value for key, value in document.items() if key != names[0]}
    path = "$." + ".".join(names)
    assert compile_path(path).evaluate(Scope(ReferencePath.parse(path).place(document, "v"))) == "v"
