"""Every field the developer guide names for a state type is accepted there."""

import json
from typing import Any

import pytest

from stepwell.asl.fields import KINDS, ONLY_JSONATA
from stepwell.asl.parse import parse
from stepwell.asl.resources import REQUIRED, SERVICES

DONE = {"Type": "Pass", "End": True}
SCOPE = {"Comment": "c", "StartAt": "I", "States": {"I": DONE}}
ONWARD = {"Comment": "c", "QueryLanguage": "JSONPath", "Next": "Y"}
FILTERS = {"InputPath": "$.a", "OutputPath": "$.b"}
ERRORS = {
    "ResultSelector": {"a.$": "$.b"},
    "ResultPath": "$.r",
    "Retry": [
        {
            "Comment": "c",
            "ErrorEquals": ["States.Timeout"],
            "IntervalSeconds": 1,
            "MaxAttempts": 2,
            "BackoffRate": 1.5,
            "MaxDelaySeconds": 60,
            "JitterStrategy": "NONE",
        }
    ],
    "Catch": [{"Comment": "c", "ErrorEquals": ["States.ALL"], "Next": "Y", "ResultPath": "$.e"}],
}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **SCOPE}
READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "Parameters": {"Bucket": "b", "Key.$": "$.k"},
    "ReaderConfig": {
        "InputType": "CSV",
        "CSVDelimiter": "PIPE",
        "CSVHeaderLocation": "GIVEN",
        "CSVHeaders": ["a", "b"],
        "MaxItemsPath": "$.n",
    },
}

COMPLETE: list[dict[str, Any]] = [
    {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f"},
        "Credentials": {"RoleArn.$": "$.role"},
        "TimeoutSeconds": 10,
        "HeartbeatSeconds": 5,
        **ONWARD,
        **FILTERS,
        **ERRORS,
    },
    {
        "Type": "Task",
        "Resource": "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:PROD",
        "TimeoutSecondsPath": "$.t",
        "HeartbeatSecondsPath": "$.h",
        **ONWARD,
    },
    {"Type": "Wait", "Seconds": 0, **ONWARD, **FILTERS},
    {"Type": "Wait", "SecondsPath": "$.s", **ONWARD},
    {"Type": "Wait", "Timestamp": "2026-01-31T08:30:00.5Z", **ONWARD},
    {"Type": "Wait", "TimestampPath": "$.s", **ONWARD},
    {"Type": "Pass", "Result": [1], "ResultPath": "$.r", "Parameters": {}, **ONWARD, **FILTERS},
    {"Type": "Succeed", "Comment": "c", "QueryLanguage": "JSONPath", **FILTERS},
    {"Type": "Fail", "Comment": "c", "QueryLanguage": "JSONPath", "Error": "E", "Cause": "C"},
    {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.UUID()"},
    {
        "Type": "Choice",
        "Comment": "c",
        "QueryLanguage": "JSONPath",
        "Choices": [{"Comment": "c", "Variable": "$.a", "IsPresent": True, "Next": "Y"}],
        "Default": "Y",
        **FILTERS,
    },
    {"Type": "Parallel", "Branches": [SCOPE], "Parameters": {"a.$": "$.b"}, **ONWARD, **FILTERS, **ERRORS},
    {
        "Type": "Map",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **SCOPE},
        "ItemsPath": "$.items",
        "ItemSelector": {"v.$": "$$.Map.Item.Value"},
        "MaxConcurrency": 0,
        **ONWARD,
        **FILTERS,
        **ERRORS,
    },
    {"Type": "Map", "Iterator": SCOPE, "Parameters": {}, "MaxConcurrencyPath": "$.m", **ONWARD},
    {
        "Type": "Map",
        "ItemProcessor": DISTRIBUTED,
        "ItemReader": READER,
        "ItemBatcher": {"MaxItemsPerBatch": 10, "MaxInputBytesPerBatchPath": "$.b", "BatchInput": {"a.$": "$.a"}},
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "b", "Prefix": "p"},
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
        },
        "ToleratedFailurePercentage": 5,
        "ToleratedFailureCount": 5,
        "Label": "orders-2026",
        **ONWARD,
    },
    {
        "Type": "Map",
        "ItemProcessor": DISTRIBUTED,
        "ToleratedFailurePercentagePath": "$.p",
        "ToleratedFailureCountPath": "$.c",
        **ONWARD,
    },
]


def read(state: dict[str, Any]) -> list[str]:
    # Y has to be reached even where the state itself ends the execution
    entry = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "X"}], "Default": "Y"}
    definition = {"StartAt": "S", "States": {"S": entry, "X": state, "Y": {"Type": "Succeed"}}}
    return [str(diagnostic) for diagnostic in parse(json.dumps(definition)).diagnostics]


@pytest.mark.parametrize("state", COMPLETE, ids=lambda state: state["Type"])
def test_a_complete_state_is_accepted(state: dict[str, Any]) -> None:
    assert read(state) == []


@pytest.mark.parametrize("type", KINDS)
def test_no_field_is_left_out_above(type: str) -> None:
    used = {name for state in COMPLETE if state["Type"] == type for name in state}
    elsewhere = {"Assign", "End"} | ONLY_JSONATA
    assert KINDS[type].fields.keys() - elsewhere == used


