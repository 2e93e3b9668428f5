"""What is refused, with which words, at which place: the rules of the language as a table."""

import json
from typing import Any

import pytest

from stepwell.asl.diagnostics import Diagnostic, joined
from stepwell.asl.parse import compile_definition, parse
from stepwell.errors import InvalidDefinition
from stepwell.expressions.choices import OPERATORS

LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:charge"
ACTIVITY = "arn:aws:states:eu-west-1:123456789012:activity:approve"
DONE = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": LAMBDA, "End": True}
SCOPE = {"StartAt": "I", "States": {"I": DONE}}
MAP = {"Type": "Map", "ItemProcessor": SCOPE, "End": True}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **SCOPE}

REFUSED = "SCHEMA_VALIDATION_FAILED: "
MISSING = "MISSING_TRANSITION_TARGET: "
NO_END = "MISSING_END_STATE: Workflow has no terminal state at null"


def one(state: Any) -> dict[str, Any]:
    """A machine whose only state is X."""
    return {"StartAt": "X", "States": {"X": state}}


def many(start: str, **states: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def inline(inner: Any) -> dict[str, Any]:
    return one({**MAP, "ItemProcessor": {"StartAt": "I", "States": {"I": inner}}})


def retrying(*retriers: Any) -> dict[str, Any]:
    return one({**TASK, "Retry": list(retriers)})


def choosing(*rules: Any) -> dict[str, Any]:
    return many("X", X={"Type": "Choice", "Choices": list(rules), "Default": "Y"}, Y=DONE)


def told(definition: Any, type: Any = "STANDARD") -> list[str]:
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return [str(diagnostic) for diagnostic in parse(text, type=type).diagnostics]


RULES: list[tuple[str, Any, list[str]]] = [
    # --- the machine ---
    ("nothing at all", " ", [REFUSED + "Definition must be a valid JSON object at null"]),
    ("an array", "[]", [REFUSED + "Definition must be a valid JSON object at null"]),
    ("an empty object", {}, [REFUSED + "These fields are required: [StartAt, States] at /"]),
    ("no StartAt", {"States": {"X": DONE}}, [REFUSED + "These fields are required: [StartAt] at /"]),
    ("no States", {"StartAt": "X"}, [REFUSED + "These fields are required: [States] at /"]),
    ("no state", {"StartAt": "X", "States": {}}, [REFUSED + "Value cannot be empty at /States"]),
    ("states in an array", {"StartAt": "X", "States": []}, [REFUSED + "Expected value of type Object at /States"]),
    ("a misspelt field", one(DONE) | {"startAt": "X"}, [REFUSED + "Field 'startAt' is not supported at /"]),
    (
        "a version of the future",
        one(DONE) | {"Version": "2.0"},
        [REFUSED + "Value should be one of the following: [1.0] at /Version"],
    ),
    (
        "a time limit as a text",
        one(DONE) | {"TimeoutSeconds": "60"},
        [REFUSED + "Expected value of type Integer at /TimeoutSeconds"],
    ),
    (
        "a query language nobody knows",
        one(DONE) | {"QueryLanguage": "SQL"},
        [REFUSED + "Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage"],
    ),
    # --- any state ---
    ("a state that is a text", one("Pass"), [REFUSED + "Expected value of type Object at /States/X", NO_END]),
    ("no type", one({"End": True}), [REFUSED + "These fields are required: [Type] at /States/X"]),
    (
        "a type nobody knows",
        one({"Type": "Loop", "End": True}),
        [
            REFUSED + "The field 'Type' should have one of these values: "
            "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/X/Type"
        ],
    ),
    (
        "a field of another type",
        one({**DONE, "Resource": LAMBDA}),
        [REFUSED + "Field 'Resource' is not supported at /States/X"],
    ),
    (
        "Fail with an End",
        one({"Type": "Fail", "End": True}),
        [REFUSED + "Field 'End' is not supported at /States/X"],
    ),
    (
        "a comment that is none",
        one({**DONE, "Comment": 1}),
        [REFUSED + "Expected value of type String at /States/X/Comment"],
    ),
    (
        "neither Next nor End",
        one({"Type": "Pass"}),
        [
            REFUSED + "This object should have only one of the following fields: [Next, End] at /States/X",
            NO_END,
        ],
    ),
    (
        "both Next and End",
        many("X", X={**DONE, "Next": "Y"}, Y=DONE),
        [REFUSED + "There should only be one of the following fields: [Next, End] at /States/X"],
    ),
    (
        "a state's name too long",
        {"StartAt": "n" * 81, "States": {"n" * 81: DONE}},
        [
            f"INVALID_STATE_NAME: State name '{'n' * 81}' exceeds the 80-character limit allowed by the service "
            f"at /States/{'n' * 81}"
        ],
    ),
    # --- paths and templates ---
    (
        "a path without its dollar",
        one({**DONE, "InputPath": "order"}),
        [
            REFUSED + "Value must be a valid JSONPath. 'order' is not a valid JSONPath: it must begin with '$' "
            "at /States/X/InputPath"
        ],
    ),
    (
        "a path that is a number",
        one({**DONE, "OutputPath": 1}),
        [REFUSED + "Expected value of type String at /States/X/OutputPath"],
    ),
    (
        "a result that goes to many places",
        one({**DONE, "ResultPath": "$.a[*]"}),
        [
            REFUSED + "Value is not a Reference Path. '$.a[*]' is not a Reference Path: use only names and indices "
            "from 0, such as $.order.items[0] at /States/X/ResultPath"
        ],
    ),
    (
        "a template's key that is no path",
        one({**DONE, "Parameters": {"a.$": "order", "b": [{"c.$": 1}]}}),
        [
            REFUSED + "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call "
            "at /States/X/Parameters",
            REFUSED + "The value for the field 'c.$' must be a valid JSONPath or a valid intrinsic function call "
            "at /States/X/Parameters/b[0]",
        ],
    ),
    (
        "an intrinsic function nobody knows",
        one({**DONE, "Parameters": {"a.$": "States.Shout($.a)"}}),
        [
            REFUSED + "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call "
            "at /States/X/Parameters",
        ],
    ),
    (
        "a template that is an array",
        one({**DONE, "Parameters": []}),
        [REFUSED + "Expected value of type Object at /States/X/Parameters"],
    ),
    # --- transitions ---
    (
        "a start that is not there",
        {"StartAt": "Y", "States": {"X": DONE}},
        [MISSING + "Missing 'Next' target: Y at /StartAt"],
    ),
    (
        "a successor that is not there, and a state nobody reaches",
        many("A", A={"Type": "Pass", "Next": "C"}, B=DONE),
        [
            MISSING + "Missing 'Next' target: C at /States/A/Next",
            MISSING + 'State "B" is not reachable. at /States/B',
        ],
    ),
    (
        "two states that reach only each other",
        many("A", A=DONE, B={"Type": "Pass", "Next": "C"}, C={"Type": "Pass", "Next": "B"}),
        [
            MISSING + 'State "B" is not reachable. at /States/B',
            MISSING + 'State "C" is not reachable. at /States/C',
        ],
    ),
    (
        "targets missing in a rule, a default and a catcher",
        many(
            "A",
            A={
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.a", "IsNull": True, "Next": "N1"},
                    {"Variable": "$.a", "IsNull": True, "Next": "B"},
                ],
                "Default": "N2",
            },
            B={**TASK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "N3"}]},
        ),
        [
            MISSING + "Missing 'Next' target: N1 at /States/A/Choices[0]/Next",
            MISSING + "Missing 'Next' target: N2 at /States/A/Default",
            MISSING + "Missing 'Next' target: N3 at /States/B/Catch[0]/Next",
        ],
    ),
    ("a circle without an end", many("A", A={"Type": "Pass", "Next": "A"}), [NO_END]),
    (
        "a circle without an end, and a state nobody reaches, which is not looked for then",
        many("A", A={"Type": "Pass", "Next": "A"}, B={"Type": "Pass", "Next": "A"}),
        [NO_END],
    ),
    (
        "a branch without an end",
        one({"Type": "Parallel", "End": True, "Branches": [many("A", A={"Type": "Pass", "Next": "A"})]}),
        ["MISSING_END_STATE: Workflow has no terminal state at /States/X/Branches[0]"],
    ),
    (
        "a way out of a branch",
        one({"Type": "Parallel", "End": True, "Branches": [many("A", A={"Type": "Pass", "Next": "X"}, B=DONE)]}),
        [
            MISSING + "Missing 'Next' target: X at /States/X/Branches[0]/States/A/Next",
            MISSING + 'State "B" is not reachable. at /States/X/Branches[0]/States/B',
        ],
    ),
    (
        "a name used in two scopes",
        one({**MAP, "ItemProcessor": one(DONE)}),
        ["DUPLICATE_STATE_NAME: Duplicate State name: X at /States/X/ItemProcessor/States/X"],
    ),
    (
        "a name used twice in one object",
        '{"StartAt": "X", "States": {"X": {"Type": "Succeed"}, "X": {"Type": "Succeed"}}}',
        ["DUPLICATE_STATE_NAME: Duplicate State name: X at /States/X"],
    ),
    # --- Wait ---
    (
        "a wait for nothing",
        one({"Type": "Wait", "End": True}),
        [
            REFUSED + "This object should have only one of the following fields: "
            "[SecondsPath, Seconds, TimestampPath, Timestamp] at /States/X"
        ],
    ),
    (
        "a wait for two things",
        one({"Type": "Wait", "End": True, "Seconds": 1, "Timestamp": "2026-01-31T08:30:00Z"}),
        [
            REFUSED + "There should only be one of the following fields: "
            "[SecondsPath, Seconds, TimestampPath, Timestamp] at /States/X"
        ],
    ),
    (
        "a negative wait",
        one({"Type": "Wait", "End": True, "Seconds": -1}),
        [REFUSED + "Minimum value is 0 at /States/X/Seconds"],
    ),
    (
        "a wait of more than three years",
        one({"Type": "Wait", "End": True, "Seconds": 100_000_000}),
        [REFUSED + "Maximum value is 99999999 at /States/X/Seconds"],
    ),
    (
        "a day that does not exist",
        one({"Type": "Wait", "End": True, "Timestamp": "2026-13-05T21:29:29Z"}),
        [REFUSED + "String does not match RFC3339 timestamp at /States/X/Timestamp"],
    ),
    # --- Fail ---
    (
        "an error given twice",
        one({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}),
        [REFUSED + "There should only be one of the following fields: [Error, ErrorPath] at /States/X"],
    ),
    # --- Choice ---
    ("no choices", one({"Type": "Choice"}), [REFUSED + "These fields are required: [Choices] at /States/X", NO_END]),
    (
        "an empty list of choices",
        choosing(),
        [REFUSED + "Value cannot be empty at /States/X/Choices"],
    ),
    (
        "a rule that leads nowhere",
        choosing({"Variable": "$.a", "IsNull": True}),
        [REFUSED + "These fields are required: [Next] at /States/X/Choices[0]"],
    ),
    (
        "a rule that is no object",
        choosing(1),
        [REFUSED + "Expected value of type Object at /States/X/Choices[0]"],
    ),
    (
        "a rule without a comparison, inside another",
        choosing({"And": [{"Variable": "$.a"}], "Next": "Y"}),
        [
            REFUSED + f"This object should have only one of the following fields: [{', '.join(OPERATORS)}] "
            "at /States/X/Choices[0]/And[0]"
        ],
    ),
    (
        "JSONata's condition in a JSONPath state",
        choosing({"Condition": "{% true %}", "Next": "Y"}),
        [
            REFUSED + "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the "
            "'JSONata' QueryLanguage at /States/X/Choices[0]"
        ],
    ),
    # --- Task ---
    (
        "no resource",
        one({"Type": "Task", "End": True}),
        [REFUSED + "These fields are required: [Resource] at /States/X"],
    ),
    (
        "a resource that is no ARN",
        one({**TASK, "Resource": "${ChargeFunction}"}),
        [REFUSED + "Value is not a valid resource ARN at /States/X/Resource"],
    ),
    (
        "an action the integration does not know",
        one({**TASK, "Resource": "arn:aws:states:::dynamodb:scan", "Parameters": {}}),
        [
            REFUSED + "The resource provided arn:aws:states:::dynamodb:scan is not recognized. The value is not a "
            "valid resource ARN, or the resource is not available in this region. at /States/X/Resource"
        ],
    ),
    (
        "a pattern the integration does not know",
        one({**TASK, "Resource": "arn:aws:states:::sqs:sendMessage.sync", "Parameters": {}}),
        [
            REFUSED + "The resource provided arn:aws:states:::sqs:sendMessage.sync is not recognized. The value is "
            "not a valid resource ARN, or the resource is not available in this region. at /States/X/Resource"
        ],
    ),
    (
        "an integration without its parameters",
        one({**TASK, "Resource": "arn:aws:states:::sns:publish"}),
        [REFUSED + "Parameters field is required for resource ARN: arn:aws:states:::sns:publish at /States/X"],
    ),
    (
        "an integration without what it needs most",
        one({**TASK, "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl.$": "$.q"}}),
        [REFUSED + "The field 'MessageBody' is required but was missing at /States/X/Parameters"],
    ),
    (
        "no time at all",
        one({**TASK, "TimeoutSeconds": 0}),
        [REFUSED + "Minimum value is 1 at /States/X/TimeoutSeconds"],
    ),
    (
        "true is no number",
        one({**TASK, "TimeoutSeconds": True}),
        [REFUSED + "Expected value of type Integer at /States/X/TimeoutSeconds"],
    ),
    (
        "a time limit given twice",
        one({**TASK, "TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t"}),
        [
            REFUSED
            + "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] at /States/X"
        ],
    ),
    (
        "a heartbeat slower than the time limit",
        one({**TASK, "TimeoutSeconds": 10, "HeartbeatSeconds": 10}),
        [REFUSED + "HeartbeatSeconds (10) must be smaller than TimeoutSeconds (10) at /States/X"],
    ),
    (
        "credentials for an activity, without a role",
        one({**TASK, "Resource": ACTIVITY, "Credentials": {}}),
        [
            REFUSED + "The field 'Credentials' is not supported for activities at /States/X",
            REFUSED + "The field 'RoleArn' is required but was missing at /States/X/Credentials",
        ],
    ),
    # --- Retry and Catch ---
    (
        "a retry that is no array",
        one({**TASK, "Retry": {}}),
        [REFUSED + "Expected value of type Array at /States/X/Retry"],
    ),
    (
        "a retrier without errors",
        retrying({}),
        [REFUSED + "These fields are required: [ErrorEquals] at /States/X/Retry[0]"],
    ),
    (
        "a retrier for no error",
        retrying({"ErrorEquals": []}),
        [REFUSED + "Value cannot be empty at /States/X/Retry[0]/ErrorEquals"],
    ),
    (
        "numbers out of their range",
        retrying(
            {"ErrorEquals": ["A"], "IntervalSeconds": 100_000_000, "MaxAttempts": -1},
            {"ErrorEquals": ["B"], "BackoffRate": 0.5, "MaxDelaySeconds": 31_622_401},
            {"ErrorEquals": ["C"], "MaxDelaySeconds": 0, "JitterStrategy": "HALF"},
        ),
        [
            REFUSED + "Maximum value is 99999999 at /States/X/Retry[0]/IntervalSeconds",
            REFUSED + "Minimum value is 0 at /States/X/Retry[0]/MaxAttempts",
            REFUSED + "Minimum value is 1 at /States/X/Retry[1]/BackoffRate",
            REFUSED + "Maximum value is 31622400 at /States/X/Retry[1]/MaxDelaySeconds",
            REFUSED + "Minimum value is 1 at /States/X/Retry[2]/MaxDelaySeconds",
            REFUSED + "Value should be one of the following: [NONE, FULL] at /States/X/Retry[2]/JitterStrategy",
        ],
    ),
    (
        "States.ALL in company",
        retrying({"ErrorEquals": ["States.ALL", "A"]}),
        [REFUSED + "States.ALL must appear alone and at end of list at /States/X/Retry[0]/ErrorEquals"],
    ),
    (
        "States.ALL before another",
        retrying({"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}),
        [REFUSED + "States.ALL must appear alone and at end of list at /States/X/Retry[0]/ErrorEquals"],
    ),
    (
        "a catcher that leads nowhere",
        one({**TASK, "Catch": [{"ErrorEquals": ["A"], "_why": ""}]}),
        [
            REFUSED + "Field '_why' is not supported at /States/X/Catch[0]",
            REFUSED + "These fields are required: [Next] at /States/X/Catch[0]",
        ],
    ),
    # --- Parallel and Map ---
    (
        "no branch",
        one({"Type": "Parallel", "End": True, "Branches": []}),
        [REFUSED + "Value cannot be empty at /States/X/Branches"],
    ),
    (
        "a branch without a beginning",
        one({"Type": "Parallel", "End": True, "Branches": [{"States": {"I": DONE}}]}),
        [REFUSED + "These fields are required: [StartAt] at /States/X/Branches[0]"],
    ),
    (
        "a Map without a processor",
        one({"Type": "Map", "End": True}),
        [REFUSED + "This object should have only one of the following fields: [ItemProcessor, Iterator] at /States/X"],
    ),
    (
        "something wrong deep inside",
        inline({**TASK, "TimeoutSeconds": 0}),
        [REFUSED + "Minimum value is 1 at /States/X/ItemProcessor/States/I/TimeoutSeconds"],
    ),
    (
        "an execution type in an inline Map",
        one({**MAP, "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE", "ExecutionType": "EXPRESS"}, **SCOPE}}),
        [REFUSED + "Field 'ExecutionType' is not supported at /States/X/ItemProcessor/ProcessorConfig"],
    ),
    (
        "a distributed Map without one",
        one({**MAP, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **SCOPE}}),
        [REFUSED + "These fields are required: [ExecutionType] at /States/X/ItemProcessor/ProcessorConfig"],
    ),
    (
        "a distributed Map's fields in an inline one",
        one({**MAP, "Label": "L", "ToleratedFailureCount": 1}),
        [
            REFUSED + "Field 'Label' is not supported at /States/X",
            REFUSED + "Field 'ToleratedFailureCount' is not supported at /States/X",
        ],
    ),
    (
        "an item selector by both its names",
        one({**MAP, "ItemSelector": {}, "Parameters": {}}),
        [REFUSED + "There should only be one of the following fields: [ItemSelector, Parameters] at /States/X"],
    ),
    (
        "a reader of nothing",
        one(
            {
                **MAP,
                "ItemProcessor": DISTRIBUTED,
                "ItemReader": {"Resource": LAMBDA, "ReaderConfig": {"InputType": "CSV"}},
            }
        ),
        [
            REFUSED + "The field 'Resource' does not match any of the allowed values at /States/X/ItemReader/Resource",
            REFUSED + "These fields are required: [CSVHeaderLocation] at /States/X/ItemReader/ReaderConfig",
        ],
    ),
    (
        "a label too long and with a blank",
        one({**MAP, "ItemProcessor": DISTRIBUTED, "Label": "l " * 21}),
        [
            f"INVALID_LABEL_NAME: Label name '{'l ' * 21}' exceeds the 40-character limit allowed by the service "
            "at /States/X/Label",
            f"INVALID_LABEL_NAME: Label name '{'l ' * 21}' has white space, brackets, wildcards or special "
            "characters; use letters, digits, '-' and '_' at /States/X/Label",
        ],
    ),
    # --- query languages ---
    (
        "a step back to JSONPath",
        one({**DONE, "QueryLanguage": "JSONPath"}) | {"QueryLanguage": "JSONata"},
        [REFUSED + "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/X"],
    ),
    (
        "JSONata's fields in a JSONPath state",
        one({**TASK, "Arguments": {}, "Output": 1}),
        [
            REFUSED + "The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the "
            "'JSONata' QueryLanguage at /States/X",
            REFUSED + "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the "
            "'JSONata' QueryLanguage at /States/X",
        ],
    ),
    (
        "a JSONata result where there is none",
        one({**DONE, "QueryLanguage": "JSONata", "Output": {"a": "{% $states.result %}"}}),
        ["UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at /States/X/Output/a"],
    ),
]


