"""Calls as integrations see them: what names a call, whatever process makes it."""

import uuid

import msgspec

from stepwell.integrations.call import Call

CALL = Call(
    execution=11,
    position=4,
    execution_arn="arn:aws:states:eu-west-1:123456789012:execution:Café:one",
    machine_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:Café",
    state="Price",
    service="sqs",
    action="sendMessage",
    input="{}",
)


def test_the_identity_of_a_call_is_a_uuid_by_name_that_later_builds_make_too() -> None:
    space = uuid.UUID("6d2f3c1e-54c5-4b8e-9d5a-0c3c5f5b1a77")
    for position in range(1, 100):  # so that each of the variant's digits comes up
        call = msgspec.structs.replace(CALL, position=position)
        assert call.identity == str(uuid.uuid5(space, f"{CALL.execution_arn} 11 {position}"))
