"""DescribeMapRun, ListMapRuns, UpdateMapRun: there are no Map Runs yet, so none is ever found."""

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import no_such_map_run
from stepwell.api.operations.executions import find_execution


async def describe_map_run(call: Call, request: shapes.DescribeMapRunRequest) -> Answer:
    """Raises InvalidArn, ResourceNotFound."""
    raise no_such_map_run(request.map_run_arn)


async def update_map_run(call: Call, request: shapes.UpdateMapRunRequest) -> Answer:
    """Raises InvalidArn, ResourceNotFound."""
    raise no_such_map_run(request.map_run_arn)


async def list_map_runs(call: Call, request: shapes.ListMapRunsRequest) -> Answer:
    """Those of one execution. Raises InvalidArn, ExecutionDoesNotExist, InvalidToken."""
    execution = await find_execution(call, request.execution_arn)
    await call.pages.read(request.next_token, ("ListMapRuns", execution.arn))
    return {"mapRuns": []}
