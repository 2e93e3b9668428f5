"""Whatever is sent as a definition, the answer is a machine or diagnostics, never an exception."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stepwell.asl.fields import KINDS
from stepwell.asl.parse import Parsed, parse

WORDS = sorted(
    {field for kind in KINDS.values() for field in kind.fields}
    | {*KINDS, "StartAt", "States", "ErrorEquals", "ProcessorConfig", "Mode", "DISTRIBUTED", "ReaderConfig", "A", "$.a"}
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=25,
)

VALID: dict[str, Any] = {
    "Comment": "one of each",
    "StartAt": "C",
    "TimeoutSeconds": 60,
    "States": {
        "C": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [{"Variable": "$.a", "IsNull": True}, {"Not": {"Variable": "$.b", "IsString": True}}],
                    "Next": "T",
                }
            ],
            "Default": "M",
        },
        "T": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "States.Format('{}', $.a[0])"},
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "F"}],
            "Next": "W",
        },
        "W": {"Type": "Wait", "Seconds": 5, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}], "Next": "S"},
        "M": {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "I",
                "States": {"I": {"Type": "Pass", "Result": 1, "ResultPath": None, "End": True}},
            },
            "Label": "l",
            "End": True,
        },
        "S": {"Type": "Succeed", "OutputPath": "$.x"},
        "F": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "c"},
    },
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values inside."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in members for place in places(member, (*path, key)))]


PLACES = places(VALID)[1:]


def mutated(path: tuple[Any, ...], value: Any, remove: bool) -> Any:
    document: Any = json.loads(json.dumps(VALID))
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if remove:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return document


def assert_decided(parsed: Parsed) -> None:
    errors = [diagnostic for diagnostic in parsed.diagnostics if diagnostic.severity == "ERROR"]
    assert (parsed.machine is None) == bool(errors)


def test_the_definition_that_is_mutated_is_valid() -> None:
    assert parse(json.dumps(VALID)).diagnostics == ()


@given(st.text())
def test_any_text_is_decided(text: str) -> None:
    assert_decided(parse(text))


@given(JSON, st.sampled_from(["STANDARD", "EXPRESS"]))
@settings(deadline=None)
def test_any_json_is_decided(document: Any, type: Any) -> None:
    assert_decided(parse(json.dumps(document), type=type))


@given(st.sampled_from(PLACES), JSON, st.booleans(), st.sampled_from(["STANDARD", "EXPRESS"]))
@settings(deadline=None, max_examples=400)
def test_a_valid_definition_with_one_thing_changed_is_decided(
    path: tuple[Any, ...], value: Any, remove: bool, type: Any
) -> None:
    assert_decided(parse(json.dumps(mutated(path, value, remove)), type=type))
