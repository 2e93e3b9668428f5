"""Cases this version is not meant to pass yet, each with its reason; one that passes must leave this table."""

from typing import Any

from .recordings import Case

MISSING = {
    "distributed Map": "Map Runs are not there yet",
}

# By case id, where the content does not tell.
_MEMORY = "AWS's model of Lambda has raised the largest MemorySize since the case was recorded"
SINGLE: dict[str, str] = {
    "test_state/test_field_validation_mode.py::TestFieldValidationMode::"
    "test_strict_mode_aws_sdk_lambda_get_function_task[integer_more_than_maximum_allowed]": _MEMORY,
    "test_state/test_field_validation_mode_present.py::TestFieldValidationModePresent::"
    "test_present_mode_aws_sdk_lambda_get_function_task[integer_more_than_maximum_allowed]": _MEMORY,
}

# Cases that do not need what their content seems to need.
_REFERENCES = (
    "test_sfn_api_variable_references.py::TestSfnApiVariableReferences::"
    "test_base_variable_references_in_assign_templates"
)
PASSING = frozenset(
    [
        # They run a distributed Map, but only ask which variables it reads.
        f"{_REFERENCES}[MAP_STATE_REFERENCE_IN_ITEM_SELECTOR]",
        f"{_REFERENCES}[MAP_STATE_REFERENCE_IN_TOLERATED_FAILURE_PATH]",
    ]
)

_ONE_REQUEST = {"test_state": "TestState", "validation": "ValidateStateMachineDefinition"}


def reason(case: Case) -> str | None:
    """Why a case cannot pass yet, or None when it should."""
    if case["id"] in SINGLE:
        return SINGLE[case["id"]]
    if case["id"] in PASSING:
        return None
    missing = sorted(needs(case) & MISSING.keys())
    return "; ".join(MISSING[feature] for feature in missing) or None


def needs(case: Case) -> set[str]:
    """The features and operations beyond plain executions that a case makes use of."""
    if case["group"] in _ONE_REQUEST:
        return {_ONE_REQUEST[case["group"]]}
    found: set[str] = set()
    for step in case.get("steps", ()):
        found |= _needs_of_step(step)
    if "steps" in case and not any(step["operation"].startswith("Start") for step in case["steps"]):
        found.discard("distributed Map")  # nothing is run
    for definition in (case.get("definition"), *case.get("definitions", ())):
        found |= set(_needs_of_definition(definition))
    return found


def _needs_of_step(step: dict[str, Any]) -> set[str]:
    operation, request = step["operation"], step["request"]
    return ({operation} & MISSING.keys()) | set(_needs_of_definition(request.get("definition")))


def _needs_of_definition(value: Any) -> list[str]:
    if isinstance(value, list):
        return [need for item in value for need in _needs_of_definition(item)]
    if not isinstance(value, dict):
        return []
    found = [need for item in value.values() for need in _needs_of_definition(item)]
    if isinstance(value.get("ProcessorConfig"), dict) and value["ProcessorConfig"].get("Mode") == "DISTRIBUTED":
        found.append("distributed Map")
    return found