@pytest.mark.parametrize(("definition", "expected"), [pytest.param(d, e, id=name) for name, d, e in RULES])
def test_a_definition_is_refused_for(definition: Any, expected: list[str]) -> None:
    assert told(definition) == expected


NOT_IN_EXPRESS = [
    (
        {
            **TASK,
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "", "MessageBody": ""},
        },
        "Express state machine does not support '.waitForTaskToken' service integration  at /States/X/Resource",
    ),
    (
        {**TASK, "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": ""}},
        "Express state machine does not support '.sync' service integration  at /States/X/Resource",
    ),
    (
        {**TASK, "Resource": ACTIVITY},
        "Express state machine does not support Activity ARN at /States/X/Resource",
    ),
    (
        {**MAP, "ItemProcessor": DISTRIBUTED},
        "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines "
        "at /States/X/ItemProcessor/ProcessorConfig/Mode",
    ),
]


@pytest.mark.parametrize(("state", "message"), NOT_IN_EXPRESS)
def test_an_express_machine_waits_for_nobody(state: Any, message: str) -> None:
    assert told(one(state), "STANDARD") == []
    assert told(one(state), "EXPRESS") == [REFUSED + message]


def test_express_children_of_a_distributed_map_wait_for_nobody_either() -> None:
    processor = {**DISTRIBUTED, "States": {"I": {**TASK, "Resource": ACTIVITY}}}
    children = {**processor, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    assert told(one({**MAP, "ItemProcessor": processor})) == []
    assert told(one({**MAP, "ItemProcessor": children})) == [
        REFUSED + "Express state machine does not support Activity ARN at /States/X/ItemProcessor/States/I/Resource"
    ]


def test_labels_are_unique_in_the_whole_machine() -> None:
    # Given two distributed Maps with one label
    other = {**DISTRIBUTED, "StartAt": "J", "States": {"J": DONE}}
    first = {"Type": "Map", "ItemProcessor": DISTRIBUTED, "Label": "same", "Next": "Y"}
    second = {**MAP, "ItemProcessor": other, "Label": "same"}
    # Then the second is refused
    assert told(many("X", X=first, Y=second)) == ["DUPLICATE_LABEL_NAME: Duplicate Label name: same at /States/Y/Label"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "nonsense",
        '{"StartAt": NaN}',
        '{"StartAt": 1e400}',
        '{"StartAt": ' + "9" * 5000 + "}",
        '{"StartAt": "\\ud800"}',
        "\ud800",
        '{"a": 1,}',
    ],
)
def test_what_is_not_json_is_told_as_such(text: str) -> None:
    [diagnostic] = parse(text).diagnostics
    assert (diagnostic.code, diagnostic.location) == ("INVALID_JSON_DESCRIPTION", None)


