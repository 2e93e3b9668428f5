"""Whatever a request of the model's shape or of no shape at all says, no answer is a server error."""

import json

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .live import PASS, ROLE, WAIT

MODEL = ServiceModel(Loader().load_service_model("stepfunctions", "service-2"))
AT = "arn:aws:states:us-east-1:123456789012"
ARNS = [
    f"{AT}:stateMachine:standard",
    f"{AT}:stateMachine:express",
    f"{AT}:stateMachine:standard:1",
    f"{AT}:stateMachine:standard/label",
    f"{AT}:execution:standard:waits",
    f"{AT}:activity:activity",
    f"{AT}:express:express:a:b",
    f"{AT}:mapRun:standard/label:uuid",
    f"{AT}:stateMachine:standard#INITIAL",
    ROLE,
]
TEXTS = ["", "{}", "null", "[1]", "NaN", '"\\ud800"', PASS, WAIT, "a b", "name", "é" * 90, "\x00", "x" * 2049]

text = st.one_of(st.sampled_from(ARNS), st.sampled_from(TEXTS), st.text(max_size=30))
junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), text
) | st.sampled_from([[], {}, [[]], {"a": {}}, [None], 10**30])


def of_shape(shape: Shape) -> st.SearchStrategy:
    """Values of a shape: mostly of its type, sometimes within its constraints, sometimes anything."""
    match shape.type_name:
        case "structure":
            members = {name: mostly(member) for name, member in shape.members.items()}
            needed = {name: members.pop(name) for name in shape.required_members}
            return st.fixed_dictionaries(needed, optional=members)
        case "list":
            return st.lists(mostly(shape.member), max_size=3)
        case "string" if shape.enum:
            return st.sampled_from(shape.enum)
        case "string":
            return text
        case "boolean":
            return st.booleans()
        case "float" | "double":
            return st.floats(allow_nan=False, allow_infinity=False)
        case _:
            return st.integers(-2, 1002)


def mostly(shape: Shape) -> st.SearchStrategy:
    return st.integers(0, 9).flatmap(lambda dice: junk if dice == 0 else of_shape(shape))


@pytest.fixture(scope="module")
def live(server, client):
    """A server on which what ARNS names exists, where it can."""
    for name, type in (("standard", "STANDARD"), ("express", "EXPRESS")):
        client.create_state_machine(name=name, definition=WAIT, roleArn=ROLE, type=type)
    client.create_activity(name="activity")
    client.start_execution(stateMachineArn=ARNS[0], name="waits")
    return server


# StartSyncExecution would wait for the end of the Wait state.
@pytest.mark.parametrize("operation", sorted(set(MODEL.operation_names) - {"StartSyncExecution"}))
def test_no_request_of_the_models_shape_makes_a_server_error(live, operation):
    strategy = of_shape(MODEL.operation_model(operation).input_shape)

    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def ask(request):
        answer = live.post(operation, json.dumps(request))
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 400:
            assert answer.json().keys() >= {"__type", "message"}

    ask()


@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=200) | junk.map(lambda value: json.dumps(value).encode()))
def test_no_body_at_all_makes_a_server_error(live, body):
    answer = live.post("ListStateMachines", body)
    assert answer.status_code in (200, 400), answer.text