JSONATA: list[dict[str, Any]] = [
    {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "{% $f %}"},
        "Credentials": {"RoleArn": "{% $role %}"},
        "TimeoutSeconds": "{% 5 %}",
        "HeartbeatSeconds": "{% 3 %}",
        "Output": "{% $states.result %}",
        "Assign": {"a": "{% 1 %}"},
        "Catch": [{"ErrorEquals": ["A"], "Next": "Y", "Output": "{% 1 %}", "Assign": {}}],
    },
    {"Type": "Wait", "Seconds": "{% 1 %}", "Output": {}, "Assign": {}},
    {"Type": "Wait", "Timestamp": "{% $now() %}"},
    {"Type": "Pass", "Output": [1], "Assign": {}},
    {"Type": "Succeed", "Output": None},
    {"Type": "Fail", "Error": "{% 'E' %}", "Cause": "{% 'C' %}"},
    {
        "Type": "Choice",
        "Choices": [{"Condition": "{% true %}", "Next": "Y", "Assign": {}, "Output": 1}],
        "Default": "Y",
        "Output": 1,
        "Assign": {},
    },
    {"Type": "Parallel", "Branches": [SCOPE], "Arguments": {}, "Output": 1, "Assign": {}},
    {
        "Type": "Map",
        "ItemProcessor": DISTRIBUTED,
        "Items": "{% $states.input %}",
        "ItemSelector": {"a": "{% 1 %}"},
        "MaxConcurrency": "{% 1 %}",
        "ToleratedFailurePercentage": "{% 1 %}",
        "ToleratedFailureCount": "{% 1 %}",
        "ItemBatcher": {"MaxItemsPerBatch": "{% 1 %}", "BatchInput": {"a": "{% $a %}"}},
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b"}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "b"}},
    },
    {
        "Type": "Map",
        "ItemProcessor": DISTRIBUTED,
        "Items": [1, "{% $two %}"],
        "ItemSelector": "{% $merge([$states.context.Map.Item.Value, $more]) %}",
        "ItemBatcher": {"MaxInputBytesPerBatch": "{% 1 %}", "BatchInput": "{% $states.input %}"},
        "ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}},
    },
    {
        "Type": "Map",
        "ItemProcessor": DISTRIBUTED,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:listObjectsV2",
            "ReaderConfig": {"InputType": "PARQUET", "Transformation": "LOAD_AND_FLATTEN", "MaxItems": "{% $n %}"},
            "Arguments": "{% $where %}",
        },
    },
]


@pytest.mark.parametrize("state", JSONATA, ids=lambda state: state["Type"])
def test_a_state_in_jsonata_takes(state: dict[str, Any]) -> None:
    onward = {"Next": "Y"} if state["Type"] not in ("Choice", "Succeed", "Fail") else {}
    assert read({**state, **onward, "QueryLanguage": "JSONata"}) == []


@pytest.mark.parametrize("field", ["MaxConcurrencyPath", "ToleratedFailurePercentagePath", "ToleratedFailureCountPath"])
@pytest.mark.parametrize("path", ["$", "$.n", "$$.Execution.Input.n", "$n", "$n.of[0]"])
def test_a_number_may_come_from_the_input_from_the_context_object_and_from_a_variable(field: str, path: str) -> None:
    assert read({"Type": "Map", "ItemProcessor": DISTRIBUTED, field: path, "Next": "Y"}) == []


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"InputType": "JSON", "ItemsPointer": "/data/items"},
        {"InputType": "MANIFEST"},
        {"InputType": "MANIFEST", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "TAB"},
        {"ManifestType": "S3_INVENTORY"},
        {"ManifestType": "ATHENA_DATA", "InputType": "PARQUET"},
    ],
    ids=str,
)
def test_a_reader_is_configured_as_the_guide_has_it(config: dict[str, Any]) -> None:
    reader = {"Resource": "arn:aws-eusc:states:::s3:getObject", "ReaderConfig": config, "Parameters": {}}
    assert read({"Type": "Map", "ItemProcessor": DISTRIBUTED, "ItemReader": reader, "Next": "Y"}) == []


def test_files_of_a_manifest_by_athena_need_no_header() -> None:
    config = {"ManifestType": "ATHENA_DATA", "InputType": "CSV"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Parameters": {}}
    assert read({"Type": "Map", "ItemProcessor": DISTRIBUTED, "ItemReader": reader, "Next": "Y"}) == []


RESOURCES = [
    f"arn:{partition}:states:::{service}:{action}{pattern}"
    for partition in ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b")
    for service, known in SERVICES.items()
    for action in known.calls
    for pattern in ("", *[".sync"] * (action in known.jobs), *[".waitForTaskToken"] * known.callbacks)
] + [
    "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws:states:::aws-sdk:dynamodb:query",
    "arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken",
]


def test_every_integration_is_accepted_in_all_its_patterns() -> None:
    given = {f"{name}.$": "$.x" for names in REQUIRED.values() for name in names}
    refused = {
        resource: problems
        for resource in RESOURCES
        if (problems := read({"Type": "Task", "Resource": resource, "Parameters": given, "Next": "Y"}))
    }
    assert refused == {}
