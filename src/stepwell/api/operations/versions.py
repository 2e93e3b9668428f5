"""PublishStateMachineVersion, ListStateMachineVersions, DeleteStateMachineVersion."""

from operator import attrgetter

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import present, refuse_label, seconds
from stepwell.arns import is_version, parse_arn, split_qualifier
from stepwell.engine.records import Version
from stepwell.errors import InvalidArn


async def publish_state_machine_version(call: Call, request: shapes.PublishStateMachineVersionRequest) -> Answer:
    arn = refuse_label(request.state_machine_arn)
    parse_arn(arn, "stateMachine")
    version = await call.engine.catalog.versions.publish(arn, request.revision_id, request.description)
    return {"stateMachineVersionArn": version.arn, "creationDate": seconds(version.created_at)}


async def list_state_machine_versions(call: Call, request: shapes.ListStateMachineVersionsRequest) -> Answer:
    """A machine that is not there has no versions: the API model has no error for it."""
    arn = refuse_label(request.state_machine_arn)
    parse_arn(arn, "stateMachine")
    query = ("ListStateMachineVersions", arn)

    async def rows(before: int | None, limit: int) -> list[Version]:
        versions = await call.engine.catalog.versions.of(arn)
        return [version for version in versions if before is None or version.number < before][:limit]

    page, token = await call.pages.page(query, request.next_token, request.max_results, rows, attrgetter("number"))
    items = [{"stateMachineVersionArn": version.arn, "creationDate": seconds(version.created_at)} for version in page]
    return present(stateMachineVersions=items, nextToken=token)


async def delete_state_machine_version(call: Call, request: shapes.DeleteStateMachineVersionRequest) -> Answer:
    """Deleting a version that is not there succeeds: the API model has no error for it."""
    await call.engine.catalog.versions.delete(_version_arn(request.state_machine_version_arn))
    return {}


def _version_arn(arn: str) -> str:
    parse_arn(refuse_label(arn), "stateMachine")
    if not is_version(split_qualifier(arn)[1]):
        raise InvalidArn(f"Not the ARN of a state machine version: {arn}")
    return arn
