"""Tags of state machines and activities."""

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import read_tags, refuse_label, write_tags


async def list_tags_for_resource(call: Call, request: shapes.ListTagsForResourceRequest) -> Answer:
    return {"tags": write_tags(await call.engine.catalog.tags(refuse_label(request.resource_arn)))}


async def tag_resource(call: Call, request: shapes.TagResourceRequest) -> Answer:
    await call.engine.catalog.tag(refuse_label(request.resource_arn), read_tags(request.tags))
    return {}


async def untag_resource(call: Call, request: shapes.UntagResourceRequest) -> Answer:
    await call.engine.catalog.untag(refuse_label(request.resource_arn), request.tag_keys)
    return {}
