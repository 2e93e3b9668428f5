"""Activities, and the workers that ask for their tasks."""

from functools import partial
from operator import attrgetter

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import check_name, present, read_encryption, read_tags, seconds, write_encryption
from stepwell.arns import activity_arn, parse_arn
from stepwell.engine.records import Activity
from stepwell.errors import ActivityDoesNotExist

NOTHING: Answer = {"taskToken": None}
"""What AWS answers when no task came: the one null of the protocol."""


async def create_activity(call: Call, request: shapes.CreateActivityRequest) -> Answer:
    arn = activity_arn(call.region, call.account, check_name(request.name))
    encryption = read_encryption(request.encryption_configuration)
    activity = await call.engine.catalog.create_activity(arn, encryption, read_tags(request.tags))
    return {"activityArn": activity.arn, "creationDate": seconds(activity.created_at)}


async def describe_activity(call: Call, request: shapes.DescribeActivityRequest) -> Answer:
    activity = await _find(call, request.activity_arn)
    return {**_list_item(activity), "encryptionConfiguration": write_encryption(activity.encryption)}


async def list_activities(call: Call, request: shapes.ListActivitiesRequest) -> Answer:
    query = ("ListActivities", call.region)
    rows = partial(call.engine.catalog.activities, call.region, call.account)
    page, token = await call.pages.page(query, request.next_token, request.max_results, rows, attrgetter("arn"))
    return present(activities=[_list_item(activity) for activity in page], nextToken=token)


async def delete_activity(call: Call, request: shapes.DeleteActivityRequest) -> Answer:
    parse_arn(request.activity_arn, "activity")
    await call.engine.delete_activity(request.activity_arn)
    return {}


async def get_activity_task(call: Call, request: shapes.GetActivityTaskRequest) -> Answer:
    activity = await _find(call, request.activity_arn)
    task = await call.engine.tasks.take(activity.arn, request.worker_name, call.gone)
    if task is None:
        return NOTHING
    if call.gone.done():
        await call.engine.tasks.put_back(task)
        return NOTHING
    return {"taskToken": task.token, "input": task.input}


async def _find(call: Call, arn: str) -> Activity:
    activity = await call.engine.catalog.activity(arn)
    if activity is None:
        parse_arn(arn, "activity")
        raise ActivityDoesNotExist(arn)
    return activity


def _list_item(activity: Activity) -> Answer:
    return {
        "activityArn": activity.arn,
        "name": activity.name,
        "creationDate": seconds(activity.created_at),
    }
