"""The fields as data: every one of the tables, each with what its reader takes."""

import pytest

from stepwell.asl.fields import KINDS
from stepwell.asl.parse import parse
from stepwell.asl.shapes import FieldShape, resources, shapes

BOTH = ("JSONPath", "JSONata")


def test_every_state_type_has_all_its_fields() -> None:
    found = shapes()
    assert {name: set(found[name]) for name in KINDS} == {name: set(kind.fields) for name, kind in KINDS.items()}


@pytest.mark.parametrize(
    ("part", "field", "shape"),
    [
        ("Machine", "StartAt", FieldShape("string", True, BOTH)),
        ("Machine", "QueryLanguage", FieldShape("string", False, BOTH, ("JSONPath", "JSONata"))),
        ("Task", "Resource", FieldShape("string", True, BOTH)),
        ("Task", "Retry", FieldShape("array", False, BOTH)),
        ("Task", "InputPath", FieldShape("string", False, ("JSONPath",))),
        ("Task", "Output", FieldShape("any", False, ("JSONata",))),
        ("Wait", "Seconds", FieldShape("number", False, BOTH)),
        ("Pass", "End", FieldShape("boolean", False, BOTH)),
        ("Parallel", "Parameters", FieldShape("object", False, ("JSONPath",))),
        ("Retrier", "JitterStrategy", FieldShape("string", False, BOTH, ("NONE", "FULL"))),
        ("Catcher", "Next", FieldShape("string", True, BOTH)),
        ("ChoiceRule", "NumericLessThan", FieldShape("number", False, ("JSONPath",))),
        ("ChoiceRule", "NumericLessThanPath", FieldShape("string", False, ("JSONPath",))),
        ("ChoiceRule", "And", FieldShape("array", False, ("JSONPath",))),
        ("ProcessorConfig", "Mode", FieldShape("string", False, BOTH, ("INLINE", "DISTRIBUTED"))),
    ],
)
def test_a_field_is_told_as_its_reader_takes_it(part: str, field: str, shape: FieldShape) -> None:
    assert shapes()[part][field] == shape


def test_every_resource_is_one_that_a_task_may_name() -> None:
    for resource in resources():
        text = f'{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{resource}","End":true}}}}}}'
        told = [problem.message for problem in parse(text).diagnostics if "not recognized" in problem.message]
        assert told == [], resource
