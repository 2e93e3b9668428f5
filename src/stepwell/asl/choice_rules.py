"""The reader of one element of a Choice state's Choices."""

from typing import Any

from stepwell.asl import readers, variables
from stepwell.asl.place import Place, Reader
from stepwell.asl.states import ChoiceRule
from stepwell.expressions import choices
from stepwell.expressions.scope import Expression, Json

FIELDS: dict[str, Reader] = {
    "Next": readers.string,
    "Comment": readers.string,
    "Assign": variables.assign(),
    "Output": readers.jsonata(),
    "Condition": readers.jsonata("boolean"),
}


COMPARISONS = frozenset(["Variable", "And", "Or", "Not", *choices.OPERATORS])


def choice_rule(value: Json, place: Place) -> ChoiceRule | None:
    """Read a rule: where it leads, and its condition compiled."""
    if not isinstance(value, dict):
        place.error("Expected value of type Object")
        return None
    before = place.errors()
    place.require(value, ["Next"])
    place.only_in_language(value, ["Condition", "Output"], "JSONata")
    if place.language == "JSONata":
        place.object(value, FIELDS.keys() | COMPARISONS, ["Condition"])
    place.only_in_language(value, COMPARISONS, "JSONPath")
    found = readers.fields(FIELDS, value, place)
    condition = found.get("Condition") if place.language == "JSONata" else _condition(value, place)
    if place.errors() > before or condition is None:
        return None
    return ChoiceRule(condition=condition, next=found["Next"], assign=found.get("Assign"), output=found.get("Output"))


def _condition(rule: dict[str, Any], place: Place) -> Expression | None:
    if "Condition" in rule:
        return None  # told already: it belongs to JSONata
    try:
        return choices.compile_rule({name: rule[name] for name in rule if name not in FIELDS}, "")
    except choices.RuleError as error:
        for pointer, message in error.problems:
            place.inside(pointer).error(message)
        return None