@pytest.mark.parametrize("text", ["[" * 5000, '{"a":' * 5000 + "1" + "}" * 5000, '{"a":' + "[" * 200 + "]" * 200 + "}"])
def test_what_is_nested_too_deeply_is_told_as_such(text: str) -> None:
    [diagnostic] = parse(text).diagnostics
    assert diagnostic.code == "TOO_DEEPLY_NESTED"


def test_a_deep_definition_within_the_limit_is_read() -> None:
    definition = many("S", S=DONE)
    for level in range(48):
        definition = many(f"P{level}", **{f"P{level}": {"Type": "Parallel", "Branches": [definition], "End": True}})
    assert told(definition) == []


def test_a_definition_deeper_than_the_limit_is_refused() -> None:
    value: Any = 1
    for _ in range(200):
        value = {"a": value}
    assert told(one({**DONE, "Result": value})) == [
        "TOO_DEEPLY_NESTED: The definition is nested more than 200 levels deep. Move inner parts into machines of "
        "their own at null"
    ]


def test_many_diagnostics_are_joined_as_aws_joins_them() -> None:
    diagnostics = [Diagnostic("ERROR", "A", "one", "/"), Diagnostic("ERROR", "B", "two", "/States/X")]
    assert joined(diagnostics) == "A: one at /, B: two at /States/X"


def test_what_cannot_be_compiled_is_an_invalid_definition() -> None:
    with pytest.raises(InvalidDefinition) as raised:
        compile_definition('{"StartAt": "X"}')
    assert raised.value.message == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"
    )
