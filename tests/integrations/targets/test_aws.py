"""Events reach queues, topics and buses of AWS, here moto's; what a service says no to is no success."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from conftest import tell_moto
from stepwell.integrations.aws.services import Services
from stepwell.integrations.targets.settings import load_targets
from stepwell.integrations.targets.target import NotSent, Target

from .test_senders import EVENT

BODY = {
    "detail-type": "Step Functions Execution Status Change",
    "time": "2023-11-14T22:13:20Z",
    "resources": [EVENT.execution_arn],
    "detail": {"name": "e", "status": "RUNNING"},
}
TOLD = type(EVENT)(
    **{name: getattr(EVENT, name) for name in EVENT.__struct_fields__} | {"body": json.dumps(BODY).encode()}
)
KEYS = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "eu-west-1"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, moto_url: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    tell_moto(moto_url, "reset", {})


@pytest.fixture
def client(moto_url: str) -> Any:
    return lambda service: boto3.client(service, endpoint_url=moto_url, **KEYS)


@pytest.fixture
def target(moto_url: str, tmp_path: Path) -> Any:
    """A target with these settings."""

    def make(**settings: str) -> Target:
        lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
        (tmp_path / "stepwell.toml").write_text(f"[targets.it]\n{lines}")
        return load_targets([tmp_path], Services({"*": {"endpoint_url": moto_url}}))[0]

    return make


def received(client: Any, url: str) -> list[Any]:
    answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
    return list(answer.get("Messages", []))


async def test_a_queue_gets_a_message(runner, client, target):
    url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
    await target(type="sqs", queue=url).sender.send(TOLD)
    assert [json.loads(message["Body"]) for message in received(client("sqs"), url)] == [BODY]


async def test_a_fifo_queue_takes_an_event_once_however_often_it_is_sent(runner, client, target):
    url = client("sqs").create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sender = target(type="sqs", queue=url).sender
    await sender.send(TOLD)
    await sender.send(TOLD)
    (message,) = received(client("sqs"), url)
    assert message["Attributes"]["MessageDeduplicationId"] == EVENT.id


async def test_a_topic_tells_its_subscribers(runner, client, target):
    url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    queue = "arn:aws:sqs:eu-west-1:123456789012:q"
    attributes = {"RawMessageDelivery": "true"}
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)
    await target(type="sns", topic=topic).sender.send(TOLD)
    assert [json.loads(message["Body"]) for message in received(client("sqs"), url)] == [BODY]


async def test_a_bus_gets_an_event_that_its_rules_match(runner, client, target):
    url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
    pattern = {"source": ["aws.states"], "detail": {"status": ["RUNNING"]}}
    client("events").put_rule(Name="r", EventPattern=json.dumps(pattern))
    queue = {"Id": "q", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}
    client("events").put_targets(Rule="r", Targets=[queue])
    await target(type="eventbridge").sender.send(TOLD)
    (message,) = received(client("sqs"), url)
    event = json.loads(message["Body"])
    members = {name: event[name] for name in ("source", "detail-type", "resources", "detail")}
    assert members == {"source": "aws.states"} | {name: BODY[name] for name in ("detail-type", "resources", "detail")}


async def test_a_queue_that_is_not_there_refuses(runner, target):
    with pytest.raises(NotSent, match="NonExistentQueue") as caught:
        await target(type="sqs", queue="http://localhost/123456789012/missing").sender.send(TOLD)
    assert caught.value.refused


async def test_a_service_that_is_away_does_not(runner, tmp_path):
    (tmp_path / "stepwell.toml").write_text('[targets.it]\ntype = "sns"\ntopic = "arn:aws:sns:eu-west-1:1:t"\n')
    services = Services({"*": {"endpoint_url": "http://127.0.0.1:9", "attempts": 1}})
    with pytest.raises(NotSent, match="Could not connect") as caught:
        await load_targets([tmp_path], services)[0].sender.send(TOLD)
    assert not caught.value.refused
