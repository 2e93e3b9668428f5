"""JSON texts from outside are measured and read before anything is done with them."""

import pytest

from stepwell.core.payloads import json_fault, nesting


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("1", 0),
        ('"[[["', 0),
        ('"\\"[[["', 0),
        ('["\\\\"]', 1),
        ('[{"[": []}, {}, [[1]]]', 3),
        ("[" * 900 + "]" * 900, 900),
    ],
)
def test_nesting_counts_arrays_and_objects_but_not_what_is_in_strings(text, depth):
    assert nesting(text) == depth


def test_a_wide_text_is_not_deep():
    assert json_fault("[" + ",".join(["[{}]"] * 1000) + "]") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "Input data was truncated"),
        ("NaN", "JSON is malformed: invalid character (byte 0)"),
        ("1e400", "Number out of range"),
        ("[" * 100_000, "JSON is nested too deeply"),
        ("[" * 751 + "]" * 751, "JSON is nested more than 750 levels deep"),
    ],
    ids=["empty", "NaN", "too large a number", "endless", "deep"],
)
def test_a_fault_is_told_in_words(text, fault):
    assert json_fault(text) == fault
