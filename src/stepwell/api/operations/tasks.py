"""What workers send about a task they hold: success, failure, heartbeat."""

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.core.payloads import json_fault
from stepwell.errors import InvalidOutput


async def send_task_success(call: Call, request: shapes.SendTaskSuccessRequest) -> Answer:
    if fault := json_fault(request.output):
        call.engine.tasks.check_token(request.task_token)  # recorded: an unknown token is worse than a bad output
        raise InvalidOutput(f"Invalid Output: '{fault}'")
    await call.engine.tasks.succeed(request.task_token, request.output)
    return {}


async def send_task_failure(call: Call, request: shapes.SendTaskFailureRequest) -> Answer:
    await call.engine.tasks.fail(request.task_token, request.error, request.cause)
    return {}


async def send_task_heartbeat(call: Call, request: shapes.SendTaskHeartbeatRequest) -> Answer:
    await call.engine.tasks.heartbeat(request.task_token)
    return {}
