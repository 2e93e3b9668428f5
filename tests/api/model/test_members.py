"""Every member of every request is held against the model before anything else, and AWS's words say what is wrong."""

import re

import pytest

from stepwell.api.operations import OPERATIONS

from . import walk

CODES = {
    "ValidationException": "com.amazon.coral.validate#ValidationException",
    "SerializationException": "com.amazon.coral.service#SerializationException",
}


def refusal(server, request: walk.Request) -> tuple[str, str]:
    """The error's name and its text, with the values of an enum in order."""
    answer = server.post(request.operation, request.members)
    assert answer.status_code == 400, answer.text
    error = answer.json()
    return error["__type"], re.sub(r"(?<=enum value set: )\[(.*)\]", in_order, error["message"])


def in_order(values: re.Match[str]) -> str:
    """AWS's order is that of a hash table."""
    return str(sorted(values[1].split(", ")))


def test_every_operation_of_the_model_is_there():
    assert sorted(OPERATIONS) == walk.OPERATIONS


@pytest.mark.parametrize("request_", [*walk.members_left_out(), *walk.constraints_broken()], ids=str)
def test_a_broken_constraint_is_told_in_awss_words(server, request_):
    assert refusal(server, request_) == (
        CODES["ValidationException"],
        f"1 validation error detected: {request_.complaint}",
    )


@pytest.mark.parametrize("request_", list(walk.constraints_kept()), ids=str)
def test_a_value_at_its_limit_breaks_no_constraint(server, request_):
    answer = server.post(request_.operation, request_.members)
    assert answer.status_code in (200, 400)
    assert f"at '{walk.path(request_.place)}' failed" not in answer.text


@pytest.mark.parametrize("request_", list(walk.types_mistaken()), ids=str)
def test_a_value_of_another_type_cannot_be_read(server, request_):
    code, message = refusal(server, request_)
    assert code == CODES["SerializationException"]
    assert "can not be converted to" in message
    assert f"(member '{walk.path(request_.place)}')" in message


def test_all_that_is_wrong_is_told_at_once(server):
    request = {"name": "", "definition": "", "roleArn": "", "type": "SLOW"}
    message = server.post("CreateStateMachine", request).json()["message"]
    assert message.startswith("4 validation errors detected: ")
    assert re.findall(r"at '(\w+)'", message) == ["name", "definition", "roleArn", "type"]
