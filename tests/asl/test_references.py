"""Which variables a state reads: by paths, calls and expressions, and not by what only looks so."""

from typing import Any

import pytest

from stepwell.asl.references import variable_references

DONE = {"Type": "Pass", "End": True}


def read_by(state: dict[str, Any], language: str = "JSONPath") -> tuple[str, ...]:
    return variable_references({"QueryLanguage": language, "States": {"X": state}}).get("X", ())


@pytest.mark.parametrize("field", ["InputPath", "OutputPath", "ItemsPath", "SecondsPath", "MaxConcurrencyPath"])
def test_a_path_reads_the_variable_it_begins_with(field: str) -> None:
    assert read_by({field: "$a.b[0]['$c']"}) == ("a",)


def test_the_input_the_context_and_its_parts_are_no_variables() -> None:
    assert read_by({"InputPath": "$", "OutputPath": "$.a", "ErrorPath": "$$.State.Name", "CausePath": "$['a']"}) == ()


def test_an_index_of_a_filter_may_read_another_one() -> None:
    assert read_by({"InputPath": "$a[?(@.b == $c)]"}) == ("a", "c")


def test_templates_read_in_evaluated_fields_only() -> None:
    template = {"a.$": "$x", "b": "$no", "in": [{"c.$": "$y.z"}], "FilePath": "$no"}
    for field in ("Parameters", "ResultSelector", "ItemSelector", "Assign"):
        assert read_by({field: template}) == ("x", "y")


def test_calls_read_in_their_arguments_but_not_in_their_strings() -> None:
    call = "States.Format('$no {} it\\'s $no', $b, States.MathAdd($a.n, 1))"
    assert read_by({"Parameters": {"t.$": call}, "CausePath": call}) == ("a", "b")


def test_a_choice_reads_in_all_its_rules() -> None:
    rule = {"Not": {"Variable": "$a", "StringEqualsPath": "$b"}, "Next": "Y", "Assign": {"d.$": "$c"}}
    assert read_by({"Type": "Choice", "Choices": [rule, {"Variable": "$e", "StringEquals": "$no"}]}) == (
        "a",
        "b",
        "c",
        "e",
    )


def test_so_do_catchers_and_the_parts_of_a_distributed_map() -> None:
    state = {
        "Catch": [{"Assign": {"a.$": "$b"}, "ResultPath": "$.no"}],
        "ItemReader": {"Parameters": {"Bucket.$": "$bucket"}, "ReaderConfig": {"MaxItemsPath": "$most"}},
        "ItemBatcher": {"BatchInput": {"a.$": "$shared"}},
    }
    assert read_by(state) == ("b", "bucket", "most", "shared")


def test_results_and_comments_read_nothing() -> None:
    assert read_by({"Result": {"aPath": "$no", "b.$": "$no"}, "Comment": "$no"}) == ()


def test_expressions_read_what_they_do_not_bind_themselves() -> None:
    output = {"a": ["{% $x + $sum($y) & '$no' %}"], "b": "{% ($n := $z; $n + $states.input.n) %}", "c": "$no"}
    assert read_by({"Output": output, "Comment": "{% $no %}"}, "JSONata") == ("x", "y", "z")
    assert read_by({"Items": "{% $map($xs, function($v, $i) { $v * $k }) %}"}, "JSONata") == ("k", "xs")


def test_a_states_own_language_counts() -> None:
    assert read_by({"QueryLanguage": "JSONata", "Output": "{% $a %}", "InputPath": "$no"}) == ("a",)
    assert read_by({"Output": "{% $no %}", "InputPath": "$a"}) == ("a",)


def test_states_of_all_scopes_are_told_and_those_that_read_nothing_left_out() -> None:
    inner = {"States": {"I": {"InputPath": "$i"}, "J": DONE}}
    definition = {
        "States": {
            "M": {"Type": "Map", "ItemsPath": "$m", "ItemProcessor": inner},
            "P": {"Type": "Parallel", "Branches": [{"States": {"B": {"OutputPath": "$b"}}}]},
        }
    }
    assert list(variable_references(definition).items()) == [("M", ("m",)), ("I", ("i",)), ("B", ("b",))]


@pytest.mark.parametrize(
    "definition", [{}, {"States": 1}, {"States": {"X": 1}}, {"States": {"X": {"Branches": [1], "Iterator": []}}}]
)
def test_what_is_no_definition_reads_nothing(definition: dict[str, Any]) -> None:
    assert variable_references(definition) == {}


def test_an_expression_that_cannot_be_read_reads_nothing() -> None:
    assert read_by({"Output": "{% $a + %}"}, "JSONata") == ()
