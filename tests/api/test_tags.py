"""Tags on state machines and activities."""

import pytest

from .live import refused

NOBODY = "arn:aws:states:us-east-1:123456789012:{}:nobody"


@pytest.fixture(params=["stateMachine", "activity"])
def resource(request, client, create):
    if request.param == "stateMachine":
        return create()
    return client.create_activity(name=request.node.originalname[:80])["activityArn"]


def tags(client, arn):
    return {tag["key"]: tag["value"] for tag in client.list_tags_for_resource(resourceArn=arn)["tags"]}


def test_tags_are_added_replaced_and_taken_away(client, resource):
    client.tag_resource(resourceArn=resource, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": ""}])
    client.tag_resource(resourceArn=resource, tags=[{"key": "a", "value": "2"}, {"key": "a", "value": "3"}])
    assert tags(client, resource) == {"a": "3", "b": ""}
    client.untag_resource(resourceArn=resource, tagKeys=["a", "a", "nobody"])
    assert tags(client, resource) == {"b": ""}
    client.tag_resource(resourceArn=resource, tags=[])
    client.untag_resource(resourceArn=resource, tagKeys=["b"])
    assert tags(client, resource) == {}


def test_tags_given_at_creation_are_there(client, create):
    assert tags(client, create(tags=[{"key": "a", "value": "1"}])) == {"a": "1"}


def test_more_than_50_tags_are_too_many(client, resource):
    client.tag_resource(resourceArn=resource, tags=[{"key": f"k{n}", "value": ""} for n in range(50)])
    client.tag_resource(resourceArn=resource, tags=[{"key": "k0", "value": "again"}])
    with refused("TooManyTags"):
        client.tag_resource(resourceArn=resource, tags=[{"key": "one more", "value": ""}])
    assert len(tags(client, resource)) == 50


def test_the_prefix_aws_is_reserved(client, resource):
    with refused("ValidationException"):
        client.tag_resource(resourceArn=resource, tags=[{"key": "aws:a", "value": "1"}])


@pytest.mark.parametrize("kind", ["stateMachine", "activity"])
def test_what_is_not_there_has_no_tags(client, kind):
    arn = NOBODY.format(kind)
    with refused("ResourceNotFound", f"Resource not found: '{arn}'"):
        client.list_tags_for_resource(resourceArn=arn)


def test_an_execution_has_no_tags(client):
    arn = NOBODY.format("execution") + ":e"
    with refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: execution'"):
        client.list_tags_for_resource(resourceArn=arn)
