"""The matcher takes every recorded answer, filled in, and refuses it once anything in it is changed."""

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from . import recordings
from .bindings import Bindings
from .matching import match

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
UUID = "0a1b2c3d-0000-4000-8000-00000000000"

_FILLED = (
    (r"<partition>", lambda token: "aws"),
    (r"<region>", lambda token: "us-east-1"),
    (r"(?<!\d)1{12}(?!\d)", lambda token: "123456789012"),
    (r"<uuid:(\d)>", lambda token: UUID + token[1]),
    (r"\bs[nf]{2}_role_arn(_t\d)?\b", lambda token: f"arn:aws:iam::000000000000:role/r{token[1] or ''}"),
    (r"\bactivity_arn\b", lambda token: "arn:aws:states:us-east-1:123456789012:activity:a"),
    (r"\bmap_run_arn\b", lambda token: "arn:aws:states:us-east-1:123456789012:mapRun:m/l:u"),
    (r"\b(ss?m_nonexistent|invalid_execution)_arn\b", lambda token: f"arn:aws:states:{token[1]}"),
    (r"<([^<>\s'\"]+)>", lambda token: "filled-" + re.sub(r"\W", "-", token[1])),
)
_WORDS: dict[str, Any] = {
    "datetime": NOW,
    "timestamp": NOW,
    "<timestamp>": "2026-11-20T12:00:00Z",
    "date": "2026-11-20T12:00:00.123Z",
    "creation-date": NOW,
    "start-time": "2026-11-20T12:00:00.123Z",
    "entered-time": "2026-11-20T12:00:00.123Z",
    "start-date": 1795176000000,
    "stop-date": 1795176000000,
    "RandomNumberGenerated": 17,
}


def filled_in(value: Any) -> Any:
    """A recorded value as a server might have answered it."""
    match value:
        case dict():
            return {name: filled_in(member) for name, member in value.items()}
        case list():
            return [filled_in(item) for item in value]
        case str() if value in _WORDS:
            return _WORDS[value]
        case str():
            for form, text in _FILLED:
                value = re.sub(form, text, value)
    return value


def recorded_answers() -> list[Any]:
    answers = []
    for case in recordings.cases():
        parts = [case, *case.get("executions", ()), *case.get("steps", ())]
        expected = [part[name] for part in parts for name in ("expected", "expected_error") if name in part]
        answers.append(pytest.param(expected, id=case["id"]))
    return answers


def changes(value: Any, times: bool = True) -> Iterator[Any]:
    """The value with one thing changed, again and again: each leaf, each member, each length."""
    match value:
        case dict():
            yield {**value, "unheardOf": 1}
            for name in value:
                yield {other: member for other, member in value.items() if other != name}
                yield from ({**value, name: changed} for changed in changes(value[name]))
        case list():
            yield [*value, "one more"]
            if value:
                yield value[:-1]
            for index, item in enumerate(value):
                yield from ([*value[:index], changed, *value[index + 1 :]] for changed in changes(item))
        case bool() | None:
            yield not value
        case int() | float():
            yield str(value)
            yield True
        case datetime.datetime():
            yield "later"
        case str():
            yield value + " (changed)"
            yield 7


@pytest.mark.skipif(bool(recordings.absence()), reason=str(recordings.absence()))
@pytest.mark.parametrize("expected", recorded_answers())
def test_a_recorded_answer_matches_itself_filled_in(expected: Any) -> None:
    assert match(expected, filled_in(expected), Bindings()) == []


@pytest.mark.skipif(bool(recordings.absence()), reason=str(recordings.absence()))
@pytest.mark.parametrize("expected", recorded_answers()[::6])
def test_a_recorded_answer_refuses_whatever_is_changed(expected: Any) -> None:
    expected = expected[:3]
    # What stands for a value that no rule describes takes any value: nothing to refuse there.
    expected = json.loads(
        re.sub(r"<(?:json-input|resource|next-token):\d+>|map_run_arn", "plain", json.dumps(expected))
    )
    for changed in changes(filled_in(expected)):
        assert match(expected, changed, Bindings()), changed


