"""One table of fields for each state type: what may be there, what must be, how it is read and where it goes.

After the developer guide's pages of the state types; the fields are those AWS's own validation knows (2026).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from stepwell.asl import maps, readers, resources, retry_catch, states, variables
from stepwell.asl.choice_rules import choice_rule
from stepwell.asl.place import Place, Reader
from stepwell.asl.readers import LONGEST
from stepwell.expressions.scope import Json


class Field(NamedTuple):
    """How a field is read, and the attribute of the state that takes its value (None: nobody needs it)."""

    read: Reader
    attribute: str | None = None


class Kind(NamedTuple):
    """A state type: its struct, its fields, those it must have, and groups of which only one may be there."""

    struct: type[states.State]
    fields: dict[str, Field]
    required: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()  # exactly one
    exclusive: tuple[tuple[str, ...], ...] = ()  # at most one
    checks: tuple[Callable[[dict[str, Any], Place], None], ...] = ()  # of the state as a whole
    finish: Callable[[dict[str, Any]], dict[str, Any]] = dict  # from what was read to the struct's arguments


def _branch(value: Json, place: Place) -> states.Scope | None:
    return place.scope(value, {})


def _check_heartbeat(task: dict[str, Any], place: Place) -> None:
    timeout, heartbeat = task.get("TimeoutSeconds"), task.get("HeartbeatSeconds")
    if type(timeout) is int and type(heartbeat) is int and heartbeat >= timeout:
        place.error(f"HeartbeatSeconds ({heartbeat}) must be smaller than TimeoutSeconds ({timeout})")


ONLY_JSONATA = frozenset(["Arguments", "Output", "Items"])
ONLY_JSONPATH = frozenset(
    [
        "InputPath",
        "OutputPath",
        "ResultPath",
        "Parameters",
        "ResultSelector",
        "Result",
        "ItemsPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
        "SecondsPath",
        "TimestampPath",
        "MaxConcurrencyPath",
        "ToleratedFailurePercentagePath",
        "ToleratedFailureCountPath",
        "ErrorPath",
        "CausePath",
    ]
)


def _path(name: str, attribute: str) -> dict[str, Field]:
    return {name: Field(readers.value_path(name), attribute)}


_ANY = {
    "Type": Field(readers.anything),
    "Comment": Field(readers.string, "comment"),
    "QueryLanguage": Field(readers.one_of("JSONPath", "JSONata")),
}
_FILTERS = {
    "InputPath": Field(readers.nullable_path("InputPath"), "input_path"),
    "OutputPath": Field(readers.nullable_path("OutputPath"), "output_path"),
    "Output": Field(readers.jsonata(), "output"),
}
_ASSIGN = {"Assign": Field(variables.assign(), "assign")}
_FROM_RESULT = {
    "Output": Field(readers.jsonata(None, "result"), "output"),
    "Assign": Field(variables.assign("result"), "assign"),
}
_ONWARD = {"Next": Field(readers.string, "next"), "End": Field(readers.boolean)}
_RESULT_PATH = {"ResultPath": Field(readers.result_path, "result_path")}
_ERRORS = {
    "ResultSelector": Field(readers.template("ResultSelector"), "result_selector"),
    "Retry": Field(retry_catch.retry, "retry"),
    "Catch": Field(retry_catch.catch, "catch"),
}
_PARAMETERS = {"Parameters": Field(readers.template("Parameters"), "parameters")}
_ARGUMENTS = {"Arguments": Field(readers.jsonata(), "parameters")}
_SECONDS = readers.or_jsonata(readers.integer(1, LONGEST), "number")

_NEXT_OR_END = ("Next", "End")
_WAITS = ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")

KINDS: dict[str, Kind] = {
    "Task": Kind(
        states.Task,
        {
            **_ANY,
            **_FILTERS,
            **_FROM_RESULT,
            **_ONWARD,
            **_RESULT_PATH,
            **_ERRORS,
            **_PARAMETERS,
            **_ARGUMENTS,
            "Resource": Field(resources.resource, "resource"),
            "TimeoutSeconds": Field(_SECONDS, "timeout_seconds"),
            **_path("TimeoutSecondsPath", "timeout_seconds"),
            "HeartbeatSeconds": Field(_SECONDS, "heartbeat_seconds"),
            **_path("HeartbeatSecondsPath", "heartbeat_seconds"),
            "Credentials": Field(readers.template("Credentials"), "credentials"),
        },
        required=("Resource",),
        one_of=(_NEXT_OR_END,),
        exclusive=(("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
        checks=(_check_heartbeat, resources.check_credentials, resources.check_arguments),
    ),
    "Wait": Kind(
        states.Wait,
        {
            **_ANY,
            **_FILTERS,
            **_ASSIGN,
            **_ONWARD,
            "Seconds": Field(readers.or_jsonata(readers.integer(0, LONGEST), "number"), "seconds"),
            "Timestamp": Field(readers.or_jsonata(readers.timestamp, "string"), "timestamp"),
            **_path("SecondsPath", "seconds_path"),
            **_path("TimestampPath", "timestamp_path"),
        },
        one_of=(_NEXT_OR_END, _WAITS),
    ),
    "Pass": Kind(
        states.Pass,
        {
            **_ANY,
            **_FILTERS,
            **_ASSIGN,
            **_ONWARD,
            **_RESULT_PATH,
            **_PARAMETERS,
            "Result": Field(readers.anything, "result"),
        },
        one_of=(_NEXT_OR_END,),
    ),
    "Succeed": Kind(states.Succeed, {**_ANY, **_FILTERS}),
    "Fail": Kind(
        states.Fail,
        {
            **_ANY,
            "Error": Field(readers.or_jsonata(readers.string, "string"), "error"),
            "ErrorPath": Field(readers.path_or_intrinsic("ErrorPath"), "error"),
            "Cause": Field(readers.or_jsonata(readers.string, "string"), "cause"),
            "CausePath": Field(readers.path_or_intrinsic("CausePath"), "cause"),
        },
        exclusive=(("Error", "ErrorPath"), ("Cause", "CausePath")),
    ),
    "Choice": Kind(
        states.Choice,
        {
            **_ANY,
            **_FILTERS,
            **_ASSIGN,
            "Choices": Field(readers.array(choice_rule), "rules"),
            "Default": Field(readers.string, "default"),
        },
        required=("Choices",),
    ),
    "Parallel": Kind(
        states.Parallel,
        {
            **_ANY,
            **_FILTERS,
            **_FROM_RESULT,
            **_ONWARD,
            **_RESULT_PATH,
            **_ERRORS,
            **_PARAMETERS,
            **_ARGUMENTS,
            "Branches": Field(readers.array(_branch), "branches"),
        },
        required=("Branches",),
        one_of=(_NEXT_OR_END,),
    ),
    "Map": Kind(
        states.Map,
        {
            **_ANY,
            **_FILTERS,
            **_FROM_RESULT,
            **_ONWARD,
            **_RESULT_PATH,
            **_ERRORS,
            "ItemProcessor": Field(maps.processor, "processor"),
            "Iterator": Field(maps.processor, "processor"),
            "ItemsPath": Field(readers.path("ItemsPath"), "items_path"),
            "Items": Field(readers.jsonata("array"), "items"),
            "ItemSelector": Field(
                readers.by_language(readers.template("ItemSelector"), readers.jsonata()), "item_selector"
            ),
            "Parameters": Field(readers.template("Parameters"), "item_selector"),
            "MaxConcurrency": Field(readers.or_jsonata(readers.integer(0), "number"), "max_concurrency"),
            **_path("MaxConcurrencyPath", "max_concurrency"),
            "ToleratedFailurePercentage": Field(
                readers.or_jsonata(readers.number(0, 100), "number"), "tolerated_failure_percentage"
            ),
            **_path("ToleratedFailurePercentagePath", "tolerated_failure_percentage"),
            "ToleratedFailureCount": Field(readers.or_jsonata(readers.integer(0), "number"), "tolerated_failure_count"),
            **_path("ToleratedFailureCountPath", "tolerated_failure_count"),
            "ItemReader": Field(maps.item_reader, "item_reader"),
            "ItemBatcher": Field(maps.item_batcher, "item_batcher"),
            "ResultWriter": Field(maps.result_writer, "result_writer"),
            "Label": Field(maps.label, "label"),
        },
        one_of=(_NEXT_OR_END, ("ItemProcessor", "Iterator")),
        exclusive=(
            ("ItemSelector", "Parameters"),
            ("MaxConcurrency", "MaxConcurrencyPath"),
            ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
            ("ToleratedFailureCount", "ToleratedFailureCountPath"),
        ),
        checks=(maps.check_mode,),
        finish=maps.with_processor,
    ),
}
"""In the order in which AWS lists the types."""
