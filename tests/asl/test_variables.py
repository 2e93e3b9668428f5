"""What Assign may name: variables called as variables are, and no name of an outer scope."""

import json
from typing import Any

import pytest

from stepwell.asl.parse import parse

DONE = {"Type": "Pass", "End": True}
SCHEMA = "SCHEMA_VALIDATION_FAILED: "
TAKEN = SCHEMA + "Variable 'x' is assigned in an outer scope; use another name here at "
DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}


def problems(states: dict[str, Any], language: str = "JSONPath") -> list[str]:
    definition = {"StartAt": next(iter(states)), "States": states, "QueryLanguage": language}
    return [str(problem) for problem in parse(json.dumps(definition)).diagnostics if problem.severity == "ERROR"]


def assigning(name: str, value: Any = 1, **fields: Any) -> dict[str, Any]:
    return {**DONE, "Assign": {name: value}, **fields}


def around(inner: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Map whose item processor is one state."""
    return {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": inner}}, "End": True, **fields}


@pytest.mark.parametrize("name", ["x", "orderId", "x2", "x_y", "größe", "数", "X", "a" * 80])
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_variable_is_called(name: str, language: str) -> None:
    assert problems({"X": assigning(name)}, language) == []


@pytest.mark.parametrize("name", ["", "1x", "x.y", "x[2]", "a-b", "a b", "$x", "a" * 81])
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_variable_is_not_called(name: str, language: str) -> None:
    assert problems({"X": assigning(name)}, language) == [
        SCHEMA + f"Variable name '{name}' is not allowed; use a letter, then letters, digits and '_', 80 characters at "
        "most at /States/X/Assign"
    ]


def test_a_computed_value_is_marked_at_the_name_in_jsonpath_only() -> None:
    assert problems({"X": assigning("x.$", "$.a")}) == []
    assert len(problems({"X": assigning("x.$", "$.a")}, "JSONata")) == 1


def test_states_is_the_name_of_what_jsonata_is_given() -> None:
    refused = [SCHEMA + "Variable name 'states' is reserved; use another one at /States/X/Assign"]
    assert problems({"X": assigning("states")}) == refused


@pytest.mark.parametrize(
    "outer",
    [
        {"M": around(assigning("x"), Next="O", End=False), "O": assigning("x")},
        {"M": around(assigning("x.$", "$.a"), Assign={"x.$": "$.b"})},
        {
            "M": around(
                assigning("x"),
                Catch=[{"ErrorEquals": ["States.ALL"], "Next": "O", "Assign": {"x": 1}}],
                Next="O",
                End=False,
            ),
            "O": DONE,
        },
        {
            "M": around(assigning("x"), Next="O", End=False),
            "O": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "P", "Assign": {"x": 1}}],
                "Default": "P",
            },
            "P": DONE,
        },
    ],
    ids=["a state", "the Map itself", "a catcher", "a rule"],
)
def test_no_state_assigns_what_is_assigned_around_it_wherever_that_stands(outer: dict[str, Any]) -> None:
    assert problems(outer) == [TAKEN + "/States/M/ItemProcessor/States/I/Assign"]


def test_the_scope_around_may_be_any_number_of_scopes_away() -> None:
    deep = {"StartAt": "J", "States": {"J": {**DONE, "Assign": {"x": 1, "y": 2}}}}
    outer = {**assigning("x"), "Next": "M", "End": False}
    assert problems({"O": outer, "M": around(around(DONE, ItemProcessor=deep))}) == [
        TAKEN + "/States/M/ItemProcessor/States/I/ItemProcessor/States/J/Assign"
    ]


def test_scopes_side_by_side_may_use_one_name() -> None:
    branches = [{"StartAt": name, "States": {name: assigning("x")}} for name in "AB"]
    assert problems({"P": {"Type": "Parallel", "Branches": branches, "End": True}}) == []


def test_the_children_of_a_distributed_map_see_nothing_of_the_scopes_around() -> None:
    inner = around(assigning("x"), Assign={"x": 1})
    assert problems({"M": {**inner, "ItemProcessor": {"ProcessorConfig": DISTRIBUTED, **inner["ItemProcessor"]}}}) == []


def test_what_is_no_object_is_told_as_such() -> None:
    assert problems({"X": {**DONE, "Assign": [1]}}) == [SCHEMA + "Expected value of type Object at /States/X/Assign"]