def test_the_same_placeholder_is_the_same_value_throughout() -> None:
    bindings = Bindings()
    assert match(["<ArnPart_0idx>", "arn:x:<ArnPart_0idx>"], ["one", "arn:x:one"], bindings) == []
    assert match("<ArnPart_0idx>", "two", bindings)
    assert bindings.values == {"<ArnPart_0idx>": "one"}


def test_the_creation_date_is_the_same_throughout() -> None:
    later = NOW + datetime.timedelta(seconds=1)
    assert match(["creation-date", "creation-date"], [NOW, NOW], Bindings()) == []
    assert match(["creation-date", "creation-date"], [NOW, later], Bindings())


def test_two_placeholders_of_a_kind_are_two_values() -> None:
    assert match(["<uuid:1>", "<uuid:2>"], [UUID + "1", UUID + "1"], Bindings())
    assert match(["<uuid:1>", "<uuid:2>"], [UUID + "1", UUID + "2"], Bindings()) == []


@pytest.mark.parametrize("actual", ["not-a-uuid", "", 5, None, {}])
def test_a_uuid_looks_like_one(actual: Any) -> None:
    assert match("<uuid:1>", actual, Bindings())


@pytest.mark.parametrize("actual", ["soon", 5, None, ""])
def test_a_time_is_a_time(actual: Any) -> None:
    for word in ("timestamp", "datetime", "date", "<timestamp>"):
        assert match(word, actual, Bindings())


def test_a_time_may_be_what_the_request_said() -> None:
    assert match("timestamp", "2016-12-05 21:29:29Z", Bindings())
    assert match("timestamp", "2016-12-05 21:29:29Z", Bindings(said={"2016-12-05 21:29:29Z"})) == []


def test_a_role_is_one_the_requests_named() -> None:
    bindings = Bindings(said={"arn:aws:iam::000000000000:role/mine"})
    assert match("snf_role_arn", "arn:aws:iam::000000000000:role/mine", bindings) == []
    assert match("snf_role_arn", "arn:aws:iam::000000000000:role/other", bindings)


@pytest.mark.parametrize(("expected", "actual"), [(1, True), (1, 1.0), (1.0, 1), (0, False), ("1", 1), (None, False)])
def test_types_count(expected: Any, actual: Any) -> None:
    assert match(expected, actual, Bindings())


def test_texts_that_hold_json_are_compared_parsed() -> None:
    assert match({"a": [1, "<uuid:1>"]}, f'{{"a": [1, "{UUID}1"]}}', Bindings()) == []
    assert match("[1,2]", "[1, 2]", Bindings()) == []
    assert match("[1,2]", "[2, 1]", Bindings())
    assert match({"a": 1}, '{"a": 2}', Bindings())
    assert match('"text"', "text", Bindings())


def test_a_placeholder_inside_a_sentence_leaves_the_rest_exact() -> None:
    sentence = "could not be found in the input '<json-input:1>'"
    assert match(sentence, "could not be found in the input '{\"a\": 1}'", Bindings()) == []
    assert match(sentence, "could not be found in the output '{\"a\": 1}'", Bindings())
    assert match("since date.", "since 2026-11-20T12:00:00Z.", Bindings()) == []
    assert match("since date.", "since yesterday.", Bindings())


def test_a_member_that_aws_added_later_may_be_there() -> None:
    answer = {"name": "a", "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}
    assert match({"name": "a"}, answer, Bindings(recorded="2023-06-22")) == []
    assert match({"name": "a"}, answer, Bindings(recorded="2024-11-20"))


def test_a_difference_names_its_path_and_both_sides() -> None:
    assert match({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, Bindings()) == ["$.a[0].b: expected 1, actual 2"]
